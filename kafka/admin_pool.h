#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "kafka/admin.h"
#include "kafka/connection.h"

namespace fusion::kafka {

/// One Admin for each distinct connection, shared by everybody who leases it, closed when idle.
///
/// Thread-safe. Must outlive its leases. `mutex_` guards `entries_`; Admins are closed outside of it.
class AdminPool {
 public:
  using Factory = std::function<Result<std::unique_ptr<Admin>>(const Connection&)>;
  using Clock = std::function<std::chrono::steady_clock::time_point()>;

  /// Keeps an Admin leased. Copyable; dropping it is cheap on any thread, in callbacks of the Admin too:
  /// Admins are destroyed by close_idle() and by the pool's destructor only.
  using Lease = std::shared_ptr<Admin>;

  AdminPool(Factory factory, std::chrono::milliseconds idle_limit, Clock clock);
  ~AdminPool();

  AdminPool(const AdminPool&) = delete;
  AdminPool& operator=(const AdminPool&) = delete;

  /// The connection's Admin, made if there is none. Does not wait for Kafka. Passes on the factory's error.
  Result<Lease> lease(const Connection& connection);

  /// Closes the Admins that nobody has leased for the idle limit. To be called now and then, on a thread
  /// that may wait a second.
  void close_idle();

  /// How many Admins are open.
  std::size_t size() const;

 private:
  struct Entry {
    std::unique_ptr<Admin> admin;
    std::weak_ptr<Admin> lease;
    std::chrono::steady_clock::time_point last_used;
  };

  Factory factory_;
  std::chrono::milliseconds idle_limit_;
  Clock clock_;
  mutable std::mutex mutex_;
  std::unordered_map<Connection, Entry, ConnectionHash> entries_;
};

}  // namespace fusion::kafka
