// Loaded into fusion-bridge by LD_PRELOAD: it stands between the bridge and librdkafka's transactions, and
// does at a numbered step of the commit what the file named by FUSION_FAULT_FILE asks for (fault.h).

#include <dlfcn.h>
#include <librdkafka/rdkafka.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <thread>

namespace {

struct Action {
  std::string word;
  std::chrono::microseconds delay{0};
};

/// Takes the file's first line away if it is about this step.
std::optional<Action> take(const std::string& call, const std::string& moment) {
  const char* file = std::getenv("FUSION_FAULT_FILE");
  if (file == nullptr) return std::nullopt;
  std::ifstream in(file);
  std::string line;
  if (!std::getline(in, line)) return std::nullopt;
  std::istringstream words(line);
  std::string wanted_call;
  std::string wanted_moment;
  Action action;
  long delay_us = 0;
  words >> wanted_call >> wanted_moment >> action.word >> delay_us;
  if (wanted_call != call || wanted_moment != moment) return std::nullopt;
  action.delay = std::chrono::microseconds(delay_us);
  const std::string rest{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const std::string aside = std::string(file) + ".rest";
  std::ofstream(aside) << rest;
  std::filesystem::rename(aside, file);
  return action;
}

void act(const Action& action) {
  if (action.word == "kill") kill(getpid(), SIGKILL);
  if (action.word == "stop") kill(getpid(), SIGSTOP);
}

template <class Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

template <class Call>
rd_kafka_error_t* with_faults(const char* name, Call call) {
  if (const auto action = take(name, "before")) act(*action);
  if (const auto action = take(name, "during")) {
    std::thread([action] {
      std::this_thread::sleep_for(action->delay);
      act(*action);
    }).detach();
  }
  rd_kafka_error_t* const error = call();
  if (const auto action = take(name, "after")) act(*action);
  return error;
}

/// As of a member whose partitions went to others meanwhile.
rd_kafka_consumer_group_metadata_t* outlived(const rd_kafka_consumer_group_metadata_t* group) {
  return rd_kafka_consumer_group_metadata_new_with_genid(
      rd_kafka_consumer_group_metadata_group_id(group),
      rd_kafka_consumer_group_metadata_generation_id(group) - 1,
      rd_kafka_consumer_group_metadata_member_id(group),
      rd_kafka_consumer_group_metadata_group_instance_id(group));
}

}  // namespace

extern "C" {

rd_kafka_error_t* rd_kafka_begin_transaction(rd_kafka_t* producer) {
  static const auto begin = real<decltype(rd_kafka_begin_transaction)>("rd_kafka_begin_transaction");
  return with_faults("begin", [&] { return begin(producer); });
}

rd_kafka_error_t* rd_kafka_send_offsets_to_transaction(rd_kafka_t* producer,
                                                       const rd_kafka_topic_partition_list_t* offsets,
                                                       const rd_kafka_consumer_group_metadata_t* group,
                                                       int timeout_ms) {
  static const auto send =
      real<decltype(rd_kafka_send_offsets_to_transaction)>("rd_kafka_send_offsets_to_transaction");
  if (take("send_offsets", "forgotten")) return nullptr;
  if (take("send_offsets", "refused")) {
    auto* const refused = outlived(group);
    auto* const error = send(producer, offsets, refused, timeout_ms);
    rd_kafka_consumer_group_metadata_destroy(refused);
    return error;
  }
  return with_faults("send_offsets", [&] { return send(producer, offsets, group, timeout_ms); });
}

rd_kafka_error_t* rd_kafka_commit_transaction(rd_kafka_t* producer, int timeout_ms) {
  static const auto commit = real<decltype(rd_kafka_commit_transaction)>("rd_kafka_commit_transaction");
  return with_faults("commit", [&] { return commit(producer, timeout_ms); });
}

rd_kafka_error_t* rd_kafka_abort_transaction(rd_kafka_t* producer, int timeout_ms) {
  static const auto abort = real<decltype(rd_kafka_abort_transaction)>("rd_kafka_abort_transaction");
  return with_faults("abort", [&] { return abort(producer, timeout_ms); });
}

}  // extern "C"
