#include "operator/options.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <optional>
#include <sstream>

namespace fusion::op {
namespace {

constexpr int kUsageError = 2;

/// "500ms", "10s", "1m": a whole number and its unit.
struct DurationText {
  static std::optional<std::chrono::milliseconds> parse(const std::string& text) {
    long long number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || number <= 0 || number > 86'400'000) return std::nullopt;
    const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
    if (unit == "ms") return std::chrono::milliseconds(number);
    if (unit == "s") return std::chrono::seconds(number);
    if (unit == "m") return std::chrono::minutes(number);
    return std::nullopt;
  }
};

CLI::Option* add_duration(CLI::App& app, const std::string& name, std::chrono::milliseconds& value,
                          const std::string& help) {
  return app
      .add_option_function<std::string>(
          name,
          [&value, name](const std::string& text) {
            const auto parsed = DurationText::parse(text);
            if (!parsed)
              throw CLI::ValidationError(name, "'" + text + "' is not a duration such as 500ms, 10s or 1m");
            value = *parsed;
          },
          help)
      ->type_name("DURATION");
}

/// "host:port"; an IPv6 host stands in brackets.
bool split_address(const std::string& text, std::string& host, std::uint16_t& port) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return false;
  const char* const begin = text.data() + colon + 1;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(begin, end, port);
  if (error != std::errc() || rest != end || begin == end) return false;
  host = text.substr(0, colon);
  if (host.empty()) host = "0.0.0.0";
  return true;
}

}  // namespace

tl::expected<Options, Exit> parse_options(int argc, const char* const* argv) {
  Options options;
  std::string listen = "0.0.0.0:8080";
  CLI::App app("Runs Spark-Flink fusion pipelines on Kubernetes.", "fusion-operator");
  app.add_option("--kubeconfig", options.kubeconfig,
                 "kubeconfig file; without it $KUBECONFIG, the pod's service account or ~/.kube/config");
  app.add_option("--namespaces", options.namespaces,
                 "namespaces to watch, separated by commas; all if left out")
      ->delimiter(',');
  app.add_option("--kafka-config", options.kafka_config,
                 "YAML file with the default Kafka connection and its topic policy");
  app.add_option(
         "--installation-id", options.installation_id,
         "goes into consumer groups and transactional ids; must differ between operators that share a Kafka")
      ->check([](const std::string& id) {
        const bool ok = !id.empty() && id.size() <= 32 &&
                        id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
        return ok ? std::string() : "'" + id + "' is not 1 to 32 lower case letters, digits and '-'";
      });
  app.add_option("--bridge-image", options.bridge_image,
                 "image of the bridges' pods, for pipelines that name none");
  app.add_option("--workers", options.workers, "pipelines worked on at the same time")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  app.add_option("--max-concurrent-rollouts", options.max_concurrent_rollouts,
                 "pipelines whose pods a new version of the operator replaces at the same time")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  add_duration(app, "--status-interval", options.status_interval,
               "write progress into a status at most this often (default 10s)");
  add_duration(app, "--kafka-resync", options.kafka_resync,
               "look at Kafka and at secrets again this often (default 30s)");
  add_duration(app, "--engine-discovery", options.engine_discovery,
               "look for newly installed operators of Spark and Flink this often (default 1m)");
  app.add_option("--engine-progress", options.engine_progress,
                 "ask the REST API of Flink jobs for watermarks and checkpoints (default true)");
  app.add_option("--listen", listen, "address of /metrics, /healthz and /readyz; port 0 takes a free one")
      ->capture_default_str();
  app.add_option("--log-level", options.log_level, "debug, info, warning or error (default info)")
      ->transform(CLI::CheckedTransformer(std::map<std::string, LogLevel>{{"debug", LogLevel::kDebug},
                                                                          {"info", LogLevel::kInfo},
                                                                          {"warning", LogLevel::kWarning},
                                                                          {"error", LogLevel::kError}}))
      ->type_name("LEVEL");
  app.add_option("--leader-elect", options.leader_elect, "write only while holding the lease (default true)");
  app.add_option("--lease-namespace", options.lease_namespace,
                 "namespace of the lease; without it the pod's own");
  app.add_option("--lease-name", options.lease_name, "name of the lease")->capture_default_str();
  app.set_version_flag("--version", "fusion-operator " FUSION_VERSION);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::ostringstream out;
    const bool usage_error = app.exit(error, out, out) != 0;
    return tl::unexpected(Exit{usage_error ? kUsageError : 0, out.str()});
  }
  if (!split_address(listen, options.listen_host, options.listen_port)) {
    return tl::unexpected(
        Exit{kUsageError, "--listen: '" + listen + "' is not an address such as 0.0.0.0:8080\n"});
  }
  if (!options.namespaces.empty() && options.installation_id.empty()) {
    return tl::unexpected(
        Exit{kUsageError,
             "--installation-id: must be set with --namespaces, because the cluster's own id "
             "cannot be read with rights in single namespaces\n"});
  }
  return options;
}

}  // namespace fusion::op
