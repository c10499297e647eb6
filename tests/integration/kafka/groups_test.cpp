#include "kafka_fixture.h"
#include "test_producer.h"

namespace fusion::kafka {
namespace {

class KafkaGroups : public KafkaTest {
 protected:
  using Committed = Result<PerPartition<CommittedOffset>>;

  void TearDown() override {
    if (!group.empty()) ask<Result<void>>([&](auto done) { admin->delete_group(group, done); });
    KafkaTest::TearDown();
  }

  Committed offsets(std::vector<TopicPartition> partitions = {}, bool require_stable = false) {
    return ask<Committed>([&](auto done) { admin->group_offsets(group, partitions, require_stable, done); });
  }

  Result<GroupDescription> described_group(const std::string& name) {
    return ask<Result<GroupDescription>>([&](auto done) { admin->describe_group(name, done); });
  }

  Result<void> renew(const std::string& topic) {
    return ask<Result<void>>([&](auto done) { admin->renew_group(group, topic, done); });
  }

  /// A member of the group, subscribed to the topic; it is in once it was polled often enough.
  ConsumerHandle member(const std::string& topic) {
    auto conf =
        client_conf({bootstrap, {}, {}}, {{"group.id", group}, {"partition.assignment.strategy", "range"}});
    auto consumer = new_consumer(std::move(conf.value()));
    const TopicPartitionListHandle topics(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(topics.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
    EXPECT_EQ(rd_kafka_subscribe(consumer.value().get(), topics.get()), RD_KAFKA_RESP_ERR_NO_ERROR);
    return std::move(consumer.value());
  }

  void wait_until_in(const ConsumerHandle& consumer) {
    wait_until("the member", [&] {
      const MessageHandle message(rd_kafka_consumer_poll(consumer.get(), 50));
      const auto description = described_group(group);
      return description && description->state == GroupState::Stable && description->members == 1;
    });
  }

  Result<void> delete_group(const std::string& name) {
    return ask<Result<void>>([&](auto done) { admin->delete_group(name, done); });
  }

  std::string group = "it-group-" + std::to_string(getpid()) + "-" +
                      std::to_string(std::chrono::steady_clock::now().time_since_epoch().count());
};

TEST_F(KafkaGroups, OffsetsAndMetadataOfATransactionComeBack) {
  const auto topic = created("committed", 3);
  const std::string metadata = "v1;watermark=1357034400000;größe;" + std::string(200, 'x');
  TestProducer producer(bootstrap, topic);
  producer.begin();
  producer.send_offset(group, topic, 0, 42, metadata);
  producer.send_offset(group, topic, 1, 7, "");
  producer.commit();

  wait_until("both commits", [&] { return offsets().value().size() == 2; });
  const auto all = offsets().value();
  EXPECT_EQ(all.at({topic, 0}).value().offset, 42);
  EXPECT_EQ(all.at({topic, 0}).value().metadata, metadata);
  EXPECT_EQ(all.at({topic, 1}).value().offset, 7);
  EXPECT_EQ(all.at({topic, 1}).value().metadata, "");

  const auto some = offsets({{topic, 0}, {topic, 2}}).value();  // partition 2 has no commit
  ASSERT_EQ(some.size(), 1u);
  EXPECT_EQ(some.at({topic, 0}).value().offset, 42);
}

TEST_F(KafkaGroups, AnOpenTransactionShowsWhereStableOffsetsAreRequired) {
  const auto topic = created("unstable");
  TestProducer producer(bootstrap, topic);
  producer.begin();
  producer.send_offset(group, topic, 0, 1, "first");
  producer.commit();
  wait_until("the first commit", [&] { return offsets({}, true).value().size() == 1; });

  producer.begin();
  producer.send_offset(group, topic, 0, 2, "second");
  EXPECT_EQ(offsets({{topic, 0}}).value().at({topic, 0}).value().metadata, "first");
  const auto stable = offsets({{topic, 0}}, true);
  EXPECT_THAT(stable.value().at({topic, 0}), FailsWith(Reason::UnstableOffsets));
  producer.abort();
  wait_until("stable offsets", [&] {
    return offsets({{topic, 0}}, true).value().at({topic, 0}).has_value();
  });
  EXPECT_EQ(offsets({{topic, 0}}, true).value().at({topic, 0}).value().offset, 1);
}

TEST_F(KafkaGroups, ThatDoNotExistHaveNoOffsetsAndAreDead) {
  EXPECT_TRUE(offsets().value().empty());
  EXPECT_EQ(described_group(group).value().state, GroupState::Dead);
  EXPECT_EQ(described_group(group).value().members, 0u);
  EXPECT_THAT(delete_group(group), FailsWith(Reason::GroupNotFound));
  EXPECT_THAT(described_group(""), FailsWith(Reason::InvalidRequest));
  EXPECT_THAT(delete_group(std::string("a\0b", 3)), FailsWith(Reason::InvalidRequest));
}

TEST_F(KafkaGroups, WithMembersAreStableAndNotDeleted) {
  const auto topic = created("joined");
  const auto consumer = member(topic);
  wait_until_in(consumer);
  EXPECT_THAT(delete_group(group), FailsWith(Reason::GroupNotEmpty));

  ASSERT_EQ(rd_kafka_consumer_close(consumer.get()), RD_KAFKA_RESP_ERR_NO_ERROR);
  wait_until("an empty group", [&] { return described_group(group)->state == GroupState::Empty; });
  EXPECT_THAT(delete_group(group), Succeeds());
  EXPECT_EQ(described_group(group)->state, GroupState::Dead);
}

TEST_F(KafkaGroups, ThatAreRenewedAreEmptyAgainAndKeepOffsetsAndMetadataByteForByte) {
  const auto topic = created("renewed", 3);
  const std::string metadata = "v1;größe;" + std::string(200, 'x');
  TestProducer producer(bootstrap, topic);
  producer.begin();
  producer.send_offset(group, topic, 0, 42, metadata);
  producer.send_offset(group, topic, 2, 7, "");
  producer.commit();
  wait_until("both commits", [&] { return offsets({}, true).value().size() == 2; });

  EXPECT_THAT(renew(topic), Succeeds());

  EXPECT_EQ(described_group(group)->state, GroupState::Empty);
  const auto after = offsets({}, true).value();
  ASSERT_EQ(after.size(), 2u);
  EXPECT_EQ(after.at({topic, 0}).value().offset, 42);
  EXPECT_EQ(after.at({topic, 0}).value().metadata, metadata);
  EXPECT_EQ(after.at({topic, 2}).value().offset, 7);
  EXPECT_EQ(after.at({topic, 2}).value().metadata, "");
}

TEST_F(KafkaGroups, AreRenewedOneAfterAnotherAndUnderOneName) {
  const auto topic = created("queued");
  std::vector<std::future<Result<void>>> answers;
  for (int i = 0; i < 3; ++i) {
    const auto promise = std::make_shared<std::promise<Result<void>>>();
    answers.push_back(promise->get_future());
    admin->renew_group(group, topic, [promise](auto renewed) { promise->set_value(std::move(renewed)); });
  }
  for (auto& answer : answers) EXPECT_THAT(answer.get(), Succeeds());
}

TEST_F(KafkaGroups, WithAMemberLoseNothingWhenTheyAreRenewed) {
  const auto topic = created("busy");
  const auto consumer = member(topic);
  wait_until_in(consumer);
  const TopicPartitionListHandle position(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(position.get(), topic.c_str(), 0)->offset = 5;
  ASSERT_EQ(rd_kafka_commit(consumer.get(), position.get(), 0), RD_KAFKA_RESP_ERR_NO_ERROR);

  const auto promise = std::make_shared<std::promise<Result<void>>>();
  auto answer = promise->get_future();
  admin->renew_group(group, topic, [promise](auto renewed) { promise->set_value(std::move(renewed)); });
  wait_until("the renewal", [&] {
    const MessageHandle message(rd_kafka_consumer_poll(consumer.get(), 50));
    return answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  });

  EXPECT_THAT(answer.get(), Succeeds());
  wait_until_in(consumer);
  EXPECT_EQ(offsets({}, true).value().at({topic, 0}).value().offset, 5);
  EXPECT_EQ(rd_kafka_consumer_close(consumer.get()), RD_KAFKA_RESP_ERR_NO_ERROR);
  wait_until("an empty group", [&] { return described_group(group)->state == GroupState::Empty; });
}

TEST_F(KafkaGroups, ThatWaitForRenewalAreAnsweredWhenTheClientGoes) {
  auto unreachable = connect({"127.0.0.1:1", {}, {}});
  std::vector<std::future<Result<void>>> answers;
  for (int i = 0; i < 3; ++i) {
    const auto promise = std::make_shared<std::promise<Result<void>>>();
    answers.push_back(promise->get_future());
    unreachable->renew_group(group, "any",
                             [promise](auto renewed) { promise->set_value(std::move(renewed)); });
  }
  unreachable.reset();
  for (auto& answer : answers) EXPECT_THAT(answer.get(), FailsWith(Reason::Closed));
}

}  // namespace
}  // namespace fusion::kafka
