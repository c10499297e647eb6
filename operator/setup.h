#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "controllers/settings.h"
#include "kafka/connection.h"
#include "operator/log.h"
#include "operator/options.h"

namespace fusion::op {

/// What the administrator has set up: what the plans may know, and the operator's own Kafka credentials.
struct Setup {
  controllers::Settings settings;
  std::optional<kafka::Connection> default_connection;
};

/// The setup as options and files say it now. Thread-safe.
class SetupSource {
 public:
  /// Fails if the file of the default connection cannot be used.
  static tl::expected<std::unique_ptr<SetupSource>, std::string> make(const Options& options,
                                                                      std::string installation_id, Log log);

  std::shared_ptr<const Setup> current() const;

  /// Reads the file of the default connection again; one that cannot be used any more changes nothing, and is
  /// logged when that is news.
  void reread();

 private:
  SetupSource(const Options& options, std::string installation_id, Log log);
  tl::expected<Setup, std::string> read() const;

  const Options options_;
  const std::string installation_id_;
  const Log log_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Setup> setup_;  // guarded by mutex_
  std::string problem_;                 // guarded by mutex_
};

}  // namespace fusion::op
