#include "kube/managed_fields.h"

#include <gtest/gtest.h>

namespace fusion::kube {
namespace {

using nlohmann::json;

json entry(const std::string& manager, const std::string& operation, json fields) {
  return {{"manager", manager},
          {"operation", operation},
          {"fieldsType", "FieldsV1"},
          {"fieldsV1", std::move(fields)}};
}

json live_with(json entries) {
  return {{"metadata", {{"resourceVersion", "5"}, {"uid", "u"}, {"managedFields", std::move(entries)}}}};
}

const json kData = {{"f:data", {{".", json::object()}, {"f:a", json::object()}}}};

TEST(HandOverToApply, HasNothingToDoForWhatWeOnlyApplied) {
  EXPECT_FALSE(hand_over_to_apply(live_with({entry("fusion-operator", "Apply", kData)}), "fusion-operator"));
  EXPECT_FALSE(hand_over_to_apply(json::object(), "fusion-operator"));
}

TEST(HandOverToApply, DropsTheEntryOfOurPost) {
  const auto applied = entry("fusion-operator", "Apply", {{"f:data", {{"f:a", json::object()}}}});
  const auto handover = hand_over_to_apply(
      live_with({applied, entry("fusion-operator", "Update", kData), entry("kubectl-edit", "Update", kData)}),
      "fusion-operator");
  ASSERT_TRUE(handover);
  EXPECT_FALSE(handover->apply_again);
  const auto& metadata = handover->patch["metadata"];
  EXPECT_EQ(metadata["resourceVersion"], "5");
  EXPECT_EQ(metadata["managedFields"], json({applied, entry("kubectl-edit", "Update", kData)}))
      << "the map itself, which Apply does not own, would be let go by a write of the next apply";
}

TEST(HandOverToApply, AppliesAgainWhenThePostHadMore) {
  const json more = {{"f:data", {{".", json::object()}, {"f:a", json::object()}, {"f:b", json::object()}}}};
  const auto handover = hand_over_to_apply(
      live_with({entry("fusion-operator", "Apply", {{"f:data", {{"f:a", json::object()}}}}),
                 entry("fusion-operator", "Update", more)}),
      "fusion-operator");
  ASSERT_TRUE(handover);
  EXPECT_TRUE(handover->apply_again);
  EXPECT_EQ(handover->patch["metadata"]["managedFields"][0]["fieldsV1"], more);
}

TEST(HandOverToApply, LeavesStatusAndOtherManagersAlone) {
  auto status = entry("fusion-operator", "Update", {{"f:status", json::object()}});
  status["subresource"] = "status";
  EXPECT_FALSE(hand_over_to_apply(
      live_with({entry("fusion-operator", "Apply", kData), status, entry("helm", "Update", kData)}),
      "fusion-operator"));
}

}  // namespace
}  // namespace fusion::kube
