#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <queue>
#include <random>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "kube/backoff.h"
#include "kube/resource.h"

namespace fusion::op {

/// The keys that wait for a worker: each once, however often it was added.
///
/// A key that was taken is not handed out again before `done`, so no two workers ever have the same key; what
/// is added meanwhile waits for that. A key has at most one delayed turn: the earliest that was asked for
/// since it was taken last. Taking a key drops its delayed turn, because whoever works on it says anew
/// when it wants the next one.
///
/// Thread-safe. `mutex_` guards all members. Due times are those of the clock given, waiting is in real time.
class WorkQueue {
 public:
  using Key = kube::ObjectKey;
  using Clock = std::function<std::chrono::steady_clock::time_point()>;

  explicit WorkQueue(
      kube::Backoff::Limits backoff = {}, Clock clock = [] { return std::chrono::steady_clock::now(); });

  void add(const Key& key);
  void add_after(const Key& key, std::chrono::milliseconds delay);

  /// Adds the key after its own exponential backoff, with jitter; answers how long that is.
  std::chrono::milliseconds add_after_failure(const Key& key);
  /// After a success: the next failure waits for the shortest time again.
  void forget_failures(const Key& key);

  /// Waits for a key that is due; nothing when `stop` was triggered. Call `done` for each key.
  std::optional<Key> take(std::stop_token stop);
  /// A key that is due now, without waiting.
  std::optional<Key> try_take();
  void done(const Key& key);

  /// How many keys are ready to be taken; delayed ones do not count.
  std::size_t depth() const;

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Delayed {
    Time due;
    Key key;
    bool operator>(const Delayed& other) const { return due > other.due; }
  };

  void make_ready(const Key& key);
  void delay(const Key& key, std::chrono::milliseconds delay);
  void promote_due();
  std::optional<Key> pop();
  std::optional<Time> next_due();

  const kube::Backoff::Limits limits_;
  const Clock clock_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::queue<Key> ready_;
  std::unordered_set<Key> waiting_;  // in ready_, or to be put there by done()
  std::unordered_set<Key> working_;
  std::priority_queue<Delayed, std::vector<Delayed>, std::greater<>> delayed_;  // may hold outdated entries
  std::unordered_map<Key, Time> due_;                                           // the valid entry of each key
  std::unordered_map<Key, kube::Backoff> backoffs_;
  std::minstd_rand seeds_{std::random_device{}()};
};

}  // namespace fusion::op
