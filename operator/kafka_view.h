#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "controllers/bridges/observe.h"
#include "controllers/bridges/plan.h"
#include "controllers/topics/apply.h"
#include "controllers/topics/plan.h"
#include "kafka/admin.h"

namespace fusion::op {

/// What a pipeline wants to know of Kafka.
struct KafkaQuestion {
  std::vector<std::string> topics;
  std::vector<bridges::GroupToObserve> groups;
  /// Bridges of which no pod runs. What their groups committed before they stopped is asked anew: the last
  /// commit may be the first one.
  std::set<std::string> stopped = {};
  bool operator==(const KafkaQuestion&) const = default;
};

/// What Kafka said, and when.
struct KafkaFacts {
  topics::ObservedTopics topics;  ///< without claims
  std::map<std::string, bridges::ObservedGroup> groups;
  std::chrono::steady_clock::time_point topics_at{};
  /// Unset: to be asked anew, because the topics were; `groups` is what was known before.
  std::optional<std::chrono::steady_clock::time_point> groups_at;
  /// When Kafka was asked for what is in `groups`, and when it said so; unset: never.
  std::optional<std::chrono::steady_clock::time_point> groups_asked_at;
  std::optional<std::chrono::steady_clock::time_point> groups_answered_at;
};

/// What a pipeline wants done to Kafka.
struct KafkaWork {
  std::vector<topics::Action> topics;
  std::vector<bridges::DeleteGroup> groups;
  std::vector<bridges::RenewPositions> renewals = {};
  /// Before it was asked who uses the topics: a deletion that is sent too long after this is not sent.
  std::chrono::steady_clock::time_point decided_at{};
  bool empty() const { return topics.empty() && groups.empty() && renewals.empty(); }
};

/// What became of it: by topic, and of groups and renewals by bridge. None: done.
struct KafkaOutcome {
  topics::Outcome topics;
  std::map<std::string, std::optional<controllers::Failure>> bridges;
  std::map<std::string, std::optional<controllers::Failure>> renewals;
};

/// One pipeline's conversation with one Kafka: at most one question or one piece of work is under way at a
/// time. What was asked before a change that we made ourselves is never taken for an answer after it.
///
/// Thread-safe: the worker that has the pipeline's key asks, the Admin's thread answers and calls `wake`.
/// Always held by a shared_ptr, because an answer may come when nobody wants it any more. `mutex_` guards
/// what is below it.
class KafkaView : public std::enable_shared_from_this<KafkaView> {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Clock = std::function<Time()>;

  /// An answer that has not come after `patience` is not waited for any longer.
  KafkaView(Clock clock, std::function<void()> wake, std::chrono::milliseconds patience);

  bool is_busy() const;
  /// Whether something was changed since the facts were gathered: no work then, before they are gathered
  /// anew.
  bool is_outdated() const;
  std::optional<KafkaFacts> facts() const;
  /// Whether `question` is not the one that was answered.
  bool is_new(const KafkaQuestion& question) const;

  /// Asks for the topics, unless busy; the groups are due then. They are asked apart, because a coordinator
  /// that is not ready yet must not hold up what is known of the topics.
  void ask(kafka::Admin& admin, const KafkaQuestion& question);
  /// Asks the last question again, unless busy.
  void ask_again(kafka::Admin& admin);
  /// Asks for the groups' progress alone, unless busy or the topics are not known.
  void ask_progress(kafka::Admin& admin);
  /// Has work done, unless busy. `may_write` is asked right before a topic or a group is deleted, and before
  /// positions are renewed.
  void work(kafka::Admin& admin, const KafkaWork& work, std::function<bool()> may_write);

  /// What became of the last work; once.
  std::optional<KafkaOutcome> take_outcome();

  /// Gives up what is overdue; true if there was something.
  bool give_up_overdue();

 private:
  struct Working;
  using Ticket = std::uint64_t;

  std::optional<Ticket> begin();
  bool end(Ticket ticket, const std::function<void()>& store);
  std::vector<bridges::GroupQuestion> group_questions(const topics::ObservedTopics& observed) const;
  std::map<std::string, bridges::ObservedGroup> groups_without_topic(
      const topics::ObservedTopics& observed) const;

  const Clock clock_;
  const std::function<void()> wake_;
  const std::chrono::milliseconds patience_;
  mutable std::mutex mutex_;
  Ticket ticket_ = 0;
  bool busy_ = false;
  bool working_ = false;
  bool outdated_ = false;
  Time begun_at_{};
  KafkaQuestion question_;
  std::optional<KafkaFacts> facts_;
  std::optional<KafkaOutcome> outcome_;
};

}  // namespace fusion::op
