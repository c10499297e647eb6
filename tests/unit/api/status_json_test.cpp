#include "api/status_json.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace fusion::api {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr sys_seconds kThen{seconds(1'700'000'000)};
constexpr sys_seconds kNow{seconds(1'700'000'060)};

Status full_status() {
  return {
      .observed_generation = 3,
      .conditions = {{"Ready", ConditionStatus::kTrue, "AllReady", "all is well", 3, kThen}},
      .topics = {{"a", TopicState::kReady, "id-a", 6, 1, true, true, "cluster-1", {"retention.ms"}, "fine"}},
      .stages = {{"load", Engine::kSpark, "Completed", "SparkApplication", "p-load-s1",
                  Completion{"uid", "hash"}, "p-load-s1", "s3://bucket/savepoint-1", true,
                  "s3://bucket/savepoint-0", 1200, kThen, "m"}},
      .bridges = {{"x", "a", "b", "ExactlyOnce", "Transactional", true, 2, 1, 1200, 30, 336776, 150, 42,
                   kThen, 60, "Running", "m"}},
      .checkpoint_volumes = {{"x", "standard", "5Gi", 2, 1, "waiting"}},
      .stages_ready = "1/1",
      .stage_states = "load Running",
      .bridges_ready = "0/1",
      .lag = "1200",
      .skew = "1m",
      .message = "bridge x: 1 of 2 replicas ready"};
}

TEST(StatusJson, RoundTripsEveryField) {
  EXPECT_EQ(status_from_json(to_json(full_status())), full_status());
  EXPECT_EQ(status_from_json(to_json(Status{})), Status{});
}

TEST(StatusJson, LeavesOutWhatHasNoValue) {
  EXPECT_EQ(to_json(Status{}), nlohmann::json::object());
  EXPECT_EQ(
      to_json({.topics = {{.name = "a", .topic_id = {}, .cluster_id = {}, .set_keys = {}, .message = {}}}}),
      nlohmann::json::parse(
          R"({"topics": [{"name": "a", "state": "Pending", "managed": false, "created": false}]})"));
}

TEST(StatusJson, WritesInstantsAsKubernetesDoes) {
  EXPECT_EQ(to_json(full_status())["bridges"][0]["watermark"], "2023-11-14T22:13:20Z");
  EXPECT_EQ(to_json(full_status())["stages"][0]["watermark"], "2023-11-14T22:13:20Z");
}

TEST(StatusJson, KeepsDefaultsForWhatItCannotRead) {
  const auto status =
      status_from_json(nlohmann::json::parse(R"({"observedGeneration": "3", "conditions": [5, {"type":
    "Ready", "status": "Perhaps", "lastTransitionTime": "yesterday"}], "topics": {}, "bridges": [{"name": "x", "replicas":
    "2", "lagRecords": null}], "lag": 7})"));

  EXPECT_EQ(status.observed_generation, 0);
  ASSERT_EQ(status.conditions.size(), 1u);
  EXPECT_EQ(status.conditions[0].status, ConditionStatus::kUnknown);
  EXPECT_EQ(status.conditions[0].last_transition_time, std::nullopt);
  EXPECT_TRUE(status.topics.empty());
  EXPECT_EQ(status.bridges.at(0).lag_records, std::nullopt);
  EXPECT_EQ(status.lag, "");
  EXPECT_EQ(status_from_json(nlohmann::json::parse("[]")), Status{});
}

Status with_ready(ConditionStatus status, std::string reason, std::optional<sys_seconds> since) {
  return {.conditions = {{"Ready", status, std::move(reason), "m", 1, since}}};
}

TEST(MergeStatus, KeepsTheTimeWhileTheStatusOfAConditionStays) {
  const auto current = with_ready(ConditionStatus::kFalse, "TopicsPending", kThen);
  const auto merged = merge_status(current, with_ready(ConditionStatus::kFalse, "BridgesPending", {}), kNow);
  EXPECT_EQ(merged, with_ready(ConditionStatus::kFalse, "BridgesPending", kThen));
}

TEST(MergeStatus, SetsTheTimeWhenTheStatusOfAConditionChanges) {
  const auto current = with_ready(ConditionStatus::kFalse, "TopicsPending", kThen);
  const auto merged = merge_status(current, with_ready(ConditionStatus::kTrue, "AllReady", {}), kNow);
  EXPECT_EQ(merged, with_ready(ConditionStatus::kTrue, "AllReady", kNow));
}

TEST(MergeStatus, IsEqualToCurrentWhenNothingChanged) {
  auto next = full_status();
  next.conditions[0].last_transition_time.reset();
  EXPECT_EQ(merge_status(full_status(), next, kNow), full_status());
}

TEST(MergeStatus, DropsConditionsThatAreNoLongerTold) {
  EXPECT_EQ(merge_status(full_status(), Status{}, kNow), Status{});
}

}  // namespace
}  // namespace fusion::api
