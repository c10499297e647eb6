#include "kafka/request_lanes.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace fusion::kafka {
namespace {

/// Items with equal keys may travel in one request.
using BatchKey = std::tuple<RequestKind, std::string, int, std::int64_t, int>;

BatchKey batch_key(const Item& item, std::size_t position) {
  switch (item.kind) {
    case RequestKind::ListOffsets: {
      const auto& question = std::get<OffsetsQuestion>(item.question);
      return {item.kind, "", static_cast<int>(question.spec.kind), question.spec.timestamp_ms,
              static_cast<int>(question.isolation)};
    }
    // librdkafka takes one group a request, and each call asks for other partitions.
    case RequestKind::GroupOffsets:
      return {item.kind, item.name, 0, static_cast<std::int64_t>(position), 0};
    case RequestKind::DescribeGroup:
    case RequestKind::DeleteGroup:
    case RequestKind::DescribeBrokerConfigs:
      return {item.kind, item.name, 0, 0, 0};
    default:
      return {item.kind, "", 0, 0, 0};
  }
}

}  // namespace

bool is_write(RequestKind kind) {
  switch (kind) {
    case RequestKind::CreateTopics:
    case RequestKind::AddPartitions:
    case RequestKind::AlterConfigs:
    case RequestKind::DeleteTopics:
    case RequestKind::DeleteGroup:
      return true;
    default:
      return false;
  }
}

std::string subject(RequestKind kind, const std::string& name) {
  switch (kind) {
    case RequestKind::DescribeCluster:
      return "the Kafka cluster";
    case RequestKind::DescribeBrokerConfigs:
      return "broker " + name;
    case RequestKind::GroupOffsets:
    case RequestKind::DescribeGroup:
    case RequestKind::DeleteGroup:
      return "group " + name;
    default:
      return "topic " + name;
  }
}

RequestLanes::RequestLanes(std::chrono::milliseconds linger, std::chrono::milliseconds patience,
                           std::size_t max_batch)
    : linger_(linger), patience_(patience), max_batch_(std::max<std::size_t>(max_batch, 1)) {}

void RequestLanes::add(Item item) {
  lanes_[subject(item.kind, item.name)].waiting.push_back(std::move(item));
}

std::size_t RequestLanes::Lane::startable() const {
  if (write_in_flight || waiting.empty()) return 0;
  if (is_write(waiting.front().kind)) return reads_in_flight == 0 ? 1 : 0;
  const auto first_write =
      std::find_if(waiting.begin(), waiting.end(), [](const Item& item) { return is_write(item.kind); });
  return static_cast<std::size_t>(std::distance(waiting.begin(), first_write));
}

std::vector<Batch> RequestLanes::take_due(Time now) {
  std::map<BatchKey, bool> due;
  for (const auto& [_, lane] : lanes_) {
    for (std::size_t i = 0; i < lane.startable(); ++i) {
      due[batch_key(lane.waiting[i], i)] |= lane.waiting[i].submitted + linger_ <= now;
    }
  }
  std::map<BatchKey, std::vector<Batch>> batches;
  for (auto& [_, lane] : lanes_) {
    std::deque<Item> waiting;
    const std::size_t startable = lane.startable();
    for (std::size_t i = 0; i < lane.waiting.size(); ++i) {
      Item& item = lane.waiting[i];
      const BatchKey key = i < startable ? batch_key(item, i) : BatchKey{};
      if (i >= startable || !due[key]) {
        waiting.push_back(std::move(item));
        continue;
      }
      if (is_write(item.kind)) {
        lane.write_in_flight = true;
      } else {
        ++lane.reads_in_flight;
      }
      auto& chunks = batches[key];
      const bool fits = !chunks.empty() &&
                        (chunks.back().items.size() < max_batch_ || chunks.back().items.contains(item.name));
      if (!fits) chunks.push_back(Batch{++last_id_, item.kind, {}});
      chunks.back().items[item.name].push_back(std::move(item));
    }
    lane.waiting = std::move(waiting);
  }
  std::vector<Batch> result;
  for (auto& [_, chunks] : batches) std::move(chunks.begin(), chunks.end(), std::back_inserter(result));
  return result;
}

void RequestLanes::finish(const Batch& batch) {
  for (const auto& [name, items] : batch.items) {
    const auto lane = lanes_.find(subject(batch.kind, name));
    if (lane == lanes_.end()) continue;
    if (is_write(batch.kind)) {
      lane->second.write_in_flight = false;
    } else {
      lane->second.reads_in_flight -= items.size();
    }
    const Lane& now = lane->second;
    if (now.waiting.empty() && now.reads_in_flight == 0 && !now.write_in_flight) lanes_.erase(lane);
  }
}

std::vector<Item> RequestLanes::take_expired(Time now) {
  std::vector<Item> expired;
  for (auto lane = lanes_.begin(); lane != lanes_.end();) {
    auto& waiting = lane->second.waiting;
    // In the order of submission: only the head can be the oldest.
    while (!waiting.empty() && waiting.front().submitted + patience_ <= now) {
      expired.push_back(std::move(waiting.front()));
      waiting.pop_front();
    }
    const bool still = waiting.empty() && lane->second.reads_in_flight == 0 && !lane->second.write_in_flight;
    lane = still ? lanes_.erase(lane) : std::next(lane);
  }
  return expired;
}

std::optional<RequestLanes::Time> RequestLanes::next_due() const {
  std::optional<Time> next;
  const auto consider = [&next](Time time) { next = next ? std::min(*next, time) : time; };
  for (const auto& [_, lane] : lanes_) {
    if (lane.waiting.empty()) continue;
    const auto& head = lane.waiting.front();
    consider(head.submitted + (lane.startable() > 0 ? linger_ : patience_));
  }
  return next;
}

std::vector<Item> RequestLanes::drain() {
  std::vector<Item> all;
  for (auto& [_, lane] : lanes_) {
    std::move(lane.waiting.begin(), lane.waiting.end(), std::back_inserter(all));
    lane.waiting.clear();
  }
  return all;
}

}  // namespace fusion::kafka
