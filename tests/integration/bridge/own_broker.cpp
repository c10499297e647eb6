#include "tests/integration/bridge/own_broker.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <thread>

extern char** environ;

namespace fusion::bridge {
namespace {

int free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool ok = bind(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
                  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  close(fd);
  if (!ok) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string output;
  std::array<char, 4096> buffer{};
  for (std::size_t count = 0; (count = fread(buffer.data(), 1, buffer.size(), pipe.get())) > 0;) {
    output.append(buffer.data(), count);
  }
  return output;
}

/// The java command with the jars of dev/cluster, its words separated by newlines.
std::string java_command(const std::string& main_class, const std::filesystem::path& temporary) {
  return output_of("PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=" FUSION_SOURCE_DIR
                   "/dev python3 -c \"import pathlib; from local_cluster import kafka_dist; "
                   "print(chr(10).join(kafka_dist.java_command('" +
                   main_class + "', pathlib.Path('" + temporary.string() +
                   "'), quick_start=True)), end='')\"");
}

std::vector<std::string> words(const std::string& lines) {
  std::vector<std::string> result;
  std::size_t begin = 0;
  for (std::size_t end = 0; end != std::string::npos; begin = end + 1) {
    end = lines.find('\n', begin);
    result.push_back(lines.substr(begin, end - begin));
  }
  return result;
}

pid_t spawn(std::vector<std::string> command, const std::filesystem::path& log) {
  std::vector<char*> arguments;
  for (auto& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  pid_t pid = -1;
  const int failure = posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) throw std::runtime_error("cannot start " + command[0]);
  return pid;
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

OwnBroker::OwnBroker(std::filesystem::path directory, const std::string& properties)
    : directory_(std::move(directory)) {
  std::filesystem::create_directories(directory_);
  bootstrap_ = "127.0.0.1:" + std::to_string(free_port());
  const std::string controller = "127.0.0.1:" + std::to_string(free_port());
  std::ofstream(directory_ / "server.properties")
      << "process.roles=broker,controller\nnode.id=1\ncontroller.quorum.voters=1@" << controller
      << "\ncontroller.listener.names=CONTROLLER\nlisteners=PLAINTEXT://" << bootstrap_ << ",CONTROLLER://"
      << controller << "\nadvertised.listeners=PLAINTEXT://" << bootstrap_
      << "\nlistener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT\nlog.dirs="
      << (directory_ / "data").string()
      << "\nauto.create.topics.enable=false\ngroup.initial.rebalance.delay.ms=0"
         "\noffsets.topic.replication.factor=1\noffsets.topic.num.partitions=1"
         "\ntransaction.state.log.replication.factor=1\ntransaction.state.log.min.isr=1"
         "\ntransaction.state.log.num.partitions=1\nlog.cleaner.dedupe.buffer.size=8388608\n"
      << properties;
  run_java("kafka.tools.StorageTool", {"format", "--cluster-id", "4L6g3nShT-eMCtK--X86sw", "--config",
                                       directory_ / "server.properties"});
  start();
}

OwnBroker::~OwnBroker() {
  kill();
  std::filesystem::remove_all(directory_);
}

void OwnBroker::start() {
  auto command = words(java_command("kafka.Kafka", directory_));
  command.push_back(directory_ / "server.properties");
  const auto log = directory_ / "broker.txt";
  pid_ = spawn(std::move(command), log);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(180);
  while (read_file(log).find("Kafka Server started") == std::string::npos) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("no broker: " + read_file(log));
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

void OwnBroker::kill() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void OwnBroker::signal(int number) const { ::kill(pid_, number); }

std::string OwnBroker::dump_log(const std::string& topic, int partition) const {
  const auto segment =
      directory_ / "data" / (topic + "-" + std::to_string(partition)) / "00000000000000000000.log";
  return run_java("kafka.tools.DumpLogSegments", {"--files", segment});
}

std::string OwnBroker::run_java(const std::string& main_class,
                                const std::vector<std::string>& arguments) const {
  auto command = words(java_command(main_class, directory_));
  command.insert(command.end(), arguments.begin(), arguments.end());
  const auto output = directory_ / "tool.txt";
  int status = 0;
  waitpid(spawn(std::move(command), output), &status, 0);
  if (status != 0) throw std::runtime_error(main_class + " failed: " + read_file(output));
  return read_file(output);
}

}  // namespace fusion::bridge
