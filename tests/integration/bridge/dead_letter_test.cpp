#include "contract/dead_letter.h"

#include <chrono>
#include <random>
#include <set>

#include "tests/integration/bridge/bridge_fixture.h"

namespace fusion::bridge {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr int kRefused = 5;

/// A bridge that needs an id in the header `id`, and has a topic for records without one.
class DeadLetterTest : public BridgeTest {
 protected:
  contract::BridgeConfig with_dead_letters(std::map<std::string, std::string> to_config = {},
                                           std::map<std::string, std::string> letters_config = {}) {
    auto config = bridge(1, 1, std::move(to_config));
    config.guarantee = "EffectivelyOnce";
    config.deduplicate = {"Header", "id", 1'000, std::chrono::hours(1), 10'000};
    const auto letters = created("letters", 1, std::move(letters_config));
    config.dead_letter = {{letters, described(letters)->topic_id}, true};
    return config;
  }

  static Record record(int id) {
    Record record{"key-" + std::to_string(id), std::to_string(id), 1'000 * (id + 1)};
    record.headers = {{"id", std::to_string(id)}};
    return record;
  }
  static Record without_id(int number) {
    Record without = record(number);
    without.headers = {{"other", std::nullopt}};
    return without;
  }

  std::vector<Record> letters(const contract::BridgeConfig& config) {
    auto as_target = config;
    as_target.to = config.dead_letter->topic;
    return carried(as_target);
  }

  static contract::ParsedDeadLetter parsed(const Record& letter) {
    std::vector<contract::Header> headers;
    for (const auto& [name, value] : letter.headers) headers.push_back({name, value});
    return contract::parse_dead_letter(std::move(headers)).value();
  }

  static std::vector<std::string> values(const std::vector<Record>& records) {
    std::vector<std::string> values;
    for (const auto& record : records) values.push_back(record.value.value());
    return values;
  }

  std::int64_t counted_letters(const contract::BridgeConfig& config) {
    std::int64_t letters = 0;
    for (const auto& [partition, offset] : committed(config))
      letters += contract::parse_metadata(offset.metadata).value().dead_letters;
    return letters;
  }
};

TEST_F(DeadLetterTest, KeepsWhatCannotBeCarriedAsItIsAndSaysWhy) {
  const auto config = with_dead_letters();
  Writer writer(bootstrap);
  writer.write(config.from.name, record(0));
  writer.write(config.from.name, without_id(1));
  writer.write(config.from.name, record(2));
  writer.flush();
  const auto before = std::chrono::system_clock::now();

  const auto process = start(config);
  wait_until_drained(config);

  EXPECT_THAT(values(carried(config)), ElementsAre("0", "2"));
  const auto kept = letters(config);
  ASSERT_THAT(kept, SizeIs(1));
  EXPECT_EQ(kept[0].key, "key-1");
  EXPECT_EQ(kept[0].value, "1");
  const auto age = std::chrono::milliseconds(kept[0].timestamp_ms) - before.time_since_epoch();
  EXPECT_GT(age, -std::chrono::seconds(2)) << "a letter's time is the present";
  const auto [letter, own_headers] = parsed(kept[0]);
  EXPECT_EQ(letter,
            (contract::DeadLetter{
                "NoId", "it has no header id, which is its id, so that it cannot be told from a repeat",
                config.from.name, 0, 1, 2'000}));
  EXPECT_THAT(own_headers, ElementsAre(contract::Header{"other", std::nullopt}));
  EXPECT_EQ(counted_letters(config), 1);
  EXPECT_THAT(process.get("/metrics"), HasSubstr("fusion_bridge_dead_letters_total{"));
}

TEST_F(DeadLetterTest, KeepsRecordsThatAreTooLargeForTheTarget) {
  const auto config = with_dead_letters({{"max.message.bytes", "2000"}}, {{"max.message.bytes", "100000"}});
  Writer writer(bootstrap);
  std::string incompressible;
  std::mt19937 random(1);
  for (int i = 0; i < 5'000; ++i) incompressible += static_cast<char>(random() % 256);
  for (int id = 0; id < 50; ++id) {
    auto made = record(id);
    if (id % 10 == 3) made.value = incompressible;
    writer.write(config.from.name, made);
  }
  writer.flush();

  const auto process = start(config);
  wait_until_drained(config);

  EXPECT_THAT(carried(config), SizeIs(45));
  const auto kept = letters(config);
  ASSERT_THAT(kept, SizeIs(5));
  for (const auto& letter : kept) {
    EXPECT_EQ(letter.value, incompressible);
    EXPECT_EQ(parsed(letter).letter.reason, "TooLarge");
  }
}

TEST_F(DeadLetterTest, StopsWhereTheDeadLetterTopicDoesNotTakeTheRecordEither) {
  const auto config =
      with_dead_letters({}, {{"message.timestamp.type", "CreateTime"}, {"max.message.bytes", "1000"}});
  Writer writer(bootstrap);
  writer.write(config.from.name, record(0));
  auto large = without_id(1);
  std::mt19937 random(1);
  large.value->clear();
  for (int i = 0; i < 5'000; ++i) *large.value += static_cast<char>(random() % 256);
  writer.write(config.from.name, large);
  writer.flush();

  auto process = start(config);

  EXPECT_EQ(process.exit_code(std::chrono::seconds(60)), kRefused);
  EXPECT_THAT(process.log(),
              HasSubstr("offset 1 cannot be carried, and topic " + config.dead_letter->topic.name +
                        " does not take it as a dead letter"));
  EXPECT_THAT(values(carried(config)), ElementsAre("0"));
}

TEST_F(DeadLetterTest, StopsWithoutALetterWhenMostRecordsWouldBecomeOne) {
  const auto config = with_dead_letters();
  Writer writer(bootstrap);
  for (int i = 0; i < 2'000; ++i) writer.write(config.from.name, without_id(i));
  writer.flush();

  auto process = start(config);

  EXPECT_EQ(process.exit_code(std::chrono::seconds(60)), kRefused);
  EXPECT_THAT(process.log(), HasSubstr("more than half of 1000 records would become dead letters"));
  EXPECT_THAT(letters(config), IsEmpty());
}

TEST_F(DeadLetterTest, CarriesOnWithoutACircuitBreaker) {
  auto config = with_dead_letters();
  config.dead_letter->circuit_breaker = false;
  Writer writer(bootstrap);
  for (int i = 0; i < 2'000; ++i) writer.write(config.from.name, without_id(i));
  writer.flush();

  const auto process = start(config);
  wait_until_drained(config);

  EXPECT_THAT(letters(config), SizeIs(2'000));
}

TEST_F(DeadLetterTest, LettersAreExactlyOnceOverKills) {
  auto config = with_dead_letters();
  config.dead_letter->circuit_breaker = false;
  Writer writer(bootstrap);
  for (int i = 0; i < 30'000; ++i) writer.write(config.from.name, i % 3 == 0 ? without_id(i) : record(i));
  writer.flush();

  auto process = start(config);
  for (int kill = 0; kill < 4; ++kill) {
    const auto before = counted_letters(config);
    wait_long("letters are written", [&] { return counted_letters(config) > before || is_drained(config); });
    process.kill();
    process = start(config);
  }
  wait_until_drained(config);

  EXPECT_THAT(carried(config), SizeIs(20'000));
  std::set<std::string> distinct;
  const auto kept = letters(config);
  for (const auto& letter : kept) distinct.insert(letter.value.value());
  EXPECT_THAT(kept, SizeIs(10'000));
  EXPECT_THAT(distinct, SizeIs(10'000));
}

TEST_F(DeadLetterTest, ARecordThatBecameALetterLeavesNoIdBehind) {
  auto config = with_dead_letters();
  config.event_time.emplace().from = "Header";
  config.event_time->name = "time";
  auto dated = [](int id) {
    auto made = record(id);
    made.headers.push_back({"time", "1000"});
    return made;
  };
  Writer writer(bootstrap);
  writer.write(config.from.name, dated(0));
  writer.write(config.from.name, record(1));  // has an id, but no event time
  writer.flush();
  auto process = start(config);
  wait_until_drained(config);
  process.kill();
  process = start(config);  // knows its ids by reading again
  wait_for_log(process, "msg=carrying");
  writer.write(config.from.name, dated(1));
  writer.write(config.from.name, dated(0));
  writer.flush();
  wait_until_drained(config);

  EXPECT_THAT(values(carried(config)), ElementsAre("0", "1"));
  EXPECT_THAT(letters(config), SizeIs(1));
}

}  // namespace
}  // namespace fusion::bridge
