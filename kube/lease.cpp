#include "kube/lease.h"

#include <nlohmann/json.hpp>

#include "kube/time.h"

namespace fusion::kube {
namespace {

using nlohmann::json;

// Fields that another client may have left out, or filled with null.
template <class T>
T value_or(const json& object, const char* field, T fallback) {
  const auto it = object.find(field);
  return it == object.end() || it->is_null() ? fallback : it->get<T>();
}

}  // namespace

Lease::Lease(Api& api, LeaseOptions options, Clocks clocks)
    : api_(api), options_(std::move(options)), clocks_(std::move(clocks)) {}

Expected<bool> Lease::try_acquire_or_renew() {
  const auto asked_at = clocks_.steady();
  if (is_held()) {
    // Nobody else has written it unless the resourceVersion says so, then we look again.
    auto renewed = write(options_.identity, /*acquire=*/false, asked_at);
    if (!renewed || *renewed) return renewed;
  }
  const auto lease = api_.get(resources::leases(), options_.lease);
  if (!lease) {
    if (lease.error().reason == Reason::NotFound) return create(asked_at);
    return fail(lease.error());
  }
  if (auto observed = observe(*lease); !observed) return fail(observed.error());
  if (holder_ == options_.identity) return write(options_.identity, /*acquire=*/false, asked_at);
  held_until_.reset();
  if (!holder_.empty() && clocks_.steady() - seen_at_ < seen_duration_) return false;
  return write(options_.identity, /*acquire=*/true, asked_at);
}

bool Lease::is_held() const { return held_until_ && clocks_.steady() < *held_until_; }

Expected<void> Lease::release() {
  if (!is_held()) return {};
  const auto asked_at = clocks_.steady();
  auto released = write("", /*acquire=*/false, asked_at);
  held_until_.reset();
  if (!released) return fail(released.error());
  return {};
}

Expected<bool> Lease::create(std::chrono::steady_clock::time_point asked_at) {
  const auto now = format_micro_time(clocks_.wall());
  const auto created = api_.create(
      resources::leases(), {{"apiVersion", api_version(resources::leases())},
                            {"kind", resources::leases().kind},
                            {"metadata", {{"name", options_.lease.name}, {"namespace", options_.lease.ns}}},
                            {"spec",
                             {{"holderIdentity", options_.identity},
                              {"leaseDurationSeconds", options_.duration.count()},
                              {"acquireTime", now},
                              {"renewTime", now},
                              {"leaseTransitions", 0}}}});
  return taken(created, asked_at);
}

Expected<bool> Lease::write(const std::string& holder, bool acquire,
                            std::chrono::steady_clock::time_point asked_at) {
  const auto now = format_micro_time(clocks_.wall());
  json spec = {{"holderIdentity", holder}, {"renewTime", now}};
  // Whoever finds it released need not wait: the least duration that the API allows.
  spec["leaseDurationSeconds"] = holder.empty() ? 1 : options_.duration.count();
  if (acquire) {
    spec["acquireTime"] = now;
    spec["leaseTransitions"] = transitions_ + 1;
  }
  return taken(
      api_.merge_patch(resources::leases(), options_.lease,
                       {{"metadata", {{"resourceVersion", resource_version_}}}, {"spec", std::move(spec)}}),
      asked_at);
}

Expected<bool> Lease::taken(const Expected<json>& answer, std::chrono::steady_clock::time_point asked_at) {
  if (!answer) {
    const auto reason = answer.error().reason;
    if (reason != Reason::Conflict && reason != Reason::AlreadyExists && reason != Reason::NotFound) {
      return fail(answer.error());
    }
    held_until_.reset();
    return false;
  }
  if (auto observed = observe(*answer); !observed) return fail(observed.error());
  if (holder_ != options_.identity) return false;
  // From before the question: the answer may have been long on its way.
  held_until_ = asked_at + options_.renew_deadline;
  return true;
}

Expected<void> Lease::observe(const json& lease) {
  try {
    const auto version = lease.at("metadata").at("resourceVersion").get<std::string>();
    const auto spec = lease.value("spec", json::object());
    holder_ = value_or<std::string>(spec, "holderIdentity", "");
    seen_duration_ = std::chrono::seconds(value_or<int>(spec, "leaseDurationSeconds", 0));
    transitions_ = value_or<int>(spec, "leaseTransitions", 0);
    if (version != resource_version_) seen_at_ = clocks_.steady();
    resource_version_ = version;
    return {};
  } catch (const json::exception& e) {
    return fail(
        {Reason::Invalid, "lease " + to_string(options_.lease) + " cannot be read: " + e.what(), {}, 0});
  }
}

}  // namespace fusion::kube
