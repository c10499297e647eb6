#include "bridge/record_id.h"

#include <gmock/gmock.h>

#include <cstdio>
#include <string>
#include <string_view>

namespace fusion::bridge {
namespace {

using ::testing::HasSubstr;

struct Text {
  Text(const char* text) : is_null(text == nullptr), content(text == nullptr ? "" : text) {}
  bool is_null;
  std::string content;
};

class RecordIdTest : public ::testing::Test {
 protected:
  static tl::expected<Fingerprint, std::string> id(const std::string& from, Text key, Text value,
                                                   const std::string& name = "") {
    rd_kafka_message_t message{};
    message.key = key.is_null ? nullptr : key.content.data();
    message.key_len = key.content.size();
    message.payload = value.is_null ? nullptr : value.content.data();
    message.len = value.content.size();
    contract::BridgeConfig::Deduplicate deduplicate;
    deduplicate.id_from = from;
    deduplicate.id_name = name;
    return RecordId(deduplicate, 42).of(message);
  }
  static Fingerprint pointed(const char* value, const std::string& pointer = "/id") {
    return id("Pointer", nullptr, value, pointer).value();
  }
};

/// Snapshots hold them: when this test fails, another IdSnapshot::kVersion is due.
TEST_F(RecordIdTest, StaysTheSameOverVersions) {
  const auto in_hex = [](const tl::expected<Fingerprint, std::string>& id) {
    char text[33];
    std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(id->high),
                  static_cast<unsigned long long>(id->low));
    return std::string(text);
  };
  EXPECT_EQ(in_hex(id("Key", "a", "1")), "28df5945863b24b74c437dd47f0716f4");
  EXPECT_EQ(in_hex(id("Record", "a", "1")), "1a4e49818a35702971a256b8fa281d12");
  EXPECT_EQ(in_hex(id("Record", nullptr, "")), "11d82b285e88689b209b593184f82185");
  EXPECT_EQ(in_hex(pointed(R"({"id": "é\u00e9\n\"x"})")), "fb940dcd77a85363c8af00e66514a6c9");
  EXPECT_EQ(in_hex(pointed(R"({"id": 7})")), "7c4964ebc666d82c672ea99717aa1edf");
  EXPECT_EQ(in_hex(pointed(R"({"id": -18446744073709551615})")), "284c27d92a4d18b1c9dbd9d0a03c1a0a");
  EXPECT_EQ(in_hex(pointed(R"({"id": 1.50e2})")), "6e1c54148dfb9a72ddbe5ae95559b414");
}

TEST_F(RecordIdTest, OfTheKey) {
  EXPECT_EQ(id("Key", "a", "1"), id("Key", "a", "2"));
  EXPECT_NE(id("Key", "a", "1"), id("Key", "b", "1"));
  EXPECT_TRUE(id("Key", "", "1"));
  EXPECT_THAT(id("Key", nullptr, "1").error(), HasSubstr("no key"));
}

TEST_F(RecordIdTest, OfTheWholeRecordTellsPartsApart) {
  EXPECT_EQ(id("Record", "a", "b"), id("Record", "a", "b"));
  EXPECT_NE(id("Record", "ab", "c"), id("Record", "a", "bc"));
  EXPECT_NE(id("Record", "", "c"), id("Record", nullptr, "c"));
  EXPECT_NE(id("Record", "a", ""), id("Record", "a", "0:"));
}

TEST_F(RecordIdTest, OfAPlaceInTheValue) {
  EXPECT_EQ(pointed(R"({"id": 7, "n": 1})"), pointed(R"({"n":2,"id":7})"));
  EXPECT_NE(pointed(R"({"id": 7})"), pointed(R"({"id": "7"})"));
  EXPECT_NE(pointed(R"({"id": "7"})"), pointed(R"({"id": "\"7\""})"));
  EXPECT_EQ(pointed(R"({"id": 7})"), pointed(R"({"id": 70e-1})"));
  EXPECT_NE(pointed(R"({"id": 100000000000000000001})"), pointed(R"({"id": 100000000000000000002})"));
  EXPECT_EQ(pointed(R"({"id": "a/b"})"), pointed(R"({"id": "\u0061\/b"})"));
  EXPECT_EQ(pointed(R"({"a": [{"b/c": "x"}]})", "/a/0/b~1c"), pointed(R"("x")", ""));
}

TEST_F(RecordIdTest, ValuesOfAnyDepthAreRead) {
  const std::string deep(1'000'000, '[');
  EXPECT_THAT(id("Pointer", nullptr, deep.c_str(), "/id").error(), HasSubstr("not JSON"));
  const auto nested = R"({"id": )" + deep + std::string(deep.size(), ']') + "}";
  EXPECT_THAT(id("Pointer", nullptr, nested.c_str(), "/id").error(), HasSubstr("at /id"));
}

TEST_F(RecordIdTest, SaysWhatIsMissing) {
  for (const auto* value : {"{}", R"({"id": null})", R"({"id": ""})", R"({"id": {"n": 1}})", R"({"id": [1]})",
                            R"({"id": true})", "[1]", "7"}) {
    EXPECT_THAT(id("Pointer", nullptr, value, "/id").error(), HasSubstr("no text and no number at /id"))
        << value;
  }
  EXPECT_THAT(id("Pointer", nullptr, R"({"a": [1]})", "/a/5").error(), HasSubstr("at /a/5"));
  EXPECT_THAT(id("Pointer", nullptr, R"({"a": [1]})", "/a/x").error(), HasSubstr("at /a/x"));
  EXPECT_THAT(id("Pointer", nullptr, "{", "/id").error(), HasSubstr("not JSON"));
}

}  // namespace
}  // namespace fusion::bridge
