#include "kafka/topic_name.h"

#include <gmock/gmock.h>

namespace fusion::kafka {
namespace {

using testing::HasSubstr;
using testing::Optional;

TEST(TopicName, AllowsWhatKafkaAllows) {
  for (const auto& name : {std::string("flights"), std::string("demo.flights_v2-raw"), std::string("..."),
                           std::string("9"), std::string(249, 'x')}) {
    EXPECT_EQ(topic_name_problem(name), std::nullopt) << name;
  }
}

TEST(TopicName, RefusesWhatKafkaRefuses) {
  EXPECT_THAT(topic_name_problem(""), Optional(HasSubstr("empty")));
  EXPECT_THAT(topic_name_problem("."), Optional(HasSubstr("may not be")));
  EXPECT_THAT(topic_name_problem(".."), Optional(HasSubstr("may not be")));
  EXPECT_THAT(topic_name_problem(std::string(250, 'x')), Optional(HasSubstr("249")));
  for (const auto& name :
       {std::string("a b"), std::string("a/b"), std::string("größe"), std::string("a\0b", 3)}) {
    EXPECT_THAT(topic_name_problem(name), Optional(HasSubstr("only letters"))) << name;
  }
}

}  // namespace
}  // namespace fusion::kafka
