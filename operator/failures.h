#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "controllers/failure.h"
#include "kube/backoff.h"

namespace fusion::op {

/// What failed last on each of a pipeline's things (topics, bridges, claims), and when it may be tried again:
/// each thing backs off by itself, however often the pipeline is looked at. Not thread-safe.
class Failures {
 public:
  using Time = std::chrono::steady_clock::time_point;

  void failed(const std::string& thing, controllers::Failure failure, Time now);
  void succeeded(const std::string& thing);

  /// Another generation of the spec: everything may be tried at once.
  void start_generation(std::int64_t generation);
  /// Forgets the failures of what nobody wants done any more.
  void keep_only(const std::set<std::string>& wanted);

  bool may_try(const std::string& thing, Time now) const;
  /// When, after `now`, the next of them may be tried again.
  std::optional<Time> next_try_after(Time now) const;
  std::map<std::string, controllers::Failure> all() const;
  bool empty() const { return entries_.empty(); }

 private:
  struct Entry {
    controllers::Failure failure;
    Time next_try;
    kube::Backoff backoff;
  };
  std::map<std::string, Entry> entries_;
  std::int64_t generation_ = 0;
};

}  // namespace fusion::op
