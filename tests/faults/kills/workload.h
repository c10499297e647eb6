#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/bridge/records.h"

namespace fusion::faults {

/// Writes records into a topic all the time, on a thread of its own, about 5,000 a second, while the broker
/// lets it: each once, or again where a repeat is injected.
///
/// Each record has a number as its id, in the header `id`. A key belongs to one partition, whatever their
/// number, so that its records have an order; a repeat is of one of the newest 2,000 records of its
/// partition, key, value and time as they were.
class Workload {
 public:
  Workload(std::string bootstrap, std::string topic, int partitions, int repeats_percent,
           std::mt19937::result_type seed);

  /// The topic has so many partitions now: all of them are written from now on.
  void grow_to(int partitions) { partitions_ = partitions; }

  /// Ends when everything is stored. False: Kafka has refused something.
  bool stop();

  std::int64_t ids() const { return ids_; }
  std::int64_t repeats() const { return repeats_; }

 private:
  struct Newest {
    std::vector<std::int64_t> ids;
    std::size_t oldest = 0;
    void add(std::int64_t id);
  };

  void run(const std::stop_token& stop);
  void write_some(bridge::Writer& writer);
  bridge::Record record(std::int64_t id, int partition) const;

  const std::string bootstrap_;
  const std::string topic_;
  const int repeats_percent_;
  const std::int64_t first_time_ms_;
  std::mt19937 random_;
  std::atomic<int> partitions_;
  std::vector<Newest> newest_;  ///< by partition
  std::atomic<std::int64_t> ids_ = 0;
  std::atomic<std::int64_t> repeats_ = 0;
  std::atomic<bool> has_failed_ = false;
  std::jthread thread_;  ///< the last member: it uses the others
};

}  // namespace fusion::faults
