#include <gmock/gmock.h>

#include "api/parse.h"
#include "tests/unit/api/full_pipeline.h"

namespace fusion::api {
namespace {

using std::chrono::seconds;

constexpr char kBlock[] = "/spec/bridges/0/deduplicate";

nlohmann::json with(const std::string& deduplicate) { return changed(full_pipeline(), kBlock, deduplicate); }

std::optional<Deduplicate> read(const std::string& deduplicate) {
  const auto pipeline = parse(with(deduplicate));
  EXPECT_TRUE(pipeline) << to_string(pipeline.error());
  return pipeline ? pipeline->spec.bridges.at(0).deduplicate : std::nullopt;
}

TEST(Deduplicate, HasDefaultsForAllButTheId) {
  const Deduplicate expected{IdFrom::kHeader, "fusion-id", 100'000, seconds(3'600), 1'000'000};
  EXPECT_EQ(read(R"({"id": {"header": "fusion-id"}})"), expected);
  EXPECT_EQ(read(R"({"id": {"header": "fusion-id"}, "window": {}, "maxIds": null})"), expected);
}

TEST(Deduplicate, ReadsEachSourceOfTheId) {
  EXPECT_EQ(read(R"({"id": {"pointer": "/a~0b/0"}})")->id_name, "/a~0b/0");
  EXPECT_EQ(read(R"({"id": {"key": true, "oneRecordPerKey": true}})")->id_from, IdFrom::kKey);
  const auto record = read(R"({"id": {"record": true}})");
  EXPECT_EQ(record->id_from, IdFrom::kRecord);
  EXPECT_EQ(record->id_name, "");
}

TEST(Deduplicate, TakesFalseAsLeftOut) {
  EXPECT_EQ(read(R"({"id": {"header": "h", "key": false, "oneRecordPerKey": false, "record": false}})"),
            read(R"({"id": {"header": "h"}})"));
}

TEST(Deduplicate, TakesTheWindowToItsBounds) {
  EXPECT_EQ(verdict(with(
                R"({"id": {"record": true}, "window": {"records": 1, "duration": "0s"}, "maxIds": 1000})")),
            "");
  EXPECT_EQ(verdict(with(R"({"id": {"record": true}, "window": {"records": 100000000, "duration": "8760h"},
                             "maxIds": 200000000})")),
            "");
}

TEST(Deduplicate, IsNeededByEffectivelyOnceAndByThatAlone) {
  EXPECT_EQ(
      verdict(changed(full_pipeline(), kBlock, "remove")),
      "spec.bridges[copy].deduplicate: is missing, but guarantee EffectivelyOnce drops repeats by it: say "
      "what a record's id is, such as deduplicate: {id: {header: fusion-id}}, or use ExactlyOnce");
  const std::string alone =
      "spec.bridges[copy].deduplicate: goes with guarantee EffectivelyOnce alone: set that, or remove "
      "deduplicate";
  EXPECT_EQ(verdict(changed(full_pipeline(), "/spec/bridges/0/guarantee", "\"ExactlyOnce\"")), alone);
  EXPECT_EQ(verdict(changed(full_pipeline(), "/spec/bridges/0/guarantee", "remove")), alone);
}

TEST(Deduplicate, RefusesAWindowThatItsMemoryCannotHold) {
  EXPECT_EQ(
      verdict(with(R"({"id": {"record": true}, "window": {"records": 2000000}})")),
      "spec.bridges[copy].deduplicate.maxIds: 1000000 ids cannot hold a window of 2000000 records: raise it "
      "to at least that, which takes 96 MB a replica, or lower window.records");
  EXPECT_EQ(
      verdict(with(R"({"id": {"record": true}, "maxIds": 99999})")),
      "spec.bridges[copy].deduplicate.maxIds: 99999 ids cannot hold a window of 100000 records: raise it to "
      "at least that, which takes 5 MB a replica, or lower window.records");
}

TEST(Deduplicate, WarnsOfAWindowThatManyPartitionsWillNotLeaveInMemory) {
  auto pipeline = parse(with(R"({"id": {"record": true}, "window": {"records": 200000}, "maxIds": 500000})"));
  ASSERT_TRUE(pipeline);
  EXPECT_EQ(to_string(warnings(*pipeline)),
            "spec.bridges[copy].deduplicate.maxIds: a replica has up to 3 partitions of topic clean, and "
            "window.records is 200000 for each: 500000 ids cannot hold that; raise it to 600000 (29 MB a "
            "replica), or lower window.records");
  pipeline->spec.bridges[0].deduplicate->max_ids = 600'000;
  EXPECT_EQ(to_string(warnings(*pipeline)), "");
}

struct Wrong {
  const char* block;
  const char* verdict;
};

class DeduplicateRefuses : public ::testing::TestWithParam<Wrong> {};

TEST_P(DeduplicateRefuses, AndSaysWhatToDo) {
  EXPECT_EQ(verdict(with(GetParam().block)),
            "spec.bridges[copy].deduplicate" + std::string(GetParam().verdict));
}

constexpr char kNoPointer[] =
    " is not a JSON pointer: begin it with '/', such as /id or /order/id, and write '~' as ~0 and '/' in a "
    "name as ~1";
const std::string kBare = std::string(".id.pointer: \"id\"") + kNoPointer;
const std::string kTilde = std::string(".id.pointer: \"/a~2\"") + kNoPointer;
const std::string kLastTilde = std::string(".id.pointer: \"/a~\"") + kNoPointer;

constexpr char kExactlyOne[] = ": set exactly one of header, pointer, key: true and record: true";
const std::string kNone = std::string(".id: says not what a record's id is") + kExactlyOne;
const std::string kTwo = std::string(".id: 2 sources of the id are named") + kExactlyOne;

INSTANTIATE_TEST_SUITE_P(
    Ids, DeduplicateRefuses,
    ::testing::Values(
        Wrong{R"({})", ".id: is missing"}, Wrong{R"({"id": {}})", kNone.c_str()},
        Wrong{R"({"id": {"key": false}})", kNone.c_str()},
        Wrong{R"({"id": {"header": "h", "pointer": "/p"}})", kTwo.c_str()},
        Wrong{R"({"id": {"key": true, "oneRecordPerKey": true, "record": true}})", kTwo.c_str()},
        Wrong{R"({"id": {"key": true}})",
              ".id.oneRecordPerKey: with key: true every later record of a key, an update or a tombstone, is "
              "dropped as a repeat: set it to true if a key never comes twice, else name another id"},
        Wrong{R"({"id": {"header": "h", "oneRecordPerKey": true}})",
              ".id.oneRecordPerKey: says something of key: true alone: remove it"},
        Wrong{R"({"id": {"header": ""}})", ".id.header: is empty"},
        Wrong{R"({"id": {"header": "a\nb"}})",
              ".id.header: \"a\\nb\" cannot be a header's name: it contains a control character"},
        Wrong{R"({"id": {"pointer": ""}})", ".id.pointer: is empty"},
        Wrong{R"({"id": {"pointer": "id"}})", kBare.c_str()},
        Wrong{R"({"id": {"pointer": "/a~2"}})", kTilde.c_str()},
        Wrong{R"({"id": {"pointer": "/a~"}})", kLastTilde.c_str()},
        Wrong{R"({"id": {"key": "yes", "oneRecordPerKey": true}})",
              ".id.key: \"yes\" is a string, but must be true or false: without quotes"},
        Wrong{R"({"id": {"hash": true, "record": true}})",
              ".id.hash: is not known: the fields here are header, key, oneRecordPerKey, pointer, record"}));

INSTANTIATE_TEST_SUITE_P(
    Windows, DeduplicateRefuses,
    ::testing::Values(Wrong{R"({"id": {"record": true}, "window": {"records": 0}})",
                            ".window.records: 0 is out of bounds: use 1 to 100000000"},
                      Wrong{R"({"id": {"record": true}, "window": {"duration": "8761h"}})",
                            ".window.duration: \"8761h\" is not a duration from 0s to 8760h in whole "
                            "seconds, such as 30m or 1h"},
                      Wrong{R"({"id": {"record": true}, "window": {"duration": "1500ms"}})",
                            ".window.duration: \"1500ms\" is not a duration from 0s to 8760h in whole "
                            "seconds, such as 30m or "
                            "1h"},
                      Wrong{R"({"id": {"record": true}, "window": {"size": 1}})",
                            ".window.size: is not known: the fields here are duration, records"},
                      Wrong{R"({"id": {"record": true}, "maxIds": 999})",
                            ".maxIds: 999 is out of bounds: use 1000 to 200000000"},
                      Wrong{R"({"id": {"record": true}, "maxIds": 200000001})",
                            ".maxIds: 200000001 is out of bounds: use 1000 to 200000000"}));

}  // namespace
}  // namespace fusion::api
