#include "cli/replay.h"

#include <utility>

namespace fusion::cli {
namespace {

constexpr std::int64_t kMaxLetters = 500;
constexpr std::size_t kMaxBytes = 8 << 20;
constexpr std::chrono::seconds kLongest{1};

/// With where it comes from: instead of where it came from at an earlier replay.
Record marked(Record record, const std::string& origin) {
  std::erase_if(record.headers,
                [](const auto& header) { return header.name == contract::kReplayedFromHeader; });
  if (!origin.empty()) record.headers.push_back({std::string(contract::kReplayedFromHeader), origin});
  return record;
}

std::size_t size_of(const Record& record) {
  return (record.key ? record.key->size() : 0) + (record.value ? record.value->size() : 0);
}

}  // namespace

std::string replay_id(const std::string& dead_letter_topic) {
  return "fusion-dead-letters/" + dead_letter_topic;
}

kafka::Result<void> Replay::add(const ReplayRequest& request) {
  if (open_.empty()) {
    if (auto begun = producer_.begin(); !begun) return begun;
    begun_ = Clock::now();
  }
  auto produced = producer_.produce(request.topic, request.partition, request.timestamp_ms,
                                    marked(request.record, request.origin),
                                    "letter " + request.letter.to_text() + " for topic " + request.topic);
  if (!produced) return produced;
  open_[request.letter.partition].add(request.letter.offset);
  ++letters_;
  bytes_ += size_of(request.record);
  if (letters_ < kMaxLetters && bytes_ < kMaxBytes) return commit_if_due();
  return commit();
}

kafka::Result<void> Replay::commit_if_due() {
  if (open_.empty() || Clock::now() - begun_ < kLongest) return {};
  return commit();
}

kafka::Result<void> Replay::finish() {
  if (open_.empty()) return {};
  return commit();
}

kafka::Result<void> Replay::commit() {
  if (auto written = write_receipts(); !written) return written;
  if (auto committed = producer_.commit(); !committed) return committed;
  replayed_ += std::exchange(letters_, 0);
  bytes_ = 0;
  open_.clear();
  return {};
}

kafka::Result<void> Replay::write_receipts() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  for (const auto& [partition, offsets] : open_) {
    auto produced = producer_.produce(topic_, partition, now_ms, to_record(offsets),
                                      "the receipt for letters of topic " + topic_);
    if (!produced) return produced;
  }
  return {};
}

}  // namespace fusion::cli
