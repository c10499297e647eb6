#include "operator/kafka_view.h"

#include <gmock/gmock.h>

#include "tests/unit/operator/fake_kafka.h"

namespace fusion::op {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

class KafkaViewTest : public ::testing::Test {
 protected:
  void answer() { kafka_.answer(); }

  std::chrono::steady_clock::time_point now_{1h};
  int woken_ = 0;
  void work(KafkaWork work) {
    work.decided_at = now_;
    view_->work(*admin_, work, [this] { return may_write_; });
  }

  bool may_write_ = true;
  testing::FakeKafka kafka_;
  std::unique_ptr<kafka::Admin> admin_ = kafka_.connect();
  std::shared_ptr<KafkaView> view_ =
      std::make_shared<KafkaView>([this] { return now_; }, [this] { ++woken_; }, 45s);
};

TEST_F(KafkaViewTest, AsksWithoutWaitingAndWakesWithTheAnswer) {
  kafka_.topics["alerts"] = {"id-a", 3, {{"retention.ms", "1"}}};
  view_->ask(*admin_, {{"alerts", "absent"}, {}});
  EXPECT_TRUE(view_->is_busy());
  EXPECT_EQ(woken_, 0);
  answer();
  EXPECT_EQ(woken_, 1);
  const auto facts = view_->facts();
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->topics.cluster_id, "cluster-1");
  EXPECT_EQ(facts->topics.topics.at("alerts").partitions, 3);
  EXPECT_EQ(facts->topics.topics.at("absent").state, topics::ObservedTopic::State::kAbsent);
}

TEST_F(KafkaViewTest, AKafkaThatIsDownIsAFailureAndNoAbsentTopic) {
  kafka_.down = true;
  view_->ask(*admin_, {{"alerts"}, {}});
  answer();
  const auto facts = view_->facts();
  ASSERT_TRUE(facts);
  ASSERT_TRUE(facts->topics.failure);
  EXPECT_EQ(facts->topics.failure->reason, "KafkaUnreachable");
  EXPECT_EQ(facts->topics.topics.at("alerts").state, topics::ObservedTopic::State::kUnknown);
}

TEST_F(KafkaViewTest, AsksAnewWhatAGroupCommittedOnceItsBridgeHasStopped) {
  kafka_.topics["alerts"] = {"id-a", 1, {}};
  KafkaQuestion question{{"alerts"}, {{"carry", "group", "alerts"}}};
  view_->ask(*admin_, question);
  answer();
  view_->ask_progress(*admin_);
  answer();
  ASSERT_THAT(view_->facts()->groups, Contains(::testing::Key("carry")));
  question.stopped = {"carry"};
  EXPECT_TRUE(view_->is_new(question));
  view_->ask(*admin_, question);
  EXPECT_THAT(view_->facts()->groups, IsEmpty()) << "its last commit may have come since";
  answer();
  view_->ask_progress(*admin_);
  answer();
  EXPECT_THAT(view_->facts()->groups, Contains(::testing::Key("carry")));
  view_->ask(*admin_, question);
  EXPECT_THAT(view_->facts()->groups, Contains(::testing::Key("carry"))) << "it had stopped before";
}

TEST_F(KafkaViewTest, WorkMakesWhatWasKnownOutdated) {
  view_->ask(*admin_, {{"alerts"}, {}});
  answer();
  work({{topics::CreateTopic{"alerts", 2, -1, {}}}, {}});
  answer();
  EXPECT_TRUE(view_->is_outdated());
  const auto outcome = view_->take_outcome();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->topics.at("alerts"), std::nullopt);
  EXPECT_FALSE(view_->take_outcome()) << "it is told once";
  view_->ask(*admin_, {{"alerts"}, {}});
  answer();
  EXPECT_FALSE(view_->is_outdated());
}

TEST_F(KafkaViewTest, NoticesAnAnswerThatNeverComes) {
  kafka_.silent = true;
  view_->ask(*admin_, {{"alerts"}, {}});
  now_ += 44s;
  EXPECT_FALSE(view_->give_up_overdue());
  now_ += 1s;
  EXPECT_TRUE(view_->give_up_overdue());
  EXPECT_FALSE(view_->is_busy());
  EXPECT_EQ(view_->facts()->topics.failure->reason, "KafkaTimeout");
}

TEST_F(KafkaViewTest, IgnoresAnAnswerThatComesTooLate) {
  kafka_.silent = true;
  view_->ask(*admin_, {{"alerts"}, {}});
  now_ += 46s;
  ASSERT_TRUE(view_->give_up_overdue());
  kafka_.silent = false;
  answer();
  EXPECT_TRUE(view_->facts()->topics.failure);
  EXPECT_EQ(woken_, 0);
}

TEST_F(KafkaViewTest, WorkWithoutAnAnswerMayHaveHappened) {
  kafka_.silent = true;
  work({{topics::CreateTopic{"alerts", 1, -1, {}}}, {}});
  now_ += 46s;
  ASSERT_TRUE(view_->give_up_overdue());
  EXPECT_TRUE(view_->is_outdated()) << "no more work before Kafka was looked at again";
}

TEST_F(KafkaViewTest, DeletesATopicOnlyWhileItHasTheIdThatWasDecidedOn) {
  kafka_.topics["alerts"] = {"id-new", 1, {}};
  work({{topics::DeleteTopic{"alerts", "id-old"}}, {}});
  answer();
  EXPECT_THAT(kafka_.topics, Contains(::testing::Key("alerts")));
  EXPECT_EQ(view_->take_outcome()->topics.at("alerts")->reason, "TopicRecreated");
}

TEST_F(KafkaViewTest, DeletesNothingOnceItMustNotWrite) {
  kafka_.topics["alerts"] = {"id-a", 1, {}};
  work({{topics::DeleteTopic{"alerts", "id-a"}}, {}});
  may_write_ = false;
  answer();
  EXPECT_THAT(kafka_.writes, IsEmpty());
}

TEST_F(KafkaViewTest, DeletesNoGroupOnceItMustNotWrite) {
  work({{}, {{"carry", "group"}}});
  may_write_ = false;
  answer();
  EXPECT_THAT(kafka_.writes, IsEmpty());
  EXPECT_EQ(view_->take_outcome()->bridges.at("carry")->reason, "Superseded");
}

TEST_F(KafkaViewTest, DeletesAGroup) {
  work({{}, {{"carry", "group"}}});
  answer();
  EXPECT_THAT(kafka_.writes, ElementsAre("delete-group group"));
  EXPECT_EQ(view_->take_outcome()->bridges.at("carry"), std::nullopt);
}

TEST_F(KafkaViewTest, RenewsThePositionsOfAnEmptyGroup) {
  work({{}, {}, {{"carry", "group", "alerts"}}});
  answer();
  EXPECT_THAT(kafka_.writes, ElementsAre("renew group"));
  EXPECT_EQ(view_->take_outcome()->renewals.at("carry"), std::nullopt);
}

TEST_F(KafkaViewTest, LeavesAGroupWithMembersAlone) {
  kafka_.groups["group"] = {kafka::GroupState::Stable, 1};
  work({{}, {}, {{"carry", "group", "alerts"}}});
  answer();
  EXPECT_THAT(kafka_.writes, IsEmpty());
  EXPECT_EQ(view_->take_outcome()->renewals.at("carry"), std::nullopt) << "its members keep its positions";
}

TEST_F(KafkaViewTest, RenewsNothingOnceItMustNotWrite) {
  work({{}, {}, {{"carry", "group", "alerts"}}});
  may_write_ = false;
  answer();
  EXPECT_THAT(kafka_.writes, IsEmpty());
  EXPECT_EQ(view_->take_outcome()->renewals.at("carry")->reason, "Superseded");
}

TEST_F(KafkaViewTest, DeletesNothingOnADecisionThatIsTooOld) {
  kafka_.topics["alerts"] = {"id-a", 1, {}};
  work({{topics::DeleteTopic{"alerts", "id-a"}}, {}});
  now_ += 6s;
  answer();
  EXPECT_THAT(kafka_.writes, IsEmpty());
  EXPECT_THAT(kafka_.topics, Not(IsEmpty()));
}

}  // namespace
}  // namespace fusion::op
