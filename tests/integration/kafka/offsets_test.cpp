#include "kafka_fixture.h"
#include "test_producer.h"

namespace fusion::kafka {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Optional;

// Kafka takes a record's own time; it must be young enough for the default retention.
std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

class KafkaOffsets : public KafkaTest {
 protected:
  PerPartition<ListedOffset> list(std::vector<TopicPartition> partitions, OffsetSpec spec,
                                  IsolationLevel isolation = IsolationLevel::ReadCommitted) {
    return ask<PerPartition<ListedOffset>>(
        [&](auto done) { admin->list_offsets(partitions, spec, isolation, done); });
  }

  std::optional<std::int64_t> offset(const std::string& topic, OffsetSpec spec,
                                     IsolationLevel isolation = IsolationLevel::ReadCommitted) {
    return list({{topic, 0}}, spec, isolation).at({topic, 0}).value().offset;
  }
};

TEST_F(KafkaOffsets, OfAnEmptyTopicAreZero) {
  const auto topic = created("empty", 2);
  const auto latest = list({{topic, 0}, {topic, 1}}, OffsetSpec::latest());
  ASSERT_EQ(latest.size(), 2u);
  EXPECT_THAT(latest.at({topic, 0}).value().offset, Optional(0));
  EXPECT_THAT(latest.at({topic, 1}).value().offset, Optional(0));
  EXPECT_EQ(offset(topic, OffsetSpec::at(now_ms())), std::nullopt);
}

TEST_F(KafkaOffsets, FollowTheRecordsAndTheIsolationLevel) {
  const auto topic = created("records");
  const auto start = now_ms() - 60'000;
  TestProducer producer(bootstrap, topic);
  producer.begin();
  for (int i = 0; i < 5; ++i) producer.produce(topic, 0, "record", start + 1000 * i);
  producer.commit();

  EXPECT_THAT(offset(topic, OffsetSpec::earliest()), Optional(0));
  EXPECT_THAT(offset(topic, OffsetSpec::latest()), Optional(6));  // the transaction's marker is no record
  EXPECT_THAT(offset(topic, OffsetSpec::at(start + 1500)), Optional(2));
  EXPECT_EQ(list({{topic, 0}}, OffsetSpec::at(start + 1500)).at({topic, 0}).value().timestamp_ms,
            start + 2000);
  EXPECT_EQ(offset(topic, OffsetSpec::at(start + 100'000)), std::nullopt);

  producer.begin();
  producer.produce(topic, 0, "open", now_ms());
  producer.flush();
  EXPECT_THAT(offset(topic, OffsetSpec::latest(), IsolationLevel::ReadCommitted), Optional(6));
  EXPECT_THAT(offset(topic, OffsetSpec::latest(), IsolationLevel::ReadUncommitted), Optional(7));
  producer.abort();
  wait_until("the end of the transaction", [&] { return offset(topic, OffsetSpec::latest()) == 8; });
}

TEST_F(KafkaOffsets, TellTheHighestTime) {
  const auto topic = created("times");
  const auto newest = [&](IsolationLevel isolation) {
    return list({{topic, 0}}, OffsetSpec::newest(), isolation).at({topic, 0}).value();
  };
  EXPECT_EQ(newest(IsolationLevel::ReadUncommitted).offset, std::nullopt);
  EXPECT_EQ(newest(IsolationLevel::ReadUncommitted).timestamp_ms, std::nullopt);

  const auto start = now_ms() - 3'600'000;
  TestProducer producer(bootstrap, topic);
  producer.begin();
  for (const int i : {0, 2, 1}) producer.produce(topic, 0, "record", start + 1000 * i);
  producer.flush();
  EXPECT_EQ(newest(IsolationLevel::ReadUncommitted).timestamp_ms, start + 2000);
  EXPECT_EQ(newest(IsolationLevel::ReadCommitted).timestamp_ms, std::nullopt);

  producer.commit();
  wait_until("the marker", [&] { return offset(topic, OffsetSpec::latest()) == 4; });
  EXPECT_GT(newest(IsolationLevel::ReadUncommitted).timestamp_ms, start + 3'000'000) << "the marker's own";
}

TEST_F(KafkaOffsets, OfABadPartitionNeverFailTheOthers) {
  const auto topic = created("good"), absent = unique("absent");
  const auto listed = list({{topic, 0}, {topic, 7}, {absent, 0}, {"b d", 0}}, OffsetSpec::latest());
  ASSERT_EQ(listed.size(), 4u);
  EXPECT_THAT(listed.at({topic, 0}), Succeeds());
  EXPECT_THAT(listed.at({topic, 7}), FailsWith(Reason::TopicNotFound));
  EXPECT_THAT(listed.at({topic, 7}).error().message, AllOf(HasSubstr(topic), HasSubstr("partition 7")));
  EXPECT_THAT(listed.at({absent, 0}), FailsWith(Reason::TopicNotFound));
  EXPECT_THAT(listed.at({"b d", 0}), FailsWith(Reason::InvalidTopicName));
}

TEST_F(KafkaOffsets, OfManyCallersAreToldToEachWhatItAsked) {
  const auto topic = created("shared", 3);
  std::vector<std::future<PerPartition<ListedOffset>>> answers;
  for (int i = 0; i < 3; ++i) {
    const auto promise = std::make_shared<std::promise<PerPartition<ListedOffset>>>();
    answers.push_back(promise->get_future());
    admin->list_offsets({{topic, i}}, OffsetSpec::earliest(), IsolationLevel::ReadCommitted,
                        [promise](auto offsets) { promise->set_value(std::move(offsets)); });
  }
  for (int i = 0; i < 3; ++i) {
    const auto offsets = answers[static_cast<std::size_t>(i)].get();
    ASSERT_EQ(offsets.size(), 1u);
    EXPECT_THAT(offsets.at({topic, i}).value().offset, Optional(0));
  }
}

}  // namespace
}  // namespace fusion::kafka
