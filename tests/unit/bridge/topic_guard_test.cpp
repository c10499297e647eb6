#include "bridge/topic_guard.h"

#include <gmock/gmock.h>

namespace fusion::bridge {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const contract::BridgeConfig::Topic kDeclared{"flights", "id-1"};

kafka::Result<kafka::TopicDescription> described(const std::string& id) {
  kafka::TopicDescription topic;
  topic.name = kDeclared.name;
  topic.topic_id = id;
  return topic;
}

TEST(CheckTopic, AcceptsTheDeclaredOne) { EXPECT_TRUE(check_topic(kDeclared, described("id-1")).value()); }

TEST(CheckTopic, StopsAtOneThatWasCreatedAnew) {
  const auto checked = check_topic(kDeclared, described("id-2")).value();
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, ExitCode::kTopic);
  EXPECT_THAT(checked.error().message,
              AllOf(HasSubstr("topic flights"), HasSubstr("id-1"), HasSubstr("id-2")));
}

TEST(CheckTopic, StopsAtAMissingOne) {
  const auto checked =
      check_topic(kDeclared, tl::make_unexpected(kafka::Error{kafka::Reason::TopicNotFound, "", false}));
  ASSERT_TRUE(checked.has_value());
  ASSERT_FALSE(*checked);
  EXPECT_EQ(checked->error().code, ExitCode::kTopic);
}

TEST(CheckTopic, KnowsNothingWhileKafkaDoesNotAnswer) {
  const auto checked =
      check_topic(kDeclared, tl::make_unexpected(kafka::Error{kafka::Reason::Timeout, "no answer", true}));
  ASSERT_FALSE(checked.has_value());
  EXPECT_EQ(checked.error().reason, kafka::Reason::Timeout);
}

}  // namespace
}  // namespace fusion::bridge
