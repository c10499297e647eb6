#include "contract/stage_properties.h"

#include <gmock/gmock.h>

namespace fusion::contract {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;

StageProperties properties() {
  StageProperties properties;
  properties.namespace_name = "shop";
  properties.pipeline = "orders";
  properties.stage = "count";
  properties.bootstrap_servers = "kafka:9092";
  properties.security_protocol = "PLAINTEXT";
  properties.input_topics = {"clicks", "views"};
  properties.input_groups = {"a", "b"};
  properties.output_topics = {"counts", "sums"};
  properties.output_id_headers = {"", "id"};
  properties.transactional_id_prefix = "i/shop/orders/stages/count";
  properties.transaction_timeout = std::chrono::minutes(15);
  return properties;
}

std::string file_with_user(const std::string& name) {
  auto with_user = properties();
  with_user.sasl_username = name;
  return to_properties_file(with_user);
}

TEST(StageProperties, HaveNames) {
  const auto entries = entries_of(properties());
  EXPECT_THAT(entries, Contains(Pair("version", "1")));
  EXPECT_THAT(entries, Contains(Pair("namespace", "shop")));
  EXPECT_THAT(entries, Contains(Pair("pipeline", "orders")));
  EXPECT_THAT(entries, Contains(Pair("stage", "count")));
  EXPECT_THAT(entries, Contains(Pair("bootstrap.servers", "kafka:9092")));
  EXPECT_THAT(entries, Contains(Pair("input.topics", "clicks,views")));
  EXPECT_THAT(entries, Contains(Pair("input.groups", "a,b")));
  EXPECT_THAT(entries, Contains(Pair("output.topics", "counts,sums")));
  EXPECT_THAT(entries, Contains(Pair("output.id.headers", ",id")));
  EXPECT_THAT(entries, Contains(Pair("isolation.level", "read_committed")));
  EXPECT_THAT(entries, Contains(Pair("transactional.id.prefix", "i/shop/orders/stages/count")));
  EXPECT_THAT(entries, Contains(Pair("transaction.timeout.ms", "900000")));
}

TEST(StageProperties, LeaveOutWhatIsNotSet) {
  const auto entries = entries_of(properties());
  for (const auto* name : {"sasl.mechanism", "sasl.username", "sasl.password.file", "ssl.ca.file",
                           "ssl.certificate.file", "ssl.key.file", "checkpoint.directory"})
    EXPECT_THAT(entries, Not(Contains(Key(name))));
}

TEST(StageProperties, AreAFileInTheOrderOfTheirNames) {
  const auto file = to_properties_file(properties());
  EXPECT_LT(file.find("bootstrap.servers=kafka:9092\n"), file.find("input.topics=clicks,views\n"));
  EXPECT_LT(file.find("input.topics="), file.find("version=1\n"));
  EXPECT_EQ(file, to_properties_file(properties()));
}

TEST(StageProperties, AreEscapedAsJavaReadsThem) {
  EXPECT_THAT(file_with_user("J\xc3\xb6rg"), HasSubstr("sasl.username=J\\u00f6rg\n"));
  EXPECT_THAT(file_with_user("\xe2\x82\xac"), HasSubstr("sasl.username=\\u20ac\n"));
  EXPECT_THAT(file_with_user("\xf0\x9f\x98\x80"), HasSubstr("sasl.username=\\ud83d\\ude00\n"));
  EXPECT_THAT(file_with_user("DOMAIN\\user"), HasSubstr("sasl.username=DOMAIN\\\\user\n"));
  EXPECT_THAT(file_with_user("  two"), HasSubstr("sasl.username=\\  two\n"));
  EXPECT_THAT(file_with_user("two "), HasSubstr("sasl.username=two \n"));
  EXPECT_THAT(file_with_user("a=b:c#d!e"), HasSubstr("sasl.username=a=b:c#d!e\n"));
  EXPECT_THAT(file_with_user("a\nb\tc"), HasSubstr("sasl.username=a\\u000ab\\u0009c\n"));
}

TEST(StageProperties, AreAsciiEvenOfBytesThatAreNoText) {
  for (const auto* name : {"\xff", "\xc3", "a\xf0\x9f", "\x7f"}) {
    for (const char c : file_with_user(name)) EXPECT_TRUE(c == '\n' || (c >= ' ' && c < 0x7f));
  }
}

TEST(StageProperties, AreEnvironmentVariables) {
  EXPECT_EQ(environment_name("input.topics"), "FUSION_INPUT_TOPICS");
  EXPECT_EQ(environment_name("version"), "FUSION_VERSION");
  for (const auto& [name, value] : entries_of(properties())) {
    for (const char c : environment_name(name)) EXPECT_TRUE((c >= 'A' && c <= 'Z') || c == '_') << name;
  }
}

}  // namespace
}  // namespace fusion::contract
