#include "cli/letter_topic.h"

#include <utility>
#include <variant>

namespace fusion::cli {

kafka::Result<LetterTopic> LetterTopic::look(Cluster& cluster, kafka::Connection connection,
                                             const std::string& topic, Until until) {
  const auto described = cluster.describe(topic);
  if (!described) return tl::make_unexpected(described.error());
  const auto logs = cluster.logs(*described);
  if (!logs) return tl::make_unexpected(logs.error());
  LetterTopic letters;
  letters.connection_ = std::move(connection);
  letters.name_ = topic;
  letters.id_ = described->topic_id;
  std::int32_t partition = 0;
  for (const auto& log : *logs) {
    letters.spans_[partition++] = {log.start, until == Until::End ? log.end : log.stable_end};
    letters.is_held_ = letters.is_held_ || log.is_held();
  }
  return letters;
}

kafka::Result<void> LetterTopic::read(const OnEntry& on_entry) const {
  return read_topic(connection_, name_, spans_, {},
                    [&](rd_kafka_message_t& message) { return on_entry(entry_of(name_, message)); });
}

kafka::Result<ReplayedLetters> LetterTopic::read_receipts() const {
  ReplayedLetters replayed;
  const auto read_all = read([&](const Entry& entry) -> kafka::Result<void> {
    if (const auto* receipt = std::get_if<Receipt>(&entry))
      replayed[receipt->place.partition].add(receipt->replayed);
    return {};
  });
  if (!read_all) return tl::make_unexpected(read_all.error());
  return replayed;
}

}  // namespace fusion::cli
