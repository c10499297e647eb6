#include "bridge/rate_limit.h"

#include <algorithm>

namespace fusion::bridge {
namespace {

constexpr double kLongestDebt_s = 30;

}  // namespace

RateLimit::RateLimit(const contract::BridgeConfig::RateLimit& limit, Time now) : filled_at_(now) {
  records_.per_second = static_cast<double>(limit.records_per_second.value_or(0));
  bytes_.per_second = static_cast<double>(limit.bytes_per_second.value_or(0));
}

bool RateLimit::may_pass(Time now) {
  const double seconds = std::chrono::duration<double>(now - filled_at_).count();
  filled_at_ = now;
  records_.fill(seconds, share_);
  bytes_.fill(seconds, share_);
  return !records_.is_empty() && !bytes_.is_empty();
}

void RateLimit::passed(std::int64_t bytes) {
  records_.tokens -= 1;
  bytes_.tokens -= static_cast<double>(bytes);
}

void RateLimit::Bucket::fill(double seconds, double share) {
  const double most = per_second * share;
  tokens = std::clamp(tokens + seconds * most, -kLongestDebt_s * most, most);
}

}  // namespace fusion::bridge
