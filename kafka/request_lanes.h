#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kafka/request_item.h"

namespace fusion::kafka {

/// Items that travel to Kafka as one request. Several items of one name are reads that share one answer.
struct Batch {
  std::uint64_t id = 0;
  RequestKind kind = RequestKind::DescribeCluster;
  std::map<std::string, std::vector<Item>> items;  ///< by name
};

/// Decides what may be sent when: the order and the batches that admin.h promises.
///
/// Each topic, group or broker has a lane, in which items wait in the order of submission. A write starts
/// when its lane is otherwise still; reads start unless a write is before them. An item that may start waits
/// for the linger, counted from its submission, and takes all others with it that fit into its request.
///
/// Pure: no I/O, no clock. Not thread-safe.
class RequestLanes {
 public:
  using Time = std::chrono::steady_clock::time_point;

  RequestLanes(std::chrono::milliseconds linger, std::chrono::milliseconds patience, std::size_t max_batch);

  void add(Item item);

  /// The batches whose time has come; their items are in flight until finish().
  std::vector<Batch> take_due(Time now);

  /// Frees the lanes of a batch that came from take_due().
  void finish(const Batch& batch);

  /// Takes out the items that have waited in vain for `patience`.
  std::vector<Item> take_expired(Time now);

  /// When to look again; none: nothing waits, or everything waits for batches in flight.
  std::optional<Time> next_due() const;

  /// Takes out everything that waits.
  std::vector<Item> drain();

 private:
  struct Lane {
    std::deque<Item> waiting;
    std::size_t reads_in_flight = 0;
    bool write_in_flight = false;

    /// How many items at the head of `waiting` may start now.
    std::size_t startable() const;
  };

  std::chrono::milliseconds linger_;
  std::chrono::milliseconds patience_;
  std::size_t max_batch_;
  std::uint64_t last_id_ = 0;
  std::map<std::string, Lane> lanes_;  ///< by subject; only those with items waiting or in flight
};

}  // namespace fusion::kafka
