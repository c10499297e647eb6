#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>

#include "bridge/carrier.h"
#include "bridge/endpoints.h"
#include "bridge/log.h"
#include "bridge/shutdown.h"
#include "kafka/librdkafka_admin.h"

namespace fusion::bridge {
namespace {

struct Options {
  std::string config_file;
  int ordinal = -1;
  std::string listen = "0.0.0.0:8080";
  std::string log_level = "info";
};

Stop run(const Options& options, const Shutdown& shutdown) {
  int ordinal = options.ordinal;
  if (ordinal < 0) {
    const char* pod_name = std::getenv("POD_NAME");
    const auto from_pod = ordinal_of(pod_name == nullptr ? "" : pod_name);
    if (!from_pod) return from_pod.error();
    ordinal = *from_pod;
  }
  const auto settings = load_settings(options.config_file, ordinal);
  if (!settings) return settings.error();
  const auto& config = settings->config;
  const auto start_from = StartFrom::parse(config.start_from, config.start_timestamp_ms);
  if (!start_from) return start_from.error();

  Health health;
  Metrics metrics(config.pipeline, config.bridge);
  const auto endpoints = Endpoints::listen(options.listen, health, metrics);
  if (!endpoints) return endpoints.error();
  log(LogLevel::kInfo, "starting",
      {{"pipeline", config.pipeline},
       {"bridge", config.bridge},
       {"from", config.from.name},
       {"to", config.to.name},
       {"kafka", describe(settings->connection)},
       {"transactional_id", settings->transactional_id()},
       {"port", std::to_string((*endpoints)->port())}});

  kafka::AdminSettings admin_settings;
  admin_settings.request_timeout = std::chrono::seconds(5);
  const auto admin = kafka::make_librdkafka_admin(settings->connection, admin_settings);
  if (!admin) return {ExitCode::kConfig, admin.error().message};
  Carrier carrier(*settings, *start_from, **admin, health, metrics, [&] { return shutdown.requested(); });
  return carrier.run();
}

int main_with(const Options& options) {
  // Kubernetes gives a pod 30 s; we promise 10.
  const Shutdown shutdown(std::chrono::seconds(8));
  Stop stop;
  try {
    stop = run(options, shutdown);
  } catch (const std::exception& error) {
    stop = {ExitCode::kFailed, std::string("unexpected: ") + error.what()};
  }
  if (stop.code == ExitCode::kOk) {
    log(LogLevel::kInfo, "ended");
  } else {
    log(LogLevel::kError, stop.message, {{"exit_code", std::to_string(static_cast<int>(stop.code))}});
    write_termination_message(stop);
  }
  return static_cast<int>(stop.code);
}

}  // namespace
}  // namespace fusion::bridge

int main(int argc, char** argv) {
  fusion::bridge::Options options;
  CLI::App app("Carries records from one Kafka topic to another, exactly once.", "fusion-bridge");
  app.add_option("--config", options.config_file, "the bridge's configuration, as the operator wrote it")
      ->required();
  app.add_option("--ordinal", options.ordinal,
                 "which replica this is; default: the number at the end of POD_NAME")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--listen", options.listen,
                 "host:port of /metrics, /healthz and /readyz; port 0 takes a free one")
      ->capture_default_str();
  app.add_option("--log-level", options.log_level, "debug, info, warning or error")->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(fusion::bridge::ExitCode::kConfig);
  }
  if (!fusion::bridge::set_log_level(options.log_level)) {
    std::cerr << "--log-level is " << options.log_level << ": use debug, info, warning or error\n";
    return static_cast<int>(fusion::bridge::ExitCode::kConfig);
  }
  return fusion::bridge::main_with(options);
}
