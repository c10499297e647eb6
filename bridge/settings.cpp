#include "bridge/settings.h"

#include <charconv>
#include <fstream>
#include <iterator>
#include <utility>

namespace fusion::bridge {
namespace {

tl::unexpected<Stop> invalid(std::string message) {
  return tl::make_unexpected(Stop{ExitCode::kConfig, std::move(message)});
}

Result<std::string> read(const std::string& file, const std::string& what) {
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in) return invalid("cannot read " + file + " (" + what + "): check that it exists and is readable");
  return text;
}

Result<kafka::Tls> load_tls(const contract::BridgeConfig::Kafka& config) {
  kafka::Tls tls;
  if (!config.ca_file.empty()) {
    auto text = read(config.ca_file, "kafka.ca_file");
    if (!text) return tl::make_unexpected(text.error());
    tls.ca_pem = std::move(*text);
  }
  if (!config.certificate_file.empty()) {
    auto certificate = read(config.certificate_file, "kafka.certificate_file");
    if (!certificate) return tl::make_unexpected(certificate.error());
    auto key = read(config.key_file, "kafka.key_file");
    if (!key) return tl::make_unexpected(key.error());
    tls.certificate_pem = std::move(*certificate);
    tls.key_pem = kafka::Secret(std::move(*key));
  }
  return tls;
}

Result<kafka::Sasl> load_sasl(const contract::BridgeConfig::Kafka& config) {
  kafka::Sasl sasl;
  if (config.sasl_mechanism == "PLAIN") {
    sasl.mechanism = kafka::SaslMechanism::Plain;
  } else if (config.sasl_mechanism == "SCRAM-SHA-256") {
    sasl.mechanism = kafka::SaslMechanism::ScramSha256;
  } else if (config.sasl_mechanism == "SCRAM-SHA-512") {
    sasl.mechanism = kafka::SaslMechanism::ScramSha512;
  } else {
    return invalid("kafka.sasl_mechanism is " + config.sasl_mechanism +
                   ": use PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512");
  }
  auto password = read(config.sasl_password_file, "kafka.sasl_password_file");
  if (!password) return tl::make_unexpected(password.error());
  // Secrets made from files with `kubectl create secret --from-file` often end in a newline.
  while (!password->empty() && (password->back() == '\n' || password->back() == '\r')) password->pop_back();
  sasl.username = config.sasl_username;
  sasl.password = kafka::Secret(std::move(*password));
  return sasl;
}

}  // namespace

Result<Settings> load_settings(const std::string& config_file, int ordinal) {
  const auto text = read(config_file, "--config");
  if (!text) return tl::make_unexpected(text.error());
  auto config = contract::parse_bridge_config(*text);
  if (!config) return invalid(config_file + ": " + config.error());
  Settings settings;
  settings.ordinal = ordinal;
  settings.connection.bootstrap_servers = config->kafka.bootstrap_servers;
  if (config->kafka.tls) {
    auto tls = load_tls(config->kafka);
    if (!tls) return tl::make_unexpected(tls.error());
    settings.connection.tls = std::move(*tls);
  }
  if (!config->kafka.sasl_mechanism.empty()) {
    auto sasl = load_sasl(config->kafka);
    if (!sasl) return tl::make_unexpected(sasl.error());
    settings.connection.sasl = std::move(*sasl);
  }
  settings.config = std::move(*config);
  return settings;
}

Result<int> ordinal_of(const std::string& pod_name) {
  const auto dash = pod_name.rfind('-');
  int ordinal = -1;
  if (dash != std::string::npos) {
    const char* end = pod_name.data() + pod_name.size();
    const auto [rest, failure] = std::from_chars(pod_name.data() + dash + 1, end, ordinal);
    if (failure != std::errc() || rest != end) ordinal = -1;
  }
  if (ordinal < 0) {
    return invalid(
        "POD_NAME is \"" + pod_name +
        "\", which does not end in a dash and a number: set it to the StatefulSet's pod name, or give "
        "--ordinal");
  }
  return ordinal;
}

}  // namespace fusion::bridge
