#include "kube/credentials.h"

#include <openssl/evp.h>
#include <yaml-cpp/yaml.h>

#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>

namespace fusion::kube {
namespace {

namespace fs = std::filesystem;

Error invalid(std::string message) { return {Reason::Invalid, std::move(message), {}, 0}; }

Expected<std::string> read_text(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  // A directory opens but cannot be read.
  if (!stream || !(text << stream.rdbuf())) return fail(invalid("cannot read " + file.string()));
  return text.str();
}

std::string trimmed(std::string text) {
  const auto end = text.find_last_not_of(" \t\r\n");
  text.erase(end == std::string::npos ? 0 : end + 1);
  text.erase(0, text.find_first_not_of(" \t\r\n"));
  return text;
}

std::optional<std::string> decode_base64(const std::string& encoded) {
  std::string packed;
  for (const char c : encoded) {
    if (c != '\n' && c != '\r' && c != ' ') packed += c;
  }
  std::string decoded(packed.size() / 4 * 3, '\0');
  const int length =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(decoded.data()),
                      reinterpret_cast<const unsigned char*>(packed.data()), static_cast<int>(packed.size()));
  if (length < 0 || packed.empty()) return std::nullopt;
  const auto padding = packed.size() - 1 - packed.find_last_not_of('=');
  decoded.resize(static_cast<std::size_t>(length) - padding);
  return decoded;
}

// One kubeconfig while it is being read; errors carry where it came from.
class Kubeconfig {
 public:
  Kubeconfig(const YAML::Node& root, fs::path directory, std::string origin)
      : root_(root), directory_(std::move(directory)), origin_(std::move(origin)) {}

  Expected<Credentials> current() const {
    if (!root_.IsMap()) return fail(wrong("is not a kubeconfig: it holds no mapping"));
    const auto context_name = text(root_, "current-context");
    if (context_name.empty()) {
      return fail(wrong("has no current-context: choose one with `kubectl config use-context NAME`"));
    }
    const auto context = entry("contexts", "context", context_name);
    if (!context) return fail(context.error());
    const auto cluster = entry("clusters", "cluster", text(*context, "cluster"));
    if (!cluster) return fail(cluster.error());

    Credentials credentials;
    if (const auto ns = text(*context, "namespace"); !ns.empty()) credentials.default_namespace = ns;
    if (auto read = read_cluster(*cluster, credentials); !read) return fail(read.error());
    if (const auto user_name = text(*context, "user"); !user_name.empty()) {
      const auto user = entry("users", "user", user_name);
      if (!user) return fail(user.error());
      if (auto read = read_user(*user, user_name, credentials); !read) return fail(read.error());
    }
    return credentials;
  }

 private:
  Error wrong(const std::string& what) const { return invalid(origin_ + " " + what); }

  static std::string text(const YAML::Node& map, const std::string& key) {
    const auto node = map[key];
    return node && node.IsScalar() ? node.Scalar() : std::string();
  }

  // The `what` (cluster) of the item called `name` in the list `list` (clusters).
  Expected<YAML::Node> entry(const std::string& list, const std::string& what,
                             const std::string& name) const {
    const auto items = root_[list];
    if (items && items.IsSequence()) {
      for (const auto& item : items) {
        if (item.IsMap() && text(item, "name") == name && item[what] && item[what].IsMap()) return item[what];
      }
    }
    return fail(
        wrong("has no " + what + " named \"" + name + "\" in " + list + ", which its current-context needs"));
  }

  // The value of `key`-data (base64), or of the file that `key` names.
  Expected<std::string> pem(const YAML::Node& map, const std::string& key) const {
    if (const auto data = text(map, key + "-data"); !data.empty()) {
      const auto decoded = decode_base64(data);
      if (!decoded) return fail(wrong("has a " + key + "-data that is not base64"));
      return *decoded;
    }
    const auto file = text(map, key);
    if (file.empty()) return std::string();
    auto read = read_text(directory_ / file);
    if (!read) return fail(wrong("names a " + key + " that cannot be read: " + (directory_ / file).string()));
    return read;
  }

  Expected<void> read_cluster(const YAML::Node& cluster, Credentials& credentials) const {
    for (const char* unsupported : {"tls-server-name", "proxy-url"}) {
      if (!text(cluster, unsupported).empty()) {
        return fail(wrong(std::string("sets ") + unsupported + ", which is not supported"));
      }
    }
    credentials.server = text(cluster, "server");
    if (!credentials.server.starts_with("https://") && !credentials.server.starts_with("http://")) {
      return fail(
          wrong("has no usable server in its cluster: it must begin with https:// or http://, and is \"" +
                credentials.server + "\""));
    }
    credentials.insecure_skip_tls_verify = text(cluster, "insecure-skip-tls-verify") == "true";
    auto ca = pem(cluster, "certificate-authority");
    if (!ca) return fail(ca.error());
    credentials.ca_pem = *std::move(ca);
    return {};
  }

  Expected<void> read_user(const YAML::Node& user, const std::string& name, Credentials& credentials) const {
    for (const char* unsupported : {"exec", "auth-provider", "username", "as"}) {
      if (user[unsupported]) {
        return fail(wrong("authenticates user \"" + name + "\" by " + unsupported +
                          ", which is not supported: use a client certificate, a token or a tokenFile"));
      }
    }
    auto certificate = pem(user, "client-certificate");
    if (!certificate) return fail(certificate.error());
    auto key = pem(user, "client-key");
    if (!key) return fail(key.error());
    if (certificate->empty() != key->empty()) {
      return fail(wrong("gives user \"" + name +
                        "\" only one of client-certificate and client-key: both are needed"));
    }
    credentials.client_cert_pem = *std::move(certificate);
    credentials.client_key_pem = *std::move(key);
    credentials.token = text(user, "token");
    if (const auto file = text(user, "tokenFile"); !file.empty()) credentials.token_file = directory_ / file;
    return {};
  }

  const YAML::Node root_;
  const fs::path directory_;
  const std::string origin_;
};

}  // namespace

Expected<Credentials> parse_kubeconfig(const std::string& text, const fs::path& directory,
                                       const std::string& origin) {
  try {
    return Kubeconfig(YAML::Load(text), directory, origin).current();
  } catch (const YAML::Exception& e) {
    return fail(invalid(origin + " is not valid YAML at line " + std::to_string(e.mark.line + 1) +
                        ", column " + std::to_string(e.mark.column + 1) + ": " + e.msg));
  }
}

Expected<Credentials> credentials_from_kubeconfig(const fs::path& file) {
  const auto text = read_text(file);
  if (!text) {
    return fail(invalid("cannot read the kubeconfig " + file.string() +
                        ": give an existing file by --kubeconfig or KUBECONFIG"));
  }
  return parse_kubeconfig(*text, file.parent_path(), "kubeconfig " + file.string());
}

Expected<Credentials> credentials_in_cluster(const std::string& host, const std::string& port,
                                             const fs::path& directory) {
  if (host.empty() || port.empty()) {
    return fail(invalid("not in a pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set"));
  }
  Credentials credentials;
  const bool ipv6 = host.find(':') != std::string::npos;
  credentials.server = "https://" + (ipv6 ? "[" + host + "]" : host) + ":" + port;
  credentials.token_file = directory / "token";
  auto ca = read_text(directory / "ca.crt");
  if (!ca || !read_text(credentials.token_file)) {
    return fail(invalid("cannot read the service account in " + directory.string() +
                        ": the pod needs automountServiceAccountToken: true"));
  }
  credentials.ca_pem = *std::move(ca);
  if (const auto ns = read_text(directory / "namespace"); ns) credentials.default_namespace = trimmed(*ns);
  return credentials;
}

Expected<Credentials> find_credentials(const fs::path& explicit_file) {
  if (!explicit_file.empty()) return credentials_from_kubeconfig(explicit_file);
  const auto environment = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  if (const auto file = environment("KUBECONFIG"); !file.empty()) {
    if (file.find(':') != std::string::npos) {
      return fail(invalid("KUBECONFIG names several files, which is not supported: give one"));
    }
    return credentials_from_kubeconfig(file);
  }
  if (const auto host = environment("KUBERNETES_SERVICE_HOST"); !host.empty()) {
    return credentials_in_cluster(host, environment("KUBERNETES_SERVICE_PORT"));
  }
  const auto home = fs::path(environment("HOME")) / ".kube" / "config";
  if (fs::exists(home)) return credentials_from_kubeconfig(home);
  return fail(invalid("found no way to a Kubernetes API server: not in a pod, KUBECONFIG is not set and " +
                      home.string() + " does not exist; give a kubeconfig by --kubeconfig or KUBECONFIG"));
}

TokenSource::TokenSource(const Credentials& credentials)
    : file_(credentials.token_file), token_(credentials.token) {}

Expected<std::string> TokenSource::token(std::chrono::steady_clock::time_point now) {
  const std::lock_guard lock(mutex_);
  if (file_.empty()) return token_;
  if (!due_ && now - read_at_ < kRereadAfter) return token_;
  const auto text = read_text(file_);
  const auto token = text ? trimmed(*text) : std::string();
  if (token.empty()) {
    if (!token_.empty()) return token_;
    return fail(invalid("the token file " + file_.string() + " cannot be read or is empty"));
  }
  token_ = token;
  read_at_ = now;
  due_ = false;
  return token_;
}

void TokenSource::invalidate() {
  const std::lock_guard lock(mutex_);
  due_ = true;
}

}  // namespace fusion::kube
