#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "kube/api.h"

namespace fusion::kube {

struct LeaseOptions {
  ObjectKey lease = {};
  std::string identity = {};                ///< unique for this process: the pod's name and a random part
  std::chrono::seconds duration{15};        ///< others wait this long for a sign of life
  std::chrono::seconds renew_deadline{10};  ///< we stop leading when we could not renew for this long
  std::chrono::seconds retry_period{2};
};

/// Both clocks, so that tests can tick them.
struct Clocks {
  std::function<std::chrono::steady_clock::time_point()> steady = [] {
    return std::chrono::steady_clock::now();
  };
  std::function<std::chrono::system_clock::time_point()> wall = [] {
    return std::chrono::system_clock::now();
  };
};

/// One candidate's view of a Lease of coordination.k8s.io/v1.
///
/// As in client-go, the clocks of two candidates are never compared: a lease counts as abandoned when *we*
/// have seen it unchanged for its whole duration. Every write carries the resourceVersion that was read, so
/// two candidates cannot both take it. Not thread-safe, except `is_held`'s answer being valid for the given
/// instant; see LeaderElector. Model: https://pkg.go.dev/k8s.io/client-go/tools/leaderelection
class Lease {
 public:
  Lease(Api& api, LeaseOptions options, Clocks clocks = {});

  /// Reads the lease, and takes or renews it if it is ours, free or abandoned. True if we hold it now; false
  /// if somebody else does (or was quicker); an error if the server could not be asked.
  Expected<bool> try_acquire_or_renew();

  /// Whether we are sure to lead: the last successful renewal is younger than the renew deadline.
  bool is_held() const;

  /// Until when `is_held` answers true if nothing happens; empty if we do not hold it.
  std::optional<std::chrono::steady_clock::time_point> held_until() const { return held_until_; }

  /// Gives the lease away so that the next candidate need not wait. Does nothing if we do not hold it.
  Expected<void> release();

  /// The identity seen last, empty if nobody holds it.
  const std::string& holder() const { return holder_; }

 private:
  Expected<bool> create(std::chrono::steady_clock::time_point asked_at);
  Expected<bool> write(const std::string& holder, bool acquire,
                       std::chrono::steady_clock::time_point asked_at);
  Expected<bool> taken(const Expected<nlohmann::json>& answer,
                       std::chrono::steady_clock::time_point asked_at);
  Expected<void> observe(const nlohmann::json& lease);

  Api& api_;
  const LeaseOptions options_;
  const Clocks clocks_;
  // As seen last, and since when by our own clock.
  std::string holder_;
  std::string resource_version_;
  std::chrono::seconds seen_duration_{0};
  int transitions_ = 0;
  std::chrono::steady_clock::time_point seen_at_{};
  std::optional<std::chrono::steady_clock::time_point> held_until_;
};

}  // namespace fusion::kube
