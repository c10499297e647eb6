#include "operator/claim_book.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace fusion::op {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const kube::ObjectKey kFirst{"demo", "first"};
const kube::ObjectKey kSecond{"demo", "second"};

std::shared_ptr<const KnownPipeline> using_topics(const kube::ObjectKey& key,
                                                  const std::vector<std::string>& topics) {
  json list = json::array();
  for (const auto& topic : topics) list.push_back({{"name", topic}});
  const json object = {{"apiVersion", api::kApiVersion},
                       {"kind", api::kKind},
                       {"metadata",
                        {{"namespace", key.ns},
                         {"name", key.name},
                         {"uid", "uid-" + key.name},
                         {"creationTimestamp", "2026-01-31T08:00:00Z"}}},
                       {"spec", {{"topics", list}}}};
  return std::make_shared<const KnownPipeline>(project_pipeline(object));
}

class ClaimBookTest : public ::testing::Test {
 protected:
  ClaimBookTest() {
    book_.set_pipeline(kFirst, using_topics(kFirst, {"shared", "own"}));
    book_.set_cluster(kFirst, "cluster-1");
    book_.set_pipeline(kSecond, using_topics(kSecond, {"shared"}));
    book_.set_cluster(kSecond, "cluster-1");
  }
  ClaimBook book_;
};

TEST_F(ClaimBookTest, FindsEachUserOfATopic) {
  EXPECT_THAT(book_.claims_on({"shared"}), SizeIs(2));
  EXPECT_THAT(book_.claims_on({"own"}), SizeIs(1));
  EXPECT_THAT(book_.claims_on({"unused"}), IsEmpty());
}

TEST_F(ClaimBookTest, WakesTheOthersWhenAPipelineGoes) {
  EXPECT_THAT(book_.set_pipeline(kFirst, nullptr), ElementsAre(kSecond));
  EXPECT_THAT(book_.claims_on({"shared", "own"}), SizeIs(1));
}

TEST_F(ClaimBookTest, WakesTheOthersWhenAPipelineDropsTheTopic) {
  EXPECT_THAT(book_.set_pipeline(kFirst, using_topics(kFirst, {"own"})), ElementsAre(kSecond));
}

TEST_F(ClaimBookTest, WakesNobodyForWhatIsNoNews) {
  EXPECT_THAT(book_.set_pipeline(kFirst, using_topics(kFirst, {"shared", "own"})), IsEmpty());
  EXPECT_THAT(book_.set_cluster(kFirst, "cluster-1"), IsEmpty());
  EXPECT_THAT(book_.set_pipeline(kFirst, using_topics(kFirst, {"shared", "own", "new"})), IsEmpty());
}

TEST_F(ClaimBookTest, APipelineThatCannotBeReadKeepsItsTopics) {
  auto broken = *using_topics(kFirst, {"shared"});
  broken.problems.push_back({});
  EXPECT_THAT(book_.set_pipeline(kFirst, std::make_shared<const KnownPipeline>(broken)), IsEmpty());
  EXPECT_THAT(book_.claims_on({"shared", "own"}), SizeIs(3));
}

TEST_F(ClaimBookTest, AnotherKafkaIsAnotherTopic) {
  EXPECT_THAT(book_.set_cluster(kFirst, "cluster-2"), ElementsAre(kSecond));
  EXPECT_EQ(book_.cluster_of(kFirst), "cluster-2");
  EXPECT_EQ(book_.cluster_of({"demo", "absent"}), "");
}

}  // namespace
}  // namespace fusion::op
