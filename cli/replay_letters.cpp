#include "cli/replay_letters.h"

#include <chrono>
#include <map>
#include <ostream>
#include <utility>
#include <variant>

#include "cli/mended_letters.h"
#include "cli/replay.h"
#include "cli/source_topics.h"

namespace fusion::cli {
namespace {

constexpr std::int64_t kNamed = 10;  ///< letters left behind that are named one by one

std::int64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

/// Decides letter by letter, and counts.
class Replaying {
 public:
  /// `replay`: none for a dry run.
  Replaying(SourceTopics& sources, const ReplayedLetters& replayed, Replay* replay, std::ostream& err)
      : sources_(sources), replayed_(replayed), replay_(replay), err_(err) {}

  kafka::Result<void> consider(const ReplayRequest& request) {
    if (contains(replayed_, request.letter)) {
      ++before_;
      return {};
    }
    const auto source = sources_.find(request.topic);
    if (!source) {
      if (source.error().retriable) return tl::make_unexpected(source.error());
      return leave(request, "cannot be put back: " + source.error().message);
    }
    if (const auto why = obstacle(request, *source, now_ms())) return leave(request, *why);
    ++selected_[{request.topic, request.reason}];
    return replay_ != nullptr ? replay_->add(request) : kafka::Result<void>();
  }

  kafka::Result<void> leave(const ReplayRequest& request, const std::string& why) {
    if (left_++ < kNamed) err_ << "letter " << request.letter.to_text() << " " << why << "\n";
    return {};
  }

  kafka::Result<void> pause() {
    return replay_ != nullptr ? replay_->commit_if_due() : kafka::Result<void>();
  }
  kafka::Result<void> finish() { return replay_ != nullptr ? replay_->finish() : kafka::Result<void>(); }

  std::int64_t left() const { return left_; }

  void tell(std::ostream& out) const {
    for (const auto& [what, letters] : selected_) {
      out << (replay_ != nullptr ? "put back " : "would put back ") << letters << " letters of "
          << what.second << " into topic " << what.first << "\n";
    }
    if (selected_.empty()) out << "nothing to put back\n";
    if (before_ > 0) out << before_ << " letters were put back before\n";
    if (left_ > 0) err_ << left_ << " letters were left\n";
  }

 private:
  SourceTopics& sources_;
  const ReplayedLetters& replayed_;
  Replay* const replay_;
  std::ostream& err_;
  std::map<std::pair<std::string, std::string>, std::int64_t> selected_;  ///< by topic and reason
  std::int64_t before_ = 0;
  std::int64_t left_ = 0;
};

kafka::Result<void> go_through(const LetterTopic& topic, const LetterFilter& filter, Replaying& replaying) {
  return topic.read([&](Entry entry) -> kafka::Result<void> {
    auto* letter = std::get_if<Letter>(&entry);
    if (letter == nullptr || !filter.takes(*letter)) return replaying.pause();
    return replaying.consider(as_it_is(std::move(*letter)));
  });
}

/// Whether a letter was put back is known as long as it lies in its topic: its receipt lies behind it.
bool is_known(const LetterTopic& topic, const Place& letter) {
  const auto found = topic.spans().find(letter.partition);
  return found != topic.spans().end() && letter.offset >= found->second.begin &&
         letter.offset < found->second.end;
}

kafka::Result<void> go_through(const LetterTopic& topic, const std::vector<ReplayRequest>& mended,
                               Replaying& replaying) {
  for (const auto& request : mended) {
    const auto considered =
        is_known(topic, request.letter)
            ? replaying.consider(request)
            : replaying.leave(request,
                              "is not in its topic any more: nobody can tell whether it was put back");
    if (!considered) return considered;
  }
  return {};
}

kafka::Error invalid(const std::string& message) { return {kafka::Reason::InvalidRequest, message, false}; }

}  // namespace

kafka::Result<std::int64_t> replay_letters(const ReplayWish& wish, std::ostream& out, std::ostream& err) {
  const auto& [connection, name, filter] = wish.task;
  auto cluster = Cluster::connect(connection);
  if (!cluster) return tl::make_unexpected(cluster.error());
  const auto described = cluster->describe(name);
  if (!described) return tl::make_unexpected(described.error());
  std::vector<ReplayRequest> mended;
  if (wish.mended) {
    auto parsed = parse_mended_letters(*wish.mended, name, described->topic_id);
    if (!parsed) return tl::make_unexpected(invalid("--from: " + parsed.error()));
    mended = *std::move(parsed);
  }
  std::unique_ptr<TransactionalProducer> producer;
  std::optional<Replay> replay;
  if (!wish.dry_run) {
    auto opened = TransactionalProducer::open(connection, replay_id(name));
    if (!opened) return tl::make_unexpected(opened.error());
    producer = *std::move(opened);
    if (auto initialized = producer->initialize(); !initialized)
      return tl::make_unexpected(initialized.error());
    replay.emplace(*producer, name);
  }
  // After initialize(): nobody else writes receipts from now on, and all that were written are there.
  const auto until = wish.dry_run ? LetterTopic::Until::StableEnd : LetterTopic::Until::End;
  const auto topic = LetterTopic::look(*cluster, connection, name, until);
  if (!topic) return tl::make_unexpected(topic.error());
  if (topic->is_held()) {
    err << "topic " << name << ": a transaction is open, "
        << (wish.dry_run ? "what it wrote is left out" : "its end is waited for") << std::endl;
  }
  const auto replayed = topic->read_receipts();
  if (!replayed) return tl::make_unexpected(replayed.error());

  SourceTopics sources(*cluster);
  Replaying replaying(sources, *replayed, replay ? &*replay : nullptr, err);
  auto done = (wish.mended ? go_through(*topic, mended, replaying) : go_through(*topic, filter, replaying))
                  .and_then([&] { return replaying.finish(); });
  if (!done) {
    // So that readers of the source need not wait for the transaction's timeout.
    if (producer) static_cast<void>(producer->abort());
    if (replay) err << replay->replayed() << " letters were put back before this:\n";
    return tl::make_unexpected(done.error());
  }
  replaying.tell(out);
  return replaying.left();
}

}  // namespace fusion::cli
