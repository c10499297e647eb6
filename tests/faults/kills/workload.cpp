#include "tests/faults/kills/workload.h"

#include <chrono>
#include <exception>
#include <iostream>
#include <utility>

namespace fusion::faults {
namespace {

constexpr int kRecordsPerRound = 100;
constexpr auto kPause = std::chrono::milliseconds(20);
constexpr int kKeys = 50;  ///< of a partition
constexpr std::size_t kNewest = 2'000;
/// At least as many as are written, so that no time lies ahead.
constexpr int kRecordsPerMs = 5;

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Workload::Workload(std::string bootstrap, std::string topic, int partitions, int repeats_percent,
                   std::mt19937::result_type seed)
    : bootstrap_(std::move(bootstrap)),
      topic_(std::move(topic)),
      repeats_percent_(repeats_percent),
      first_time_ms_(now_ms()),
      random_(seed),
      partitions_(partitions),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

bool Workload::stop() {
  thread_.request_stop();
  thread_.join();
  return !has_failed_;
}

void Workload::Newest::add(std::int64_t id) {
  if (ids.size() < kNewest) return ids.push_back(id);
  ids[oldest] = id;
  oldest = (oldest + 1) % kNewest;
}

void Workload::run(const std::stop_token& stop) try {
  while (!stop.stop_requested()) {
    // A client that was there before would learn of new partitions minutes later.
    bridge::Writer writer(bootstrap_);
    newest_.resize(static_cast<std::size_t>(partitions_));
    while (!stop.stop_requested() && newest_.size() == static_cast<std::size_t>(partitions_)) {
      write_some(writer);
      std::this_thread::sleep_for(kPause);
    }
    writer.flush();
  }
} catch (const std::exception& error) {
  std::cerr << "cannot write: " << error.what() << '\n';
  has_failed_ = true;
}

void Workload::write_some(bridge::Writer& writer) {
  for (int i = 0; i < kRecordsPerRound; ++i) {
    const auto partition = static_cast<int>(random_() % newest_.size());
    auto& newest = newest_[static_cast<std::size_t>(partition)];
    if (!newest.ids.empty() && static_cast<int>(random_() % 100) < repeats_percent_) {
      writer.write(topic_, record(newest.ids[random_() % newest.ids.size()], partition));
      ++repeats_;
      continue;
    }
    const std::int64_t id = ids_++;
    writer.write(topic_, record(id, partition));
    newest.add(id);
  }
}

bridge::Record Workload::record(std::int64_t id, int partition) const {
  bridge::Record record{"key-" + std::to_string(partition) + "-" + std::to_string(id % kKeys),
                        "value of " + std::to_string(id), first_time_ms_ + id / kRecordsPerMs};
  record.headers = {{"id", std::to_string(id)}};
  record.partition = partition;
  return record;
}

}  // namespace fusion::faults
