#include "kafka/admin_pool.h"

#include <utility>
#include <vector>

namespace fusion::kafka {

AdminPool::AdminPool(Factory factory, std::chrono::milliseconds idle_limit, Clock clock)
    : factory_(std::move(factory)), idle_limit_(idle_limit), clock_(std::move(clock)) {}

AdminPool::~AdminPool() = default;

Result<AdminPool::Lease> AdminPool::lease(const Connection& connection) {
  const std::lock_guard lock(mutex_);
  auto found = entries_.find(connection);
  if (found == entries_.end()) {
    auto admin = factory_(connection);
    if (!admin) return tl::make_unexpected(std::move(admin.error()));
    found = entries_.emplace(connection, Entry{std::move(*admin), {}, {}}).first;
  }
  Entry& entry = found->second;
  entry.last_used = clock_();
  if (Lease leased = entry.lease.lock()) return leased;
  // The idle time begins when the last lease is dropped. The Admin itself stays with the pool.
  Lease leased(entry.admin.get(), [this, connection](Admin*) {
    const std::lock_guard guard(mutex_);
    const auto entry_of_lease = entries_.find(connection);
    if (entry_of_lease != entries_.end()) entry_of_lease->second.last_used = clock_();
  });
  entry.lease = leased;
  return leased;
}

void AdminPool::close_idle() {
  std::vector<std::unique_ptr<Admin>> idle;  // destroyed after the lock is released
  const std::lock_guard lock(mutex_);
  const auto now = clock_();
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    if (entry->second.lease.expired() && now - entry->second.last_used >= idle_limit_) {
      idle.push_back(std::move(entry->second.admin));
      entry = entries_.erase(entry);
    } else {
      ++entry;
    }
  }
}

std::size_t AdminPool::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace fusion::kafka
