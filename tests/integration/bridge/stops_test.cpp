#include <atomic>
#include <thread>

#include "kafka/client_conf.h"
#include "tests/integration/bridge/bridge_fixture.h"

namespace fusion::bridge {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;
using testing::SizeIs;
using std::chrono_literals::operator""s;

constexpr int kConfig = 2;
constexpr int kPosition = 3;
constexpr int kTopic = 4;
constexpr int kRefused = 5;

class StopsTest : public BridgeTest {
 protected:
  void write(const contract::BridgeConfig& config, int records, std::size_t bytes = 10) {
    Writer writer(bootstrap);
    for (int i = 0; i < records; ++i)
      writer.write(config.from.name, {"k", std::string(bytes, 'x'), 1'000, {}, 0});
    writer.flush();
  }

  void create_anew(const std::string& topic) {
    kafka::ask<kafka::PerTopic<void>>([&](auto done) { admin->delete_topics({topic}, done); });
    kafka::wait_until("the topic is gone", [&] { return !described(topic); });
    kafka::wait_until("the topic is back", [&] {
      return create({topic, 1, 1, {{"retention.ms", "-1"}}}).has_value();
    });
    kafka::wait_until("its leader", [&] { return leaders_known(topic); });
  }

  /// What retention does, at once.
  void delete_records_before(const std::string& topic, std::int64_t offset) {
    const auto producer =
        std::move(kafka::new_producer(kafka::client_conf({bootstrap, {}, {}}, {}).value()).value());
    const kafka::TopicPartitionListHandle list(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), 0)->offset = offset;
    rd_kafka_DeleteRecords_t* request = rd_kafka_DeleteRecords_new(list.get());
    const kafka::QueueHandle queue(rd_kafka_queue_new(producer.get()));
    rd_kafka_DeleteRecords(producer.get(), &request, 1, nullptr, queue.get());
    rd_kafka_DeleteRecords_destroy(request);
    const kafka::EventHandle answer(rd_kafka_queue_poll(queue.get(), 30'000));
    ASSERT_NE(answer, nullptr);
    ASSERT_EQ(rd_kafka_event_error(answer.get()), RD_KAFKA_RESP_ERR_NO_ERROR);
  }
};

TEST_F(StopsTest, WhereRetentionHasPassedThePosition) {
  const auto config = bridge(1, 1);
  write(config, 10);
  auto process = start(config);
  wait_until_drained(config);
  process.kill();
  write(config, 20);
  delete_records_before(config.from.name, 25);

  process = start(config);

  EXPECT_THAT(process.exit_code(30s), Optional(kPosition));
  EXPECT_THAT(process.log(), AllOf(HasSubstr("topic " + config.from.name + " partition 0"),
                                   HasSubstr("committed offset is 10"), HasSubstr("log holds 25 to 30")));
  EXPECT_EQ(committed(config).at(0).offset, 10) << "nothing may be skipped";
}

TEST_F(StopsTest, AtATopicThatWasCreatedAnew) {
  auto config = bridge(1, 1);
  config.from.id = "AAAAAAAAAAAAAAAAAAAAAQ";
  auto process = start(config);
  EXPECT_THAT(process.exit_code(30s), Optional(kTopic));
  EXPECT_THAT(process.log(), AllOf(HasSubstr(config.from.name), HasSubstr(config.from.id)));
}

TEST_F(StopsTest, AtPositionsInATopicThatWasCreatedAnew) {
  auto config = bridge(1, 1);
  write(config, 1);
  auto process = start(config);
  wait_until_drained(config);
  process.kill();
  const std::string old_id = config.from.id;
  // Kafka forgets a deleted topic's offsets a moment later; a group that is read just before that keeps them.
  create_anew(config.from.name);

  process = start(config);  // still declared with the old id

  EXPECT_THAT(process.exit_code(30s), Optional(kTopic));
  EXPECT_THAT(process.log(), AllOf(HasSubstr(old_id), HasSubstr(described(config.from.name)->topic_id)));
}

TEST_F(StopsTest, AtRestAtATargetThatIsCreatedAnew) {
  const auto config = bridge(1, 1);
  write(config, 10);
  auto process = start(config);
  wait_until_drained(config);

  create_anew(config.to.name);

  EXPECT_THAT(process.exit_code(15s), Optional(kTopic));
  EXPECT_THAT(process.log(), HasSubstr("topic " + config.to.name));
  EXPECT_THAT(carried(config), IsEmpty());
}

TEST_F(StopsTest, WhileCarryingAtATargetThatIsCreatedAnew) {
  const auto config = bridge(1, 1);
  auto process = start(config);
  wait_for_log(process, "msg=carrying");
  std::atomic<bool> writing = true;
  std::thread writer([&] {
    while (writing) write(config, 100);
  });

  kafka::wait_until("records flow", [&] { return counted(config) > 0; });
  create_anew(config.to.name);
  const auto code = process.exit_code(10s);
  writing = false;
  writer.join();

  EXPECT_THAT(code, Optional(kTopic));
  EXPECT_THAT(process.log(), HasSubstr("topic " + config.to.name));
  EXPECT_THAT(carried(config), IsEmpty());
}

TEST_F(StopsTest, AtASourceThatIsCreatedAnewAndReachesBeyondThePosition) {
  const auto config = bridge(1, 1);
  write(config, 10);
  auto process = start(config);
  wait_until_drained(config);

  create_anew(config.from.name);
  write(config, 50);

  EXPECT_THAT(process.exit_code(10s), Optional(kTopic));
  EXPECT_THAT(process.log(), HasSubstr("topic " + config.from.name));
  EXPECT_THAT(carried(config), SizeIs(10)) << "nothing of the new topic";
}

TEST_F(StopsTest, AtAMissingTopic) {
  auto config = bridge(1, 1);
  config.to.name += "-not-there";
  auto process = start(config);
  EXPECT_THAT(process.exit_code(30s), Optional(kTopic));
  EXPECT_THAT(process.log(), HasSubstr("topic " + config.to.name + " does not exist"));
}

TEST_F(StopsTest, AtARecordThatIsTooLargeAfterEverythingBeforeIt) {
  auto config = bridge(1, 1, {{"max.message.bytes", "20000"}});
  config.codec = "None";
  write(config, 300);
  write(config, 1, 50'000);
  write(config, 50);

  auto process = start(config);

  EXPECT_THAT(process.exit_code(30s), Optional(kRefused));
  EXPECT_THAT(process.log(),
              AllOf(HasSubstr(config.from.name + " partition 0 offset 300 cannot be carried"),
                    HasSubstr("refuses it (50001 bytes)"), HasSubstr("max.message.bytes (20000 when")));
  EXPECT_EQ(committed(config).at(0).offset, 300);
  EXPECT_THAT(carried(config), SizeIs(300));

  // What the message says to do helps.
  kafka::ask<kafka::PerTopic<void>>([&](auto done) {
    admin->alter_configs({{config.to.name, {{"max.message.bytes", "100000"}}, {}}}, done);
  });
  process = start(config);
  wait_until_drained(config);
  EXPECT_THAT(carried(config), SizeIs(351));
}

TEST_F(StopsTest, AtARecordWithoutATimeThatKafkaWouldKeep) {
  const auto config = bridge(1, 1);
  Writer writer(bootstrap);
  writer.write(config.from.name, {"k", "good", 1, {}, 0});
  writer.write(config.from.name, {"k", "before 1970", -1'000, {}, 0});
  writer.flush();
  auto process = start(config);
  EXPECT_THAT(process.exit_code(30s), Optional(kRefused));
  EXPECT_THAT(process.log(), HasSubstr(config.from.name + " partition 0 offset 1 "));
  EXPECT_EQ(committed(config).at(0).offset, 1);
}

TEST_F(StopsTest, AtAConfigurationThatCannotBeUsed) {
  auto config = bridge(1, 1);
  config.commit_interval = std::chrono::minutes(1);
  auto process = start(config);
  EXPECT_THAT(process.exit_code(10s), Optional(kConfig));
  EXPECT_THAT(process.log(), HasSubstr("commitIntervalMs"));
}

}  // namespace
}  // namespace fusion::bridge
