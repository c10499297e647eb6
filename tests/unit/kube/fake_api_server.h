#pragma once

#include <condition_variable>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <thread>
#include <vector>

#include "kube/credentials.h"

namespace fusion::kube::testing {

/// A request as it arrived.
struct Request {
  std::string method;
  std::string path;
  std::string query;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

/// An answer whose body the test writes while the client reads it: a watch.
class Stream {
 public:
  void send(const nlohmann::json& event);
  void send_raw(const std::string& text);
  void end();        ///< as a server ends a watch
  void break_off();  ///< as a connection that breaks

 private:
  friend class FakeApiServer;
  enum class State { Open, Ended, Broken };
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> pending_;
  State state_ = State::Open;
};

/// What the server answers to one kind of request: its replies in turn, the last one again and again.
class Rule {
 public:
  Rule& reply(int status, const nlohmann::json& body, std::map<std::string, std::string> headers = {});
  Rule& reply_raw(int status, std::string body, std::map<std::string, std::string> headers = {});
  /// Declares a longer body than it sends, then closes the connection.
  Rule& reply_cut_off(std::string body);
  /// Reads the request and never answers.
  Rule& hang();
  /// Answers 200 and streams what the test writes.
  Rule& stream(std::shared_ptr<Stream> stream);

 private:
  friend class FakeApiServer;
  struct Reply {
    int status = 200;
    std::string body;
    std::map<std::string, std::string> headers;
    std::shared_ptr<Stream> stream;
    bool cut_off = false;
    bool hang = false;
  };
  std::string method_;
  std::string path_;
  std::vector<std::string> query_;
  std::vector<Reply> replies_;
  std::size_t next_ = 0;
};

/// An HTTP server on a free loopback port that answers as told and logs what it was asked.
///
///     FakeApiServer server;
///     server.on("GET", "/api/v1/namespaces/demo/configmaps/a").reply(503, {}).reply(200, a_config_map());
///     auto api = HttpApi::make(server.credentials());
///
/// Rules are set before the requests come; the newest that matches wins. What no rule matches is answered 404
/// with "no rule" as its message. Thread-safe once the rules are set.
class FakeApiServer {
 public:
  FakeApiServer();
  ~FakeApiServer();

  Credentials credentials() const;

  /// `target` is the path, and after a '?' parts that the query must have, in any order.
  Rule& on(const std::string& method, const std::string& target);

  std::vector<Request> requests() const;
  std::vector<Request> requests(const std::string& method, const std::string& path) const;

  /// Waits until as many requests of that method and path have come; false after five seconds.
  bool wait_for_requests(const std::string& method, const std::string& path, std::size_t count) const;

 private:
  void accept_connections();
  void serve(int socket);
  Rule::Reply choose(const Request& request);
  bool answer(int socket, const Rule::Reply& reply);
  bool send_stream(int socket, Stream& stream);
  void wait_for_stop();

  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::list<Rule> rules_;
  std::vector<Request> requests_;
  std::vector<int> sockets_;
  std::vector<std::thread> connections_;
  bool stopping_ = false;
  std::thread acceptor_;
};

}  // namespace fusion::kube::testing
