#include "bridge/positions.h"

#include <algorithm>

namespace fusion::bridge {
namespace {

std::int64_t first_offset(const ObservedPositions::Log& log, const StartFrom& start_from) {
  switch (start_from.kind) {
    case StartFrom::Kind::kEarliest:
      return log.low;
    case StartFrom::Kind::kLatest:
      return log.high;
    case StartFrom::Kind::kTimestamp:
      return log.at_timestamp.value_or(log.high);
  }
  return log.low;
}

Positions first_positions(const ObservedPositions& observed, const StartFrom& start_from) {
  Positions positions;
  for (std::size_t partition = 0; partition < observed.log.size(); ++partition) {
    Position& position = positions[static_cast<std::int32_t>(partition)];
    position.offset = first_offset(observed.log[partition], start_from);
    position.progress.topic_id = observed.topic_id;
  }
  return positions;
}

Result<Position> resume(const ObservedPositions& observed, std::int32_t partition,
                        const ObservedPositions::Committed& committed) {
  const std::string where = observed.topic + "-" + std::to_string(partition);
  auto progress = contract::parse_metadata(committed.metadata);
  if (!progress) {
    return tl::make_unexpected(
        Stop{ExitCode::kPosition, "the committed position of " + where +
                                      " carries metadata that this version cannot read (" + progress.error() +
                                      "): run the version of fusion-bridge that wrote it, or a newer one"});
  }
  // Without metadata somebody set the offset by hand (kafka-consumer-groups --reset-offsets): accepted.
  if (!progress->topic_id.empty() && progress->topic_id != observed.topic_id) {
    return tl::make_unexpected(
        Stop{ExitCode::kTopic,
             "the committed position of " + where + " belongs to the topic with the id " +
                 progress->topic_id + ", and the topic's id is " + observed.topic_id +
                 " now: it was deleted and created anew. Delete the bridge's consumer group to carry "
                 "the new topic from its start"});
  }
  const ObservedPositions::Log& log = observed.log[static_cast<std::size_t>(partition)];
  if (committed.offset < log.low || committed.offset > log.high) {
    return tl::make_unexpected(position_gone(observed.topic, partition,
                                             "the committed offset is " + std::to_string(committed.offset),
                                             log.low, log.high));
  }
  progress->topic_id = observed.topic_id;
  if (progress->window_start) {
    // Ids of records that retention has taken cannot be read again.
    if (*progress->window_start < log.low) progress->ids_are_lost = true;
    progress->window_start = std::clamp(*progress->window_start, log.low, committed.offset);
  }
  return Position{committed.offset, *std::move(progress)};
}

Result<Position> appeared_later(const ObservedPositions& observed, std::int32_t partition) {
  const ObservedPositions::Log& log = observed.log[static_cast<std::size_t>(partition)];
  if (log.low > 0) {
    return tl::make_unexpected(position_gone(
        observed.topic, partition, "the partition appeared later and begins at 0", log.low, log.high));
  }
  Position position;
  position.progress.topic_id = observed.topic_id;
  return position;
}

}  // namespace

Result<StartFrom> StartFrom::parse(std::string_view word, std::int64_t timestamp_ms) {
  if (word == "Earliest") return StartFrom{Kind::kEarliest, 0};
  if (word == "Latest") return StartFrom{Kind::kLatest, 0};
  if (word == "Timestamp") return StartFrom{Kind::kTimestamp, timestamp_ms};
  return tl::make_unexpected(
      Stop{ExitCode::kConfig, "start_from is " + std::string(word) + ": use Earliest, Latest or Timestamp"});
}

Result<Beginning> decide_beginning(const ObservedPositions& observed,
                                   const std::vector<std::int32_t>& assigned, const StartFrom& start_from) {
  const auto is_known = [&](std::int32_t partition) {
    return static_cast<std::size_t>(partition) < observed.log.size();
  };
  if (!std::all_of(assigned.begin(), assigned.end(), is_known)) return AskAgain{};
  if (observed.committed.empty()) {
    const bool has_first = std::find(assigned.begin(), assigned.end(), 0) != assigned.end();
    if (!has_first) return AskAgain{};
    return CommitFirst{first_positions(observed, start_from)};
  }
  CarryFrom from;
  for (const std::int32_t partition : assigned) {
    const auto committed = observed.committed.find(partition);
    auto position = committed == observed.committed.end() ? appeared_later(observed, partition)
                                                          : resume(observed, partition, committed->second);
    if (!position) return tl::make_unexpected(position.error());
    from.positions.emplace(partition, *std::move(position));
  }
  return from;
}

std::optional<std::int32_t> partition_behind(const ObservedPositions& observed,
                                             const std::map<std::int32_t, std::int64_t>& committed_here) {
  for (const auto& [partition, offset] : committed_here) {
    const auto committed = observed.committed.find(partition);
    if (committed == observed.committed.end() || committed->second.offset < offset) return partition;
  }
  return std::nullopt;
}

Stop position_gone(const std::string& topic, std::int32_t partition, const std::string& position,
                   std::int64_t low, std::int64_t high) {
  return {ExitCode::kPosition, "topic " + topic + " partition " + std::to_string(partition) + ": " +
                                   position + ", and the log holds " + std::to_string(low) + " to " +
                                   std::to_string(high) +
                                   ": retention or truncation has passed the position, and records were lost "
                                   "before they were carried. "
                                   "To accept that, suspend the bridge, set the position of its consumer "
                                   "group by kafka-consumer-groups "
                                   "--reset-offsets, and resume"};
}

}  // namespace fusion::bridge
