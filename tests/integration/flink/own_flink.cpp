#include "tests/integration/flink/own_flink.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>
#include <vector>

#include "flink/http_rest_api.h"

extern char** environ;

namespace fusion::flink {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto kStart = 120s;

int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool ok = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
                  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(fd);
  if (!ok) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

fs::path new_directory() {
  std::string name = (fs::temp_directory_path() / "fusion-flink-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
  return name;
}

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  std::string output;
  std::array<char, 4096> buffer{};
  for (std::size_t count = 0; (count = std::fread(buffer.data(), 1, buffer.size(), pipe.get())) > 0;)
    output.append(buffer.data(), count);
  return output;
}

std::string text_of(const fs::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

fs::path OwnFlink::distribution() {
  return output_of("PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=" FUSION_SOURCE_DIR
                   "/dev python3 -c \"from engines_steps.flink import DISTRIBUTION; "
                   "print(DISTRIBUTION.directory if DISTRIBUTION.is_made() else '', end='')\"");
}

OwnFlink::OwnFlink(const fs::path& distribution) : directory_(new_directory()), port_(free_port()) {
  compile(distribution);
  start(distribution);
  wait_for_job();
}

OwnFlink::~OwnFlink() {
  ::close(input_);
  if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
  fs::remove_all(directory_);
}

std::string OwnFlink::address() const { return "http://127.0.0.1:" + std::to_string(port_); }

void OwnFlink::lose_the_checkpoint_directory() {
  const auto checkpoints = directory_ / "checkpoints" / job_;
  fs::remove_all(checkpoints);
  std::ofstream(checkpoints) << "in the way\n";
}

void OwnFlink::compile(const fs::path& distribution) const {
  const auto log = (directory_ / "javac.log").string();
  const std::string examples = FUSION_SOURCE_DIR "/examples/flink";
  const std::string command = "javac --release 11 -cp '" + distribution.string() + "/lib/*' -sourcepath '" +
                              examples + "' -d '" + (directory_ / "classes").string() +
                              "' " FUSION_SOURCE_DIR "/tests/integration/flink/Clicks.java > '" + log +
                              "' 2>&1";
  if (std::system(command.c_str()) != 0)
    throw std::runtime_error("Clicks.java does not compile: " + text_of(log));
}

void OwnFlink::start(const fs::path& distribution) {
  std::vector<std::string> words{"java", "-Xmx300m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"};
  for (const auto* package : {"java.lang", "java.util", "java.net", "java.io", "java.nio", "sun.nio.ch",
                              "java.text", "java.time", "java.util.concurrent"})
    words.push_back("--add-opens=java.base/" + std::string(package) + "=ALL-UNNAMED");
  words.insert(words.end(),
               {"-cp", (directory_ / "classes").string() + ":" + distribution.string() + "/lib/*", "Clicks"});
  const std::vector<std::pair<std::string, std::string>> options{
      {"rest.bind-address", "127.0.0.1"},
      {"rest.bind-port", std::to_string(port_)},
      {"parallelism.default", "2"},
      {"metrics.fetcher.update-interval", "200"},
      {"execution.checkpointing.interval", "200ms"},
      {"execution.checkpointing.tolerable-failed-checkpoints", "1000000"},
      {"state.checkpoints.dir", "file://" + (directory_ / "checkpoints").string()}};
  for (const auto& [name, value] : options) words.insert(words.end(), {"--" + name, value});
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);

  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  const auto log = (directory_ / "flink.log").string();
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, pipe[0], STDIN_FILENO);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                     0644);
  ::posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  const int error = ::posix_spawnp(&pid_, "java", &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(pipe[0]);
  input_ = pipe[1];
  if (error != 0) throw std::runtime_error("java does not start");
}

void OwnFlink::wait_for_job() {
  HttpRestApi api;
  const auto deadline = std::chrono::steady_clock::now() + kStart;
  while (std::chrono::steady_clock::now() < deadline) {
    const auto answer = api.get(address() + "/jobs", {""}, {});
    const auto jobs = nlohmann::json::parse(answer && answer->at(0) ? *answer->at(0) : "{}", nullptr, false);
    if (jobs.contains("jobs") && !jobs["jobs"].empty() && jobs["jobs"][0]["status"] == "RUNNING") {
      job_ = jobs["jobs"][0]["id"].get<std::string>();
      return;
    }
    std::this_thread::sleep_for(100ms);
  }
  throw std::runtime_error("the job does not run: " + text_of(directory_ / "flink.log"));
}

}  // namespace fusion::flink
