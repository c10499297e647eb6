#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "controllers/bridges/observed_bridge.h"
#include "controllers/checkpoints/observed_claim.h"

namespace fusion::bridges {
namespace {

using nlohmann::json;

TEST(Projection, ReadsAStatefulSet) {
  const auto set = project_stateful_set(json::parse(R"({
    "metadata": {"name": "s", "uid": "u", "generation": 4, "labels": {"fusion-operator.io/pipeline": "p"},
      "annotations": {"fusion-operator.io/hash": "h", "fusion-operator.io/inputs": "i"},
      "ownerReferences": [{"uid": "other"}, {"uid": "me", "controller": true}], "managedFields": [{"manager": "x"}]},
    "spec": {"replicas": 2,
      "template": {"spec": {"volumes": [{"name": "ca"}, {"name": "config", "configMap": {"name": "cm"}}]}},
      "volumeClaimTemplates": [{"metadata": {"name": "state"}, "spec": {"accessModes": ["ReadWriteOnce"],
        "storageClassName": "fast", "resources": {"requests": {"storage": "5Gi"}}}}]},
    "status": {"observedGeneration": 3, "replicas": 2, "readyReplicas": 1, "updatedReplicas": 2}})"));

  EXPECT_EQ(set.name, "s");
  EXPECT_EQ(set.uid, "u");
  EXPECT_EQ(set.controller_uid, "me");
  EXPECT_EQ(set.pipeline, "p");
  EXPECT_FALSE(set.terminating);
  EXPECT_EQ(set.hash + set.inputs, "hi");
  EXPECT_EQ(set.generation, 4);
  EXPECT_EQ(set.observed_generation, 3);
  EXPECT_EQ(set.replicas, 2);
  EXPECT_EQ(set.ready_replicas, 1);
  EXPECT_EQ(set.config_map, "cm");
  EXPECT_EQ(set.volume, (api::Volume{"5Gi", "fast", {"ReadWriteOnce"}}));
  EXPECT_EQ(json::parse(set.fields)["metadata"].count("managedFields"), 0u) << "it changes with every status";
}

TEST(Projection, SurvivesObjectsOfAnyShape) {
  for (
      const auto* text :
      {"{}", "[]", "null", "3", R"({"metadata":[],"spec":"x","status":7})",
       R"({"metadata":{"labels":[],"ownerReferences":{"a":1},"annotations":3},"spec":{"volumeClaimTemplates":{"a":2},
            "template":{"spec":{"volumes":[1,"x",null]}},"accessModes":"RWO"},"status":{"conditions":"x",
            "containerStatuses":[3]},"data":[]})"}) {
    const auto object = json::parse(text);
    EXPECT_EQ(project_stateful_set(object).name, "");
    EXPECT_EQ(project_config_map(object).config, "");
    EXPECT_EQ(project_pod(object).trouble, "");
    EXPECT_EQ(checkpoints::project_claim(object).size, "");
  }
}

TEST(Projection, ReadsWhyAPodDoesNotRun) {
  const auto pod =
      project_pod(json::parse(R"({"metadata": {"name": "p-0", "labels": {"fusion-operator.io/child": "p"}},
    "status": {"conditions": [{"type": "Ready", "status": "False"}],
      "containerStatuses": [{"state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}},
        "lastState": {"terminated": {"message": "offset 7 is gone"}}}]}})"));

  EXPECT_FALSE(pod.ready);
  EXPECT_EQ(pod.child, "p");
  EXPECT_EQ(pod.trouble, "CrashLoopBackOff");
  EXPECT_EQ(pod.message, "offset 7 is gone");
}

TEST(Projection, TakesAStartingContainerForNoTrouble) {
  const auto pod = project_pod(json::parse(
      R"({"status": {"containerStatuses": [{"state": {"waiting": {"reason": "ContainerCreating"}}}]}})"));

  EXPECT_EQ(pod.trouble, "");
}

TEST(Projection, ReadsAClaim) {
  const auto claim = checkpoints::project_claim(json::parse(R"({
    "metadata": {"name": "state-x-0", "uid": "u", "labels": {"fusion-operator.io/child": "x"}},
    "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "fast", "resources": {"requests": {"storage": "5Gi"}}},
    "status": {"phase": "Bound", "capacity": {"storage": "6Gi"}}})"));

  EXPECT_EQ(claim.child, "x");
  EXPECT_EQ(claim.size, "5Gi");
  EXPECT_EQ(claim.capacity, "6Gi");
  EXPECT_EQ(claim.storage_class_name, "fast");
  EXPECT_TRUE(claim.bound);
}

}  // namespace
}  // namespace fusion::bridges
