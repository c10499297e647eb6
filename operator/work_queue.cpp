#include "operator/work_queue.h"

#include <utility>

namespace fusion::op {

WorkQueue::WorkQueue(kube::Backoff::Limits backoff, Clock clock)
    : limits_(backoff), clock_(std::move(clock)) {}

void WorkQueue::add(const Key& key) {
  std::lock_guard lock(mutex_);
  make_ready(key);
}

void WorkQueue::add_after(const Key& key, std::chrono::milliseconds delay_ms) {
  std::lock_guard lock(mutex_);
  delay(key, delay_ms);
}

std::chrono::milliseconds WorkQueue::add_after_failure(const Key& key) {
  std::lock_guard lock(mutex_);
  auto found = backoffs_.try_emplace(key, limits_, static_cast<unsigned>(seeds_())).first;
  const auto wait = found->second.next();
  delay(key, wait);
  return wait;
}

void WorkQueue::forget_failures(const Key& key) {
  std::lock_guard lock(mutex_);
  backoffs_.erase(key);
}

std::optional<WorkQueue::Key> WorkQueue::take(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    promote_due();
    if (auto key = pop()) return key;
    if (const auto due = next_due()) {
      changed_.wait_for(lock, stop, *due - clock_(), [&] { return !ready_.empty() || next_due() != due; });
    } else {
      changed_.wait(lock, stop, [&] { return !ready_.empty() || !due_.empty(); });
    }
  }
  return std::nullopt;
}

std::optional<WorkQueue::Key> WorkQueue::try_take() {
  std::lock_guard lock(mutex_);
  promote_due();
  return pop();
}

void WorkQueue::done(const Key& key) {
  std::lock_guard lock(mutex_);
  working_.erase(key);
  if (waiting_.contains(key)) {
    ready_.push(key);
    changed_.notify_one();
  }
}

std::size_t WorkQueue::depth() const {
  std::lock_guard lock(mutex_);
  return ready_.size();
}

void WorkQueue::make_ready(const Key& key) {
  if (!waiting_.insert(key).second) return;
  if (working_.contains(key)) return;
  ready_.push(key);
  changed_.notify_one();
}

void WorkQueue::delay(const Key& key, std::chrono::milliseconds delay_ms) {
  if (delay_ms <= std::chrono::milliseconds::zero()) return make_ready(key);
  const Time due = clock_() + delay_ms;
  const auto [found, added] = due_.try_emplace(key, due);
  if (!added && found->second <= due) return;
  found->second = due;
  delayed_.push({due, key});
  // Everybody: whoever waits for a later time must look again.
  changed_.notify_all();
}

void WorkQueue::promote_due() {
  const Time now = clock_();
  while (const auto due = next_due()) {
    if (*due > now) return;
    const Key key = delayed_.top().key;
    delayed_.pop();
    due_.erase(key);
    make_ready(key);
  }
}

std::optional<WorkQueue::Key> WorkQueue::pop() {
  if (ready_.empty()) return std::nullopt;
  Key key = std::move(ready_.front());
  ready_.pop();
  waiting_.erase(key);
  due_.erase(key);
  working_.insert(key);
  return key;
}

std::optional<WorkQueue::Time> WorkQueue::next_due() {
  while (!delayed_.empty()) {
    const auto& first = delayed_.top();
    const auto valid = due_.find(first.key);
    if (valid != due_.end() && valid->second == first.due) return first.due;
    delayed_.pop();
  }
  return std::nullopt;
}

}  // namespace fusion::op
