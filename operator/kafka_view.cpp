#include "operator/kafka_view.h"

#include <utility>
#include <variant>

#include "controllers/bridges/apply.h"
#include "controllers/bridges/observe.h"
#include "controllers/topics/observe.h"

namespace fusion::op {
namespace {

/// Between the look at the world that allowed a deletion or a renewal and the request no more than this may
/// pass.
constexpr std::chrono::seconds kDecisionAge{5};

}  // namespace

KafkaView::KafkaView(Clock clock, std::function<void()> wake, std::chrono::milliseconds patience)
    : clock_(std::move(clock)), wake_(std::move(wake)), patience_(patience) {}

bool KafkaView::is_busy() const {
  std::lock_guard lock(mutex_);
  return busy_;
}

bool KafkaView::is_outdated() const {
  std::lock_guard lock(mutex_);
  return outdated_;
}

std::optional<KafkaFacts> KafkaView::facts() const {
  std::lock_guard lock(mutex_);
  return facts_;
}

bool KafkaView::is_new(const KafkaQuestion& question) const {
  std::lock_guard lock(mutex_);
  return !(question == question_);
}

std::optional<KafkaView::Ticket> KafkaView::begin() {
  std::lock_guard lock(mutex_);
  if (busy_) return std::nullopt;
  busy_ = true;
  begun_at_ = clock_();
  return ++ticket_;
}

bool KafkaView::end(Ticket ticket, const std::function<void()>& store) {
  {
    std::lock_guard lock(mutex_);
    if (!busy_ || ticket != ticket_) return false;
    busy_ = false;
    working_ = false;
    store();
  }
  wake_();
  return true;
}

void KafkaView::ask(kafka::Admin& admin, const KafkaQuestion& question) {
  const auto ticket = begin();
  if (!ticket) return;
  {
    std::lock_guard lock(mutex_);
    for (const auto& bridge : question.stopped) {
      if (facts_ && !question_.stopped.contains(bridge)) facts_->groups.erase(bridge);
    }
    question_ = question;
  }
  topics::observe(admin, question.topics,
                  [self = shared_from_this(), ticket = *ticket](topics::ObservedTopics observed) {
                    self->end(ticket, [&] {
                      if (!self->facts_) self->facts_.emplace();
                      // A broker that did not answer has not changed its settings.
                      if (!observed.transaction_max_timeout_ms && !observed.brokers_do_not_tell)
                        observed.transaction_max_timeout_ms = self->facts_->topics.transaction_max_timeout_ms;
                      self->facts_->topics = std::move(observed);
                      self->facts_->topics_at = self->clock_();
                      self->facts_->groups_at.reset();
                      self->outdated_ = false;
                    });
                  });
}

void KafkaView::ask_again(kafka::Admin& admin) {
  KafkaQuestion question;
  {
    std::lock_guard lock(mutex_);
    question = question_;
  }
  ask(admin, question);
}

void KafkaView::ask_progress(kafka::Admin& admin) {
  const auto known = facts();
  if (!known || known->topics.failure) return;
  auto questions = group_questions(known->topics);
  const auto ticket = begin();
  if (!ticket) return;
  auto store =
      [self = shared_from_this(), ticket = *ticket, asked_at = clock_(),
       empty = groups_without_topic(known->topics)](std::map<std::string, bridges::ObservedGroup> groups) {
        groups.insert(empty.begin(), empty.end());
        self->end(ticket, [&] {
          self->facts_->groups = std::move(groups);
          self->facts_->groups_asked_at = asked_at;
          self->facts_->groups_at = self->clock_();
          self->facts_->groups_answered_at = self->facts_->groups_at;
        });
      };
  if (questions.empty()) return store({});
  bridges::observe(admin, std::move(questions), std::move(store));
}

/// The broker forgets a group's positions in a topic when the topic is deleted: nothing is committed there.
std::map<std::string, bridges::ObservedGroup> KafkaView::groups_without_topic(
    const topics::ObservedTopics& observed) const {
  std::lock_guard lock(mutex_);
  std::map<std::string, bridges::ObservedGroup> groups;
  for (const auto& group : question_.groups) {
    const auto topic = observed.topics.find(group.topic);
    if (topic != observed.topics.end() && topic->second.state == topics::ObservedTopic::State::kAbsent) {
      groups.emplace(group.reader, bridges::ObservedGroup{});
    }
  }
  return groups;
}

std::vector<bridges::GroupQuestion> KafkaView::group_questions(const topics::ObservedTopics& observed) const {
  std::lock_guard lock(mutex_);
  std::vector<bridges::GroupQuestion> questions;
  for (const auto& group : question_.groups) {
    const auto topic = observed.topics.find(group.topic);
    if (topic == observed.topics.end() || topic->second.state != topics::ObservedTopic::State::kFound)
      continue;
    questions.push_back({group, topic->second.partitions});
  }
  return questions;
}

/// One piece of work while it is under way. Only touched by the Admin's thread once the first request is out.
struct KafkaView::Working {
  std::shared_ptr<KafkaView> view;
  Ticket ticket = 0;
  std::size_t open = 0;
  KafkaOutcome outcome;

  void close_one() {
    if (--open > 0) return;
    view->end(ticket, [&] {
      view->outcome_ = std::move(outcome);
      view->outdated_ = true;
    });
  }
};

void KafkaView::work(kafka::Admin& admin, const KafkaWork& work, std::function<bool()> may_write) {
  const auto ticket = begin();
  if (!ticket) return;
  {
    std::lock_guard lock(mutex_);
    working_ = true;
  }
  auto working = std::make_shared<Working>();
  working->view = shared_from_this();
  working->ticket = *ticket;
  std::vector<topics::Action> changes;
  std::vector<topics::DeleteTopic> deletions;
  for (const auto& action : work.topics) {
    if (const auto* deletion = std::get_if<topics::DeleteTopic>(&action)) {
      deletions.push_back(*deletion);
    } else {
      changes.push_back(action);
    }
  }
  working->open = (changes.empty() ? 0 : 1) + deletions.size() + work.groups.size() + work.renewals.size();
  if (!changes.empty()) {
    topics::apply(admin, changes, [working](topics::Outcome outcome) {
      for (auto& [topic, failure] : outcome) working->outcome.topics[topic] = std::move(failure);
      working->close_one();
    });
  }
  auto may_still = [may_write = std::move(may_write), clock = clock_, decided_at = work.decided_at] {
    return may_write() && clock() - decided_at < kDecisionAge;
  };
  for (const auto& deletion : deletions) {
    topics::delete_if_unchanged(
        admin, deletion, may_still,
        [working, topic = deletion.topic](std::optional<controllers::Failure> failure) {
          working->outcome.topics[topic] = std::move(failure);
          working->close_one();
        });
  }
  for (const auto& group : work.groups) {
    bridges::apply(admin, group, may_still,
                   [working, bridge = group.bridge](std::optional<controllers::Failure> failure) {
                     working->outcome.bridges[bridge] = std::move(failure);
                     working->close_one();
                   });
  }
  for (const auto& renewal : work.renewals) {
    bridges::apply(admin, renewal, may_still,
                   [working, bridge = renewal.bridge](std::optional<controllers::Failure> failure) {
                     working->outcome.renewals[bridge] = std::move(failure);
                     working->close_one();
                   });
  }
}

std::optional<KafkaOutcome> KafkaView::take_outcome() {
  std::lock_guard lock(mutex_);
  return std::exchange(outcome_, std::nullopt);
}

bool KafkaView::give_up_overdue() {
  std::lock_guard lock(mutex_);
  if (!busy_ || clock_() - begun_at_ < patience_) return false;
  ++ticket_;  // whatever still comes belongs to no question
  busy_ = false;
  // Work without an answer may have happened, or may happen yet.
  outdated_ = outdated_ || working_;
  working_ = false;
  if (!facts_) facts_.emplace();
  facts_->topics.failure = controllers::Failure{
      "KafkaTimeout",
      "Kafka owes an answer since " + std::to_string(patience_.count() / 1000) + " s: asking again", false};
  facts_->topics_at = clock_();
  facts_->groups_at = clock_();
  return true;
}

}  // namespace fusion::op
