#include "bridge/endpoints.h"

#include <CivetServer.h>

#include <exception>
#include <functional>
#include <utility>
#include <vector>

namespace fusion::bridge {
namespace {

void answer(mg_connection* connection, bool ok, const char* content_type, const std::string& body) {
  mg_printf(connection, "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
            ok ? "200 OK" : "503 Service Unavailable", content_type, body.size());
  mg_write(connection, body.data(), body.size());
}

class MetricsHandler : public CivetHandler {
 public:
  explicit MetricsHandler(const Metrics& metrics) : metrics_(metrics) {}
  bool handleGet(CivetServer*, mg_connection* connection) override {
    answer(connection, true, "text/plain; version=0.0.4; charset=utf-8", metrics_.text());
    return true;
  }

 private:
  const Metrics& metrics_;
};

class ProbeHandler : public CivetHandler {
 public:
  ProbeHandler(const Health& health, bool (Health::*probe)() const, std::string failure)
      : health_(health), probe_(probe), failure_(std::move(failure)) {}
  bool handleGet(CivetServer*, mg_connection* connection) override {
    const bool ok = (health_.*probe_)();
    answer(connection, ok, "text/plain; charset=utf-8", ok ? "ok\n" : failure_ + "\n");
    return true;
  }

 private:
  const Health& health_;
  bool (Health::*probe_)() const;
  const std::string failure_;
};

}  // namespace

Endpoints::Endpoints() = default;
Endpoints::~Endpoints() = default;

Result<std::unique_ptr<Endpoints>> Endpoints::listen(const std::string& address, const Health& health,
                                                     const Metrics& metrics) {
  std::unique_ptr<Endpoints> endpoints(new Endpoints);
  endpoints->metrics_ = std::make_unique<MetricsHandler>(metrics);
  endpoints->alive_ = std::make_unique<ProbeHandler>(health, &Health::is_alive,
                                                     "the carrying loop has not come round for 60 s");
  endpoints->ready_ = std::make_unique<ProbeHandler>(health, &Health::is_ready, "no partitions assigned yet");
  try {
    endpoints->server_ = std::make_unique<CivetServer>(std::vector<std::string>{
        "listening_ports", address, "num_threads", "2", "request_timeout_ms", "5000"});
  } catch (const std::exception&) {
    return tl::make_unexpected(Stop{
        ExitCode::kConfig, "cannot listen on " + address + ": check --listen, and that the port is free"});
  }
  endpoints->server_->addHandler("/metrics$", *endpoints->metrics_);
  endpoints->server_->addHandler("/healthz$", *endpoints->alive_);
  endpoints->server_->addHandler("/readyz$", *endpoints->ready_);
  endpoints->port_ = endpoints->server_->getListeningPorts().front();
  return endpoints;
}

}  // namespace fusion::bridge
