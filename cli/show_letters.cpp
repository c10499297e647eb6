#include "cli/show_letters.h"

#include <ostream>
#include <utility>
#include <variant>

#include "cli/letter_json.h"
#include "cli/letter_summary.h"
#include "cli/letter_topic.h"

namespace fusion::cli {
namespace {

kafka::Error cannot_write() {
  return {kafka::Reason::Other,
          "the output cannot be written: look at the disk, or at the reader of the pipe", false};
}

struct Reading {
  LetterTopic topic;
  ReplayedLetters replayed;
};

kafka::Result<Reading> begin(const LetterTask& task, std::ostream& err) {
  auto cluster = Cluster::connect(task.connection);
  if (!cluster) return tl::make_unexpected(cluster.error());
  auto topic = LetterTopic::look(*cluster, task.connection, task.topic, LetterTopic::Until::StableEnd);
  if (!topic) return tl::make_unexpected(topic.error());
  if (topic->is_held())
    err << "topic " << task.topic << ": a transaction is open, what it wrote is left out\n";
  auto replayed = topic->read_receipts();
  if (!replayed) return tl::make_unexpected(replayed.error());
  return Reading{*std::move(topic), *std::move(replayed)};
}

}  // namespace

kafka::Result<void> list_letters(const LetterTask& task, std::ostream& out, std::ostream& err) {
  const auto reading = begin(task, err);
  if (!reading) return tl::make_unexpected(reading.error());
  LetterSummary summary;
  std::int64_t strangers = 0;
  const auto read = reading->topic.read([&](const Entry& entry) -> kafka::Result<void> {
    if (const auto* letter = std::get_if<Letter>(&entry)) {
      if (task.filter.takes(*letter)) summary.add(*letter, contains(reading->replayed, letter->place));
    } else if (const auto* stranger = std::get_if<Stranger>(&entry)) {
      if (strangers++ == 0)
        err << stranger->place.to_text() << " is no dead letter: " << stranger->why << "\n";
    }
    return {};
  });
  if (!read) return read;
  if (strangers > 1)
    err << strangers - 1 << " more records of topic " << task.topic << " are no dead letters\n";
  summary.print(out);
  if (!out.flush()) return tl::make_unexpected(cannot_write());
  return {};
}

kafka::Result<void> export_letters(const LetterTask& task, std::ostream& out, std::ostream& err) {
  const auto reading = begin(task, err);
  if (!reading) return tl::make_unexpected(reading.error());
  std::int64_t exported = 0;
  const auto read = reading->topic.read([&](const Entry& entry) -> kafka::Result<void> {
    const auto* letter = std::get_if<Letter>(&entry);
    if (letter == nullptr || !task.filter.takes(*letter) || contains(reading->replayed, letter->place))
      return {};
    ++exported;
    if (out << to_json_line(*letter, reading->topic.id()) << "\n") return {};
    return tl::make_unexpected(cannot_write());
  });
  if (!read) return read;
  if (!out.flush()) return tl::make_unexpected(cannot_write());
  err << exported << " letters\n";
  return {};
}

}  // namespace fusion::cli
