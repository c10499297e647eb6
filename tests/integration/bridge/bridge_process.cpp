#include "tests/integration/bridge/bridge_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include <array>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>
#include <utility>

#include "tests/http_get.h"

extern char** environ;

namespace fusion::bridge {
namespace {

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

BridgeProcess::BridgeProcess(const contract::BridgeConfig& config, int ordinal,
                             const std::filesystem::path& directory, std::vector<std::string> environment) {
  static int started = 0;
  const std::string name = "bridge-" + std::to_string(ordinal) + "-" + std::to_string(started++);
  const auto config_file = directory / (name + ".json");
  log_file_ = directory / (name + ".log");
  std::ofstream(config_file) << to_json(config);

  std::string program = FUSION_BRIDGE;
  std::string config_text = config_file;
  std::string ordinal_text = std::to_string(ordinal);
  std::array<char*, 8> arguments{program.data(),
                                 const_cast<char*>("--config"),
                                 config_text.data(),
                                 const_cast<char*>("--ordinal"),
                                 ordinal_text.data(),
                                 const_cast<char*>("--listen"),
                                 const_cast<char*>("127.0.0.1:0"),
                                 nullptr};
  std::vector<char*> variables;
  for (auto& variable : environment) variables.push_back(variable.data());
  for (char** inherited = environ; *inherited != nullptr; ++inherited) variables.push_back(*inherited);
  variables.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 2, log_file_.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  const int failure =
      posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments.data(), variables.data());
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) throw std::runtime_error("cannot start " + program);
}

BridgeProcess::~BridgeProcess() {
  if (pid_ > 0) kill();
}

BridgeProcess::BridgeProcess(BridgeProcess&& other) noexcept { *this = std::move(other); }

BridgeProcess& BridgeProcess::operator=(BridgeProcess&& other) noexcept {
  std::swap(log_file_, other.log_file_);
  std::swap(pid_, other.pid_);
  std::swap(exit_code_, other.exit_code_);
  std::swap(peak_bytes_, other.peak_bytes_);
  return *this;
}

void BridgeProcess::signal(int number) const {
  if (!exit_code_) ::kill(pid_, number);
}

void BridgeProcess::kill() {
  if (exit_code_) return;
  ::kill(pid_, SIGKILL);
  int status = 0;
  waitpid(pid_, &status, 0);
  exit_code_ = -SIGKILL;
}

std::optional<int> BridgeProcess::exit_code(std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (!exit_code_) {
    int status = 0;
    rusage used{};
    if (wait4(pid_, &status, WNOHANG, &used) == pid_) {
      peak_bytes_ = std::int64_t{used.ru_maxrss} * 1'024;
      exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    } else if (std::chrono::steady_clock::now() >= deadline) {
      return std::nullopt;
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  return exit_code_;
}

bool BridgeProcess::is_stopped() const {
  if (exit_code_) return false;
  // proc(5): the state follows the command's name, which is in parentheses.
  const std::string stat = read_file("/proc/" + std::to_string(pid_) + "/stat");
  const auto name_end = stat.rfind(") ");
  return name_end != std::string::npos && stat.compare(name_end + 2, 1, "T") == 0;
}

std::chrono::milliseconds BridgeProcess::cpu_time() const {
  clockid_t clock{};
  timespec used{};
  if (clock_getcpuclockid(pid_, &clock) != 0 || clock_gettime(clock, &used) != 0) {
    throw std::runtime_error("fusion-bridge has ended");
  }
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::seconds(used.tv_sec) +
                                                               std::chrono::nanoseconds(used.tv_nsec));
}

std::string BridgeProcess::log() const { return read_file(log_file_); }

std::string BridgeProcess::get(const std::string& path) const {
  const std::string text = log();
  const auto port = text.find(" port=");
  if (port == std::string::npos) return "";
  const std::string answer = test::http_get(std::stoi(text.substr(port + 6)), path);
  const auto body = answer.find("\r\n\r\n");
  if (!answer.starts_with("HTTP/1.1 200") || body == std::string::npos) return "";
  return answer.substr(body + 4);
}

}  // namespace fusion::bridge
