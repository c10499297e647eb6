#include "operator/setup.h"

#include <utility>

#include "operator/default_connection.h"

namespace fusion::op {

SetupSource::SetupSource(const Options& options, std::string installation_id, Log log)
    : options_(options), installation_id_(std::move(installation_id)), log_(std::move(log)) {}

tl::expected<std::unique_ptr<SetupSource>, std::string> SetupSource::make(const Options& options,
                                                                          std::string installation_id,
                                                                          Log log) {
  std::unique_ptr<SetupSource> source(new SetupSource(options, std::move(installation_id), std::move(log)));
  auto setup = source->read();
  if (!setup) return tl::unexpected(std::move(setup.error()));
  source->setup_ = std::make_shared<const Setup>(std::move(*setup));
  return source;
}

std::shared_ptr<const Setup> SetupSource::current() const {
  std::lock_guard lock(mutex_);
  return setup_;
}

void SetupSource::reread() {
  if (options_.kafka_config.empty()) return;
  auto setup = read();
  std::lock_guard lock(mutex_);
  if (setup) {
    setup_ = std::make_shared<const Setup>(std::move(*setup));
    problem_.clear();
    return;
  }
  if (problem_ == setup.error()) return;
  problem_ = setup.error();
  log_.error("the default Kafka connection cannot be read again, the last good one stays in use",
             {{"error", problem_}});
}

tl::expected<Setup, std::string> SetupSource::read() const {
  Setup setup;
  setup.settings.installation_id = installation_id_;
  setup.settings.bridge_image = options_.bridge_image;
  setup.settings.kafka_resync = std::chrono::ceil<std::chrono::seconds>(options_.kafka_resync);
  setup.settings.status_interval = std::chrono::ceil<std::chrono::seconds>(options_.status_interval);
  if (options_.kafka_config.empty()) return setup;
  auto connection = read_default_connection(options_.kafka_config);
  if (!connection) return tl::unexpected(std::move(connection.error()));
  setup.default_connection = std::move(connection->connection);
  setup.settings.default_connection =
      controllers::DefaultConnection{std::move(connection->bridge), std::move(connection->topic_policy)};
  return setup;
}

}  // namespace fusion::op
