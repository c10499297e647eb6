#include "cli/command_config.h"

#include <algorithm>
#include <cctype>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

namespace fusion::cli {
namespace {

using Properties = std::map<std::string, std::string>;
template <class T>
using Expected = tl::expected<T, std::string>;

/// Takes keys off the properties; what is left over was not understood.
class Keys {
 public:
  explicit Keys(Properties properties) : properties_(std::move(properties)) {}

  /// The value of the first key that is there; all of them are taken.
  std::string take(std::initializer_list<const char*> names) {
    std::string value;
    for (const auto* name : names) {
      const auto found = properties_.find(name);
      if (found == properties_.end()) continue;
      if (value.empty()) value = std::move(found->second);
      properties_.erase(found);
    }
    return value;
  }

  std::optional<std::string> leftover() const {
    for (const auto& [key, value] : properties_) {
      for (const std::string_view part : {"security.", "sasl.", "ssl."}) {
        if (key.starts_with(part)) return key;
      }
    }
    return std::nullopt;
  }

 private:
  Properties properties_;
};

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

/// The options of a JAAS line, `Module required name="value" other=value;`, in which backslashes stand before
/// quotes and backslashes.
class JaasLine {
 public:
  explicit JaasLine(std::string_view text) : rest_(text) {
    while (!rest_.empty()) read_word();
  }

  std::string option(const std::string& name) const {
    const auto found = options_.find(name);
    return found == options_.end() ? "" : found->second;
  }

 private:
  static constexpr std::string_view kBlank = " \t\r\n";

  void read_word() {
    const auto end = std::min(rest_.find_first_of(" \t\r\n=;"), rest_.size());
    std::string name(rest_.substr(0, end));
    rest_.remove_prefix(end);
    skip(kBlank);
    if (!rest_.starts_with('=')) return skip(" \t\r\n;");
    rest_.remove_prefix(1);
    skip(kBlank);
    options_[std::move(name)] = rest_.starts_with('"') ? quoted() : plain();
  }

  void skip(std::string_view characters) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(characters), rest_.size()));
  }

  std::string plain() {
    const auto end = std::min(rest_.find_first_of(" \t\r\n;"), rest_.size());
    std::string value(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return value;
  }

  std::string quoted() {
    std::string value;
    std::size_t at = 1;
    for (; at < rest_.size() && rest_[at] != '"'; ++at) {
      if (rest_[at] == '\\' && at + 1 < rest_.size()) ++at;
      value += rest_[at];
    }
    rest_.remove_prefix(std::min(at + 1, rest_.size()));
    return value;
  }

  std::string_view rest_;
  std::map<std::string, std::string> options_;
};

/// All blocks of a PEM text whose label ends in `label`, as they stand.
std::string pem_blocks(const std::string& text, const std::string& label) {
  static const std::string kBegin = "-----BEGIN ";
  std::string blocks;
  for (auto at = text.find(kBegin); at != std::string::npos; at = text.find(kBegin, at + 1)) {
    const auto name_end = text.find("-----", at + kBegin.size());
    if (name_end == std::string::npos) break;
    const auto name = text.substr(at + kBegin.size(), name_end - at - kBegin.size());
    const std::string end_line = "-----END " + name + "-----";
    const auto end = text.find(end_line, name_end);
    if (end == std::string::npos) break;
    if (name.ends_with(label)) blocks += text.substr(at, end + end_line.size() - at) + "\n";
  }
  return blocks;
}

Expected<kafka::SaslMechanism> mechanism_of(const std::string& name) {
  if (name == "PLAIN") return kafka::SaslMechanism::Plain;
  if (name == "SCRAM-SHA-256") return kafka::SaslMechanism::ScramSha256;
  if (name == "SCRAM-SHA-512") return kafka::SaslMechanism::ScramSha512;
  return tl::unexpected(std::string("sasl.mechanism must be PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512"));
}

Expected<kafka::Sasl> sasl_of(Keys& keys) {
  const auto mechanism = mechanism_of(upper(keys.take({"sasl.mechanism", "sasl.mechanisms"})));
  const auto jaas = keys.take({"sasl.jaas.config"});
  auto username = keys.take({"sasl.username"});
  auto password = keys.take({"sasl.password"});
  if (!mechanism) return tl::unexpected(mechanism.error());
  if (!jaas.empty()) {
    const JaasLine line(jaas);
    username = line.option("username");
    password = line.option("password");
  }
  if (username.empty() || password.empty()) {
    return tl::unexpected(std::string(
        "SASL needs a user name and a password: give sasl.jaas.config, or sasl.username and sasl.password"));
  }
  return kafka::Sasl{*mechanism, std::move(username), kafka::Secret(std::move(password))};
}

/// The PEM text that stands in `inline_text`, or in the file; empty where neither is given.
Expected<std::string> pem_of(std::string inline_text, const std::string& file, const FileReader& read_file) {
  if (!inline_text.empty() || file.empty()) return inline_text;
  return read_file(file);
}

Expected<void> check_store_type(Keys& keys, const char* type, const char* location) {
  if (upper(keys.take({type})) == "PEM") return {};
  return tl::unexpected(std::string(location) +
                        " is read as PEM only: convert the store (`keytool -exportcert "
                        "-rfc`, `openssl pkcs12`), and set " +
                        type + "=PEM");
}

Expected<kafka::Tls> tls_of(Keys& keys, const FileReader& read_file) {
  kafka::Tls tls;
  auto trust_file = keys.take({"ssl.truststore.location"});
  auto key_file = keys.take({"ssl.keystore.location"});
  if (!trust_file.empty()) {
    if (auto checked = check_store_type(keys, "ssl.truststore.type", "ssl.truststore.location"); !checked)
      return tl::unexpected(checked.error());
  }
  if (!key_file.empty()) {
    if (auto checked = check_store_type(keys, "ssl.keystore.type", "ssl.keystore.location"); !checked)
      return tl::unexpected(checked.error());
  }
  keys.take({"ssl.truststore.type", "ssl.keystore.type"});
  const auto or_else = [](std::string first, std::string second) { return first.empty() ? second : first; };
  auto ca = pem_of(keys.take({"ssl.truststore.certificates", "ssl.ca.pem"}),
                   or_else(std::move(trust_file), keys.take({"ssl.ca.location"})), read_file);
  auto certificate = pem_of(keys.take({"ssl.keystore.certificate.chain", "ssl.certificate.pem"}),
                            or_else(key_file, keys.take({"ssl.certificate.location"})), read_file);
  auto key = pem_of(keys.take({"ssl.keystore.key", "ssl.key.pem"}),
                    or_else(key_file, keys.take({"ssl.key.location"})), read_file);
  for (const auto* text : {&ca, &certificate, &key}) {
    if (!*text) return tl::unexpected(text->error());
  }
  if (certificate->empty() != key->empty())
    return tl::unexpected(std::string("a client certificate and its key go together, and one is missing"));
  tls.ca_pem = std::move(*ca);
  tls.certificate_pem = pem_blocks(*certificate, "CERTIFICATE");
  tls.key_pem = kafka::Secret(pem_blocks(*key, "PRIVATE KEY"));
  if (!certificate->empty() && (tls.certificate_pem.empty() || tls.key_pem.empty()))
    return tl::unexpected(std::string("the client's certificate or its private key is no PEM"));
  return tls;
}

}  // namespace

Expected<kafka::Connection> parse_command_config(const Properties& properties, const FileReader& read_file) {
  Keys keys(properties);
  auto protocol = upper(keys.take({"security.protocol"}));
  if (protocol.empty()) protocol = "PLAINTEXT";
  const bool has_sasl = protocol == "SASL_PLAINTEXT" || protocol == "SASL_SSL";
  const bool has_tls = protocol == "SSL" || protocol == "SASL_SSL";
  if (!has_sasl && !has_tls && protocol != "PLAINTEXT") {
    return tl::unexpected(
        std::string("security.protocol must be PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL"));
  }
  // Java's default; the only other value switches the check of the broker's name off.
  if (properties.contains("ssl.endpoint.identification.algorithm") &&
      keys.take({"ssl.endpoint.identification.algorithm"}) != "https") {
    return tl::unexpected(std::string("ssl.endpoint.identification.algorithm must be https, or left out"));
  }
  kafka::Connection connection;
  if (has_tls) {
    auto tls = tls_of(keys, read_file);
    if (!tls) return tl::unexpected(tls.error());
    connection.tls = std::move(*tls);
  }
  if (has_sasl) {
    auto sasl = sasl_of(keys);
    if (!sasl) return tl::unexpected(sasl.error());
    connection.sasl = std::move(*sasl);
  }
  if (const auto key = keys.leftover()) {
    return tl::unexpected(*key + " is not known here, or means nothing with security.protocol=" + protocol);
  }
  return connection;
}

}  // namespace fusion::cli
