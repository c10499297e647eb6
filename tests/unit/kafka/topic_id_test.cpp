#include "kafka/topic_id.h"

#include <gmock/gmock.h>

#include "java_client_vectors.h"

namespace fusion::kafka {
namespace {

TEST(TopicId, IsWrittenAsTheJavaClientDoes) {
  const auto vectors = java_client_vectors();
  ASSERT_EQ(vectors["uuids"].size(), 100u);
  for (const auto& uuid : vectors["uuids"]) {
    EXPECT_EQ(topic_id_text(uuid["high"], uuid["low"]), uuid["text"].get<std::string>());
  }
}

TEST(TopicId, OfAnOldBrokerIsEmpty) { EXPECT_EQ(topic_id_text(0, 0), ""); }

TEST(TopicId, WithOneHalfZeroIsNotEmpty) { EXPECT_EQ(topic_id_text(0, 1), "AAAAAAAAAAAAAAAAAAAAAQ"); }

}  // namespace
}  // namespace fusion::kafka
