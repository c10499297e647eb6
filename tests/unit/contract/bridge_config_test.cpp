#include "contract/bridge_config.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace fusion::contract {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

BridgeConfig full_config() {
  BridgeConfig config;
  config.pipeline = "demo/flights";
  config.bridge = "flights";
  config.kafka = {"a:9092,b:9092", true,   "/s/ca.crt",  "/s/tls.crt", "/s/tls.key",
                  "SCRAM-SHA-512", "user", "/s/password"};
  config.from = {"flights", "id-1"};
  config.to = {"flights-in", "id-2"};
  config.group = "1f0c/demo/flights/flights";
  config.start_from = "Timestamp";
  config.start_timestamp_ms = 1357017300000;
  config.guarantee = "EffectivelyOnce";
  config.partition_by = "Pointer";
  config.partition_pointer = "/customer";
  config.partitioner = "ConsistentRandom";
  config.codec = "Zstd";
  config.level = 3;
  config.commit_interval = std::chrono::milliseconds(250);
  config.deduplicate = {"Header", "fusion-id", 5'000, std::chrono::seconds(60), 20'000};
  config.event_time = {
      "Header", "event-time", "RFC3339", milliseconds(5'000), milliseconds(30'000), milliseconds(60'000),
      "Clamp"};
  config.dead_letter = {{"flights-dlq", "id-3"}, false};
  config.rate_limit = {10'000, 1'000'000};
  config.state_directory = "/var/lib/fusion";
  return config;
}

json full_json() { return json::parse(to_json(full_config())); }

std::string error_of(const json& object) {
  const auto config = parse_bridge_config(object.dump());
  return config ? "none" : config.error();
}

TEST(BridgeConfig, RoundTrips) {
  EXPECT_EQ(parse_bridge_config(to_json(full_config())).value(), full_config());
  auto without = full_config();
  without.level.reset();
  without.guarantee = "AtLeastOnce";
  without.deduplicate.reset();
  without.event_time->idle_after.reset();
  without.event_time->max_drift.reset();
  without.rate_limit->bytes_per_second.reset();
  EXPECT_EQ(parse_bridge_config(to_json(without)).value(), without);
  without.event_time.reset();
  without.dead_letter.reset();
  without.rate_limit.reset();
  EXPECT_EQ(parse_bridge_config(to_json(without)).value(), without);
}

TEST(BridgeConfig, IsTheSameTextForEqualValues) { EXPECT_EQ(to_json(full_config()), to_json(full_config())); }

TEST(BridgeConfig, WritesVersion1) {
  EXPECT_EQ(full_json()["version"], 1);
  EXPECT_EQ(full_json()["commitIntervalMs"], 250);
}

TEST(BridgeConfig, RefusesAnotherVersionBeforeAnythingElse) {
  auto object = full_json();
  object["version"] = 2;
  object["new"] = 1;
  EXPECT_EQ(error_of(object), "bridge configuration: version 2 is not the version 1 that this program reads");
  object.erase("version");
  EXPECT_EQ(error_of(object), "bridge configuration: version is missing");
}

TEST(BridgeConfig, RefusesAVersionThatIsNoNumber) {
  auto object = full_json();
  for (const char* text : {"null", "\"1\"", "[1]", "{}", "true"}) {
    object["version"] = json::parse(text);
    EXPECT_EQ(error_of(object), "bridge configuration: version is not the number 1 that this program reads")
        << text;
  }
  const std::string deep(1'000'000, '[');
  EXPECT_EQ(parse_bridge_config("{\"version\": " + deep + std::string(deep.size(), ']') + "}").error(),
            "bridge configuration: version is not the number 1 that this program reads");
}

TEST(BridgeConfig, RefusesEachFieldThatIsMissing) {
  const auto whole = full_json().flatten();
  for (const auto& [at, unused] : whole.items()) {
    if (at == "/level" || at == "/eventTime/maxDriftMs" || at.starts_with("/rateLimit")) continue;
    const json::json_pointer pointer(at);
    auto object = full_json();
    object.at(pointer.parent_pointer()).erase(pointer.back());
    EXPECT_NE(error_of(object).find(pointer.back() + (at == "/eventTime/idleAfterMs" ? "" : " is missing")),
              std::string::npos)
        << at << ": " << error_of(object);
  }
}

TEST(BridgeConfig, RefusesEachFieldOfAWrongType) {
  const auto whole = full_json().flatten();
  for (const auto& [at, unused] : whole.items()) {
    auto object = full_json();
    object[json::json_pointer(at)] = json::array({1});
    EXPECT_NE(error_of(object), "none") << at;
  }
}

TEST(BridgeConfig, NamesTheFieldThatIsWrong) {
  const auto with = [](const char* at, json value) {
    auto object = full_json();
    object[json::json_pointer(at)] = std::move(value);
    return error_of(object);
  };
  EXPECT_EQ(with("/kafka/saslToken", "x"),
            "bridge configuration: kafka.saslToken is not known to this version");
  EXPECT_EQ(with("/extra", 1), "bridge configuration: extra is not known to this version");
  EXPECT_EQ(with("/from/id", ""), "bridge configuration: from.id must not be empty");
  EXPECT_EQ(with("/codec", "zstd"), "bridge configuration: codec has the unknown value \"zstd\"");
  EXPECT_EQ(with("/level", 13), "bridge configuration: level must be a whole number from 0 to 12");
  EXPECT_EQ(with("/commitIntervalMs", 20'000), "none");
  EXPECT_EQ(with("/commitIntervalMs", 20'001),
            "bridge configuration: commitIntervalMs must be a whole number from 1 to 20000");
  EXPECT_EQ(with("/deduplicate/idName", ""), "bridge configuration: deduplicate.idName must not be empty");
  EXPECT_EQ(with("/deduplicate/maxIds", 5),
            "bridge configuration: deduplicate.maxIds must be a whole number from 1000 to 200000000");
  EXPECT_EQ(with("/guarantee", "ExactlyOnce"),
            "bridge configuration: guarantee is EffectivelyOnce with deduplicate, and with that alone");
  EXPECT_EQ(with("/partitionPointer", ""), "bridge configuration: partitionPointer must not be empty");
  EXPECT_EQ(with("/eventTime/name", ""), "bridge configuration: eventTime.name must not be empty");
  EXPECT_EQ(with("/eventTime/format", "Nanos"),
            "bridge configuration: eventTime.format has the unknown value \"Nanos\"");
  EXPECT_EQ(with("/deadLetter/topic/name", ""),
            "bridge configuration: deadLetter.topic.name must not be empty");
  EXPECT_EQ(with("/rateLimit/recordsPerSecond", 0),
            "bridge configuration: rateLimit.recordsPerSecond must be a whole number from 1 to "
            "9223372036854775807");
  EXPECT_EQ(with("/kafka", 5), "bridge configuration: kafka must be an object");
}

TEST(BridgeConfig, RefusesWhatIsNoJson) {
  EXPECT_EQ(parse_bridge_config("{").error(), "bridge configuration: is not JSON");
  EXPECT_EQ(parse_bridge_config("").error(), "bridge configuration: is not JSON");
  EXPECT_EQ(parse_bridge_config("[]").error(), "bridge configuration: must be an object");
}

}  // namespace
}  // namespace fusion::contract
