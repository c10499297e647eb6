#include "controllers/bridges/observe.h"

#include <memory>
#include <optional>
#include <set>
#include <utility>

namespace fusion::bridges {
namespace {

using Offsets = kafka::PerPartition<kafka::ListedOffset>;
using Commits = kafka::Result<kafka::PerPartition<kafka::CommittedOffset>>;

std::optional<std::int64_t> offset_of(const Offsets& offsets, const kafka::TopicPartition& partition) {
  const auto found = offsets.find(partition);
  if (found == offsets.end() || !found->second) return std::nullopt;
  return found->second->offset;
}

/// Nothing if any part of the answer is missing, the newest records' times excepted: a broker may be too old
/// to tell them.
std::optional<ObservedGroup> combine(const GroupQuestion& question, const Offsets& earliest,
                                     const Offsets& latest, const Offsets& newest, const Commits& commits) {
  if (!commits && question.group.needs_commits) return std::nullopt;
  ObservedGroup group;
  for (int number = 0; number < question.partitions; ++number) {
    const kafka::TopicPartition key{question.group.topic, number};
    const auto start = offset_of(earliest, key);
    const auto end = offset_of(latest, key);
    if (!start || !end) return std::nullopt;
    ObservedPartition partition;
    partition.start_offset = *start;
    partition.end_offset = *end;
    if (const auto found = newest.find(key); found != newest.end() && found->second)
      partition.newest_ms = found->second->timestamp_ms;
    if (!commits) {
      group.partitions[number] = std::move(partition);
      continue;
    }
    if (const auto commit = commits->find(key); commit != commits->end()) {
      if (!commit->second) return std::nullopt;
      partition.committed = commit->second->offset;
      if (auto progress = contract::parse_metadata(commit->second->metadata))
        partition.progress = std::move(*progress);
    }
    group.partitions[number] = std::move(partition);
  }
  return group;
}

/// The answers, until all are there. Only touched by the Admin's thread.
struct Answers {
  std::vector<GroupQuestion> questions;
  std::optional<Offsets> earliest;
  std::optional<Offsets> latest;
  std::optional<Offsets> newest;
  std::map<std::string, Commits> commits;  // by reader
  kafka::Callback<std::map<std::string, ObservedGroup>> done;

  void finish_if_complete() {
    if (!earliest || !latest || !newest || commits.size() != questions.size()) return;
    std::map<std::string, ObservedGroup> groups;
    for (const auto& question : questions) {
      auto group = combine(question, *earliest, *latest, *newest, commits.at(question.group.reader));
      if (group) groups[question.group.reader] = std::move(*group);
    }
    done(std::move(groups));
  }
};

}  // namespace

void observe(kafka::Admin& admin, std::vector<GroupQuestion> questions,
             kafka::Callback<std::map<std::string, ObservedGroup>> done) {
  std::set<kafka::TopicPartition> all;
  for (const auto& question : questions) {
    for (int number = 0; number < question.partitions; ++number) all.insert({question.group.topic, number});
  }
  const std::vector<kafka::TopicPartition> partitions(all.begin(), all.end());
  auto answers = std::make_shared<Answers>();
  answers->questions = std::move(questions);
  answers->done = std::move(done);
  admin.list_offsets(partitions, kafka::OffsetSpec::earliest(), kafka::IsolationLevel::ReadCommitted,
                     [answers](Offsets offsets) {
                       answers->earliest = std::move(offsets);
                       answers->finish_if_complete();
                     });
  // The answers' thread may be done with the list before this loop is: iterate over what does not change.
  const std::vector<GroupQuestion> groups = answers->questions;
  for (const auto& question : groups) {
    admin.group_offsets(question.group.group, {}, false,
                        [answers, reader = question.group.reader](Commits commits) {
                          answers->commits.insert_or_assign(reader, std::move(commits));
                          answers->finish_if_complete();
                        });
  }
  admin.list_offsets(partitions, kafka::OffsetSpec::newest(), kafka::IsolationLevel::ReadUncommitted,
                     [answers](Offsets offsets) {
                       answers->newest = std::move(offsets);
                       answers->finish_if_complete();
                     });
  admin.list_offsets(partitions, kafka::OffsetSpec::latest(), kafka::IsolationLevel::ReadCommitted,
                     [answers](Offsets offsets) {
                       answers->latest = std::move(offsets);
                       answers->finish_if_complete();
                     });
}

}  // namespace fusion::bridges
