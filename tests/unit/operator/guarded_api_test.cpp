#include "operator/guarded_api.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/unit/kube/in_memory_api.h"

namespace fusion::op {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class GuardedApiTest : public ::testing::Test {
 protected:
  GuardedApiTest() { server_.put(type_, object_); }

  /// One of each request that writes; how many were refused.
  int refused_writes() {
    int refused = 0;
    const auto count = [&](const auto& answer) {
      if (!answer && answer.error().reason == kube::Reason::Cancelled) ++refused;
    };
    json other = object_;
    other["metadata"]["name"] = "b";
    count(api_.create(type_, other));
    count(api_.apply(type_, object_, true));
    count(api_.patch_status(type_, key_, "", {{"a", 1}}));
    count(api_.merge_patch(type_, key_, {{"data", {{"a", "1"}}}}));
    count(api_.delete_object(type_, key_, {}));
    return refused;
  }

  const kube::ResourceType type_ = kube::resources::config_maps();
  const kube::ObjectKey key_{"demo", "a"};
  const json object_ = {
      {"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"metadata", {{"namespace", "demo"}, {"name", "a"}}}};
  kube::testing::InMemoryApi server_;
  Metrics metrics_;
  bool leads_ = false;
  GuardedApi api_{server_, metrics_, [this] { return leads_; }};
};

TEST_F(GuardedApiTest, SendsNoWriteWithoutTheLease) {
  EXPECT_EQ(refused_writes(), 5);
  EXPECT_THAT(server_.writes(), IsEmpty());
}

TEST_F(GuardedApiTest, SendsEachWriteWithTheLease) {
  leads_ = true;
  EXPECT_EQ(refused_writes(), 0);
  EXPECT_THAT(server_.writes(), SizeIs(5));
}

TEST_F(GuardedApiTest, ReadsWithoutTheLease) {
  EXPECT_TRUE(api_.get(type_, key_));
  EXPECT_TRUE(api_.list(type_, "demo", {}, {}));
}

TEST_F(GuardedApiTest, CountsWhatWasAnswered) {
  EXPECT_TRUE(api_.get(type_, key_));
  EXPECT_FALSE(api_.get(type_, {"demo", "absent"}));
  EXPECT_THAT(metrics_.text(), HasSubstr("fusion_operator_kube_requests_total{code=\"200\",verb=\"get\"} 1"));
  EXPECT_THAT(metrics_.text(), HasSubstr("fusion_operator_kube_requests_total{code=\"404\",verb=\"get\"} 1"));
  EXPECT_EQ(refused_writes(), 5);
  EXPECT_THAT(metrics_.text(), Not(HasSubstr("verb=\"create\""))) << "it was not sent";
}

}  // namespace
}  // namespace fusion::op
