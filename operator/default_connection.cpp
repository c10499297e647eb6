#include "operator/default_connection.h"

#include <yaml-cpp/yaml.h>

#include <fstream>
#include <initializer_list>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace fusion::op {
namespace {

/// Thrown within this file only.
struct BadField : std::runtime_error {
  using std::runtime_error::runtime_error;
};

void check_fields(const YAML::Node& node, const std::string& path,
                  std::initializer_list<std::string_view> known) {
  if (!node.IsMap()) throw BadField(path + ": must be a map");
  for (const auto& entry : node) {
    const auto name = entry.first.as<std::string>();
    bool found = false;
    for (const auto field : known) found = found || field == name;
    if (!found) throw BadField(path + "." + name + ": unknown field");
  }
}

std::string text(const YAML::Node& node, const std::string& path) {
  if (!node.IsDefined() || node.IsNull()) return {};
  if (!node.IsScalar()) throw BadField(path + ": must be a string");
  return node.as<std::string>();
}

std::string required_text(const YAML::Node& node, const std::string& path) {
  auto value = text(node, path);
  if (value.empty()) throw BadField(path + ": must be set");
  return value;
}

std::string file_text(const std::string& file, const std::string& path) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream content;
  content << stream.rdbuf();
  if (!stream) throw BadField(path + ": cannot read the file " + file);
  return content.str();
}

bool is_given(const YAML::Node& node) { return node.IsDefined() && !node.IsNull(); }

kafka::Tls read_tls(const YAML::Node& node) {
  check_fields(node, "tls", {"caFile", "certificateFile", "keyFile"});
  kafka::Tls tls;
  if (const auto file = text(node["caFile"], "tls.caFile"); !file.empty())
    tls.ca_pem = file_text(file, "tls.caFile");
  const auto certificate = text(node["certificateFile"], "tls.certificateFile");
  const auto key = text(node["keyFile"], "tls.keyFile");
  if (certificate.empty() != key.empty()) throw BadField("tls: certificateFile and keyFile go together");
  if (!certificate.empty()) {
    tls.certificate_pem = file_text(certificate, "tls.certificateFile");
    tls.key_pem = kafka::Secret(file_text(key, "tls.keyFile"));
  }
  return tls;
}

kafka::SaslMechanism read_mechanism(const std::string& name) {
  if (name == "PLAIN") return kafka::SaslMechanism::Plain;
  if (name == "SCRAM-SHA-256") return kafka::SaslMechanism::ScramSha256;
  if (name == "SCRAM-SHA-512") return kafka::SaslMechanism::ScramSha512;
  throw BadField("sasl.mechanism: '" + name + "' is not PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512");
}

kafka::Sasl read_sasl(const YAML::Node& node) {
  check_fields(node, "sasl", {"mechanism", "username", "passwordFile"});
  kafka::Sasl sasl;
  sasl.mechanism = read_mechanism(required_text(node["mechanism"], "sasl.mechanism"));
  sasl.username = required_text(node["username"], "sasl.username");
  auto password = file_text(required_text(node["passwordFile"], "sasl.passwordFile"), "sasl.passwordFile");
  // Editors end files with a newline; no password ends with one.
  while (!password.empty() && (password.back() == '\n' || password.back() == '\r')) password.pop_back();
  sasl.password = kafka::Secret(std::move(password));
  return sasl;
}

TopicPolicy read_policy(const YAML::Node& node) {
  if (!node.IsMap()) throw BadField("topicPolicy: must be a map of namespaces to lists of patterns");
  TopicPolicy policy;
  for (const auto& entry : node) {
    const auto ns = entry.first.as<std::string>();
    const std::string path = "topicPolicy." + ns;
    if (!entry.second.IsSequence()) throw BadField(path + ": must be a list of patterns");
    auto& patterns = policy[ns];
    for (const auto& pattern : entry.second) patterns.push_back(required_text(pattern, path));
  }
  return policy;
}

api::SecretKey read_secret_key(const YAML::Node& node, const std::string& path) {
  check_fields(node, path, {"name", "key"});
  return {required_text(node["name"], path + ".name"), required_text(node["key"], path + ".key")};
}

/// What bridges are told: the same servers and mechanisms, with secrets by name.
api::Kafka read_bridge(const YAML::Node& root, const DefaultConnection& connection) {
  api::Kafka bridge;
  bridge.bootstrap_servers = connection.connection.bootstrap_servers;
  const YAML::Node secrets = root["bridgeSecrets"];
  const bool given = is_given(secrets);
  if (given)
    check_fields(secrets, "bridgeSecrets", {"username", "caSecret", "certificateSecret", "passwordSecret"});
  if (connection.connection.tls) {
    bridge.tls.emplace();
    if (given && is_given(secrets["caSecret"])) {
      bridge.tls->ca_secret = read_secret_key(secrets["caSecret"], "bridgeSecrets.caSecret");
    }
    if (given && is_given(secrets["certificateSecret"])) {
      check_fields(secrets["certificateSecret"], "bridgeSecrets.certificateSecret", {"name"});
      bridge.tls->certificate_secret =
          required_text(secrets["certificateSecret"]["name"], "bridgeSecrets.certificateSecret.name");
    }
    if (!connection.connection.tls->ca_pem.empty() && !bridge.tls->ca_secret) {
      throw BadField(
          "bridgeSecrets.caSecret: must be set, because tls.caFile is: bridges need the CA as well");
    }
    if (!connection.connection.tls->certificate_pem.empty() && !bridge.tls->certificate_secret) {
      throw BadField("bridgeSecrets.certificateSecret: must be set, because tls.certificateFile is");
    }
  }
  if (const auto& sasl = connection.connection.sasl) {
    if (!given || !is_given(secrets["passwordSecret"])) {
      throw BadField(
          "bridgeSecrets.passwordSecret: must be set, because sasl is: the operator never hands out its own "
          "password");
    }
    bridge.sasl.emplace();
    bridge.sasl->mechanism = root["sasl"]["mechanism"].as<std::string>();
    bridge.sasl->username = text(secrets["username"], "bridgeSecrets.username");
    if (bridge.sasl->username.empty()) bridge.sasl->username = sasl->username;
    bridge.sasl->password_secret = read_secret_key(secrets["passwordSecret"], "bridgeSecrets.passwordSecret");
  }
  return bridge;
}

}  // namespace

tl::expected<DefaultConnection, std::string> read_default_connection(const std::filesystem::path& file) {
  try {
    const YAML::Node root = YAML::Load(file_text(file.string(), "--kafka-config"));
    if (!root.IsMap()) throw BadField("must be a map with the field bootstrapServers");
    for (const auto& entry : root) {
      const auto name = entry.first.as<std::string>();
      if (name != "bootstrapServers" && name != "tls" && name != "sasl" && name != "topicPolicy" &&
          name != "bridgeSecrets") {
        throw BadField(name + ": unknown field");
      }
    }
    DefaultConnection result;
    result.connection.bootstrap_servers = required_text(root["bootstrapServers"], "bootstrapServers");
    if (is_given(root["tls"])) result.connection.tls = read_tls(root["tls"]);
    if (is_given(root["sasl"])) result.connection.sasl = read_sasl(root["sasl"]);
    if (is_given(root["topicPolicy"])) result.topic_policy = read_policy(root["topicPolicy"]);
    result.bridge = read_bridge(root, result);
    return result;
  } catch (const std::exception& error) {
    return tl::unexpected(file.string() + ": " + error.what());
  }
}

}  // namespace fusion::op
