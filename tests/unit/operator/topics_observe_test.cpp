#include <gmock/gmock.h>

#include "controllers/topics/observe.h"
#include "tests/unit/operator/fake_kafka.h"

namespace fusion::topics {
namespace {

using ::testing::Optional;

ObservedTopic observed(std::map<std::string, std::string> config) {
  op::testing::FakeKafka kafka;
  kafka.topics["out"] = {"id-out", 3, std::move(config)};
  const auto admin = kafka.connect();
  ObservedTopics topics;
  observe(*admin, {"out"}, [&](ObservedTopics answer) { topics = std::move(answer); });
  kafka.answer();
  return topics.topics.at("out");
}

TEST(TopicsObserve, ReadsWhatKeepsRecordsFromBeingLost) {
  const auto topic = observed({{"min.insync.replicas", "2"}, {"unclean.leader.election.enable", "false"}});
  EXPECT_EQ(topic.state, ObservedTopic::State::kFound);
  EXPECT_EQ(topic.replication_factor, 1);
  EXPECT_THAT(topic.min_insync_replicas, Optional(2));
  EXPECT_THAT(topic.unclean_leader_election, Optional(false));
  EXPECT_THAT(observed({{"unclean.leader.election.enable", "true"}}).unclean_leader_election, Optional(true));
}

TEST(TopicsObserve, KnowsNothingOfWhatKafkaDoesNotSay) {
  const auto topic = observed({});
  EXPECT_EQ(topic.min_insync_replicas, std::nullopt);
  EXPECT_EQ(topic.unclean_leader_election, std::nullopt);
}

}  // namespace
}  // namespace fusion::topics
