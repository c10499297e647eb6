#pragma once

#include <string>
#include <thread>
#include <vector>

namespace fusion::flink::testing {

/// Answers requests on one connection to a loopback port, in the order of `answers`, and then leaves the
/// connection open until the other side closes it. Each answer is sent as it stands.
class ScriptedServer {
 public:
  explicit ScriptedServer(std::vector<std::string> answers);
  /// Waits for the end of the connection.
  ~ScriptedServer();

  /// "http://127.0.0.1:<port>/jobs/1"
  std::string url() const;
  /// The requests' heads. Waits for the end of the connection.
  const std::vector<std::string>& requests();

 private:
  void serve(const std::vector<std::string>& answers);

  int listener_ = -1;
  int port_ = 0;
  std::vector<std::string> requests_;
  std::thread thread_;
};

/// An answer with a status line and a Content-Length.
std::string answer(const std::string& status, const std::string& body, const std::string& headers = "");

}  // namespace fusion::flink::testing
