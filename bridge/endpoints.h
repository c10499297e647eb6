#pragma once

#include <memory>
#include <string>

#include "bridge/health.h"
#include "bridge/metrics.h"
#include "bridge/stop.h"

class CivetServer;
class CivetHandler;

namespace fusion::bridge {

/// Serves GET /metrics (Prometheus text), /healthz (200 while the carrying loop comes round, else 503) and
/// /readyz (200 while this replica knows its partitions, else 503) over HTTP, on two threads of its own.
///
/// `health` and `metrics` must outlive it.
class Endpoints {
 public:
  /// `address` is host:port; port 0 takes a free one. Stops with kConfig if nothing can listen there.
  static Result<std::unique_ptr<Endpoints>> listen(const std::string& address, const Health& health,
                                                   const Metrics& metrics);
  ~Endpoints();

  int port() const { return port_; }

 private:
  Endpoints();

  int port_ = 0;
  // The server is destroyed first: it calls the handlers.
  std::unique_ptr<CivetHandler> metrics_;
  std::unique_ptr<CivetHandler> alive_;
  std::unique_ptr<CivetHandler> ready_;
  std::unique_ptr<CivetServer> server_;
};

}  // namespace fusion::bridge
