#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "controllers/connection.h"
#include "kafka/secret.h"
#include "kube/api.h"

namespace fusion::op {

/// A Secret as it was read: what the plans may see of it, and its values, which never leave the process. The
/// values of a Secret without the label are not kept.
struct ReadSecret {
  controllers::ObservedSecret observed;
  std::map<std::string, kafka::Secret> values;
  std::string problem;  ///< why it is kUnknown or kForbidden
};

/// Reads Secrets by name, never lists them, and keeps an answer in memory for a while.
///
/// Thread-safe. `mutex_` guards what is below it; no request is made under it.
class SecretReader {
 public:
  using Clock = std::function<std::chrono::steady_clock::time_point()>;

  /// `keep_for`: a rotated Secret is seen after that long at the latest. What failed is kept for a tenth of
  /// it.
  SecretReader(kube::Api& api, std::chrono::milliseconds keep_for, Clock clock);

  ReadSecret read(const kube::ObjectKey& key);
  /// Drops what has not been used for long.
  void forget_old();

 private:
  struct Entry {
    ReadSecret secret;
    std::chrono::steady_clock::time_point read_at;
  };
  ReadSecret fetch(const kube::ObjectKey& key);
  std::chrono::milliseconds life_of(const ReadSecret& secret) const;

  kube::Api& api_;
  const std::chrono::milliseconds keep_for_;
  const Clock clock_;
  std::mutex mutex_;
  std::map<kube::ObjectKey, Entry> entries_;
};

}  // namespace fusion::op
