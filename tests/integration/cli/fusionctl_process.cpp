#include "tests/integration/cli/fusionctl_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <fstream>
#include <iterator>
#include <stdexcept>

extern char** environ;

namespace fusion::cli {
namespace {

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

FusionctlProcess::FusionctlProcess(const std::vector<std::string>& arguments,
                                   const std::filesystem::path& directory) {
  static int started = 0;
  output_ = directory / ("fusionctl-" + std::to_string(started++));
  std::vector<std::string> words{FUSIONCTL};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addchdir_np(&actions, directory.c_str());
  posix_spawn_file_actions_addopen(&actions, 1, (output_.string() + ".out").c_str(), O_WRONLY | O_CREAT,
                                   0600);
  posix_spawn_file_actions_addopen(&actions, 2, (output_.string() + ".err").c_str(), O_WRONLY | O_CREAT,
                                   0600);
  const int failure = posix_spawn(&pid_, FUSIONCTL, &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) throw std::runtime_error("cannot start " FUSIONCTL);
}

FusionctlProcess::~FusionctlProcess() {
  signal(SIGKILL);
  reap(0);
}

void FusionctlProcess::signal(int number) const {
  if (!has_ended_) ::kill(pid_, number);
}

bool FusionctlProcess::is_running() {
  reap(WNOHANG);
  return !has_ended_;
}

int FusionctlProcess::wait() {
  reap(0);
  return exit_code_;
}

void FusionctlProcess::reap(int options) {
  int status = 0;
  if (has_ended_ || waitpid(pid_, &status, options) != pid_) return;
  has_ended_ = true;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

std::string FusionctlProcess::out() const { return content_of(output_.string() + ".out"); }
std::string FusionctlProcess::err() const { return content_of(output_.string() + ".err"); }

}  // namespace fusion::cli
