#pragma once

#include <chrono>
#include <filesystem>
#include <mutex>
#include <string>

#include "kube/error.h"

namespace fusion::kube {

/// How to reach an API server and who to be there. Certificates and keys are PEM text.
struct Credentials {
  std::string server;  ///< base URL, such as https://10.96.0.1:443
  std::string default_namespace = "default";
  std::string ca_pem;  ///< empty: the system's CAs
  std::string client_cert_pem;
  std::string client_key_pem;
  std::string token;                 ///< a fixed bearer token
  std::filesystem::path token_file;  ///< a bearer token that is rotated by somebody else; wins over `token`
  bool insecure_skip_tls_verify = false;
};

/// Reads a kubeconfig and takes its current context.
///
/// Understands certificates as data and as files (relative to the kubeconfig), `token` and `tokenFile`. What
/// we do not do is an error that says so, never a silent guess: `exec` and `auth-provider` plugins, user
/// names with passwords, `tls-server-name`, `proxy-url`, impersonation. All errors have Reason::Invalid.
/// Format: https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
Expected<Credentials> credentials_from_kubeconfig(const std::filesystem::path& file);

/// The same for text; relative files are looked up in `directory`, `origin` names the text in errors.
Expected<Credentials> parse_kubeconfig(const std::string& text, const std::filesystem::path& directory,
                                       const std::string& origin);

/// What a pod is given: the projected service account below `directory`, and the service's address.
/// `host` and `port` are KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT.
Expected<Credentials> credentials_in_cluster(
    const std::string& host, const std::string& port,
    const std::filesystem::path& directory = "/var/run/secrets/kubernetes.io/serviceaccount");

/// `explicit_file` if not empty, else $KUBECONFIG, else the pod's service account, else ~/.kube/config.
Expected<Credentials> find_credentials(const std::filesystem::path& explicit_file);

/// The bearer token for the next request.
///
/// A token file is read again when it is older than `kRereadAfter`, because the kubelet rotates it (after 80
/// % of its life) under the same name. If it cannot be read, the last good token stays in use. Thread-safe.
class TokenSource {
 public:
  static constexpr std::chrono::seconds kRereadAfter{10};

  explicit TokenSource(const Credentials& credentials);

  /// Empty if there is none. `now` decides whether the file is due.
  Expected<std::string> token(std::chrono::steady_clock::time_point now);

  /// Reads the file at the next call whatever its age: the server has just said Unauthorized.
  void invalidate();

 private:
  const std::filesystem::path file_;
  std::mutex mutex_;
  std::string token_;                                // guarded by mutex_
  std::chrono::steady_clock::time_point read_at_{};  // guarded by mutex_
  bool due_ = true;                                  // guarded by mutex_
};

}  // namespace fusion::kube
