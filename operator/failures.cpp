#include "operator/failures.h"

#include <algorithm>
#include <random>
#include <utility>

namespace fusion::op {
namespace {

/// What waits for somebody to change something is tried seldom, and at once when the spec changes.
constexpr kube::Backoff::Limits kTransient{std::chrono::milliseconds(500), std::chrono::milliseconds(30'000)};
constexpr kube::Backoff::Limits kPermanent{std::chrono::milliseconds(2'000),
                                           std::chrono::milliseconds(300'000)};

}  // namespace

void Failures::failed(const std::string& thing, controllers::Failure failure, Time now) {
  auto found = entries_.find(thing);
  if (found == entries_.end() || found->second.failure.permanent != failure.permanent) {
    if (found != entries_.end()) entries_.erase(found);
    kube::Backoff backoff(failure.permanent ? kPermanent : kTransient, std::random_device{}());
    found = entries_.emplace(thing, Entry{{}, now, std::move(backoff)}).first;
  }
  found->second.failure = std::move(failure);
  found->second.next_try = now + found->second.backoff.next();
}

void Failures::succeeded(const std::string& thing) { entries_.erase(thing); }

void Failures::start_generation(std::int64_t generation) {
  if (generation == generation_) return;
  generation_ = generation;
  entries_.clear();
}

void Failures::keep_only(const std::set<std::string>& wanted) {
  std::erase_if(entries_, [&](const auto& entry) { return !wanted.contains(entry.first); });
}

bool Failures::may_try(const std::string& thing, Time now) const {
  const auto found = entries_.find(thing);
  return found == entries_.end() || found->second.next_try <= now;
}

std::optional<Failures::Time> Failures::next_try_after(Time now) const {
  std::optional<Time> first;
  for (const auto& [thing, entry] : entries_) {
    if (entry.next_try > now) first = std::min(first.value_or(entry.next_try), entry.next_try);
  }
  return first;
}

std::map<std::string, controllers::Failure> Failures::all() const {
  std::map<std::string, controllers::Failure> failures;
  for (const auto& [thing, entry] : entries_) failures[thing] = entry.failure;
  return failures;
}

}  // namespace fusion::op
