#include "tests/integration/kube/kube_fixture.h"

namespace fusion::kube {
namespace {

using nlohmann::json;

struct OwnershipTest : KubeTest {
  // Creates by POST, then applies with the UID, as the operator does.
  json create_then_apply(const ResourceType& type, const json& object) {
    const auto first = created(type, object);
    return applied(type, object, first["metadata"]["uid"]);
  }

  json applied(const ResourceType& type, json object, const std::string& uid) {
    object["metadata"]["uid"] = uid;
    const auto answer = api().apply(type, object);
    EXPECT_TRUE(answer) << answer.error().message;
    return answer ? *answer : json();
  }

  // Applying what was applied before changes nothing, whatever the server has filled in meanwhile.
  void expect_at_rest(const ResourceType& type, const json& live, const json& desired) {
    const auto again = applied(type, desired, live["metadata"]["uid"]);
    EXPECT_EQ(again["metadata"]["resourceVersion"], live["metadata"]["resourceVersion"]);
  }

  json stateful_set() const {
    auto set = json::parse(R"({
      "apiVersion": "apps/v1", "kind": "StatefulSet",
      "metadata": {"name": "bridge", "labels": {"app.kubernetes.io/managed-by": "fusion-operator"},
                   "annotations": {"fusion-operator.io/hash": "abc"}},
      "spec": {
        "replicas": 2, "serviceName": "bridge", "podManagementPolicy": "Parallel",
        "updateStrategy": {"type": "RollingUpdate"},
        "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain", "whenScaled": "Retain"},
        "selector": {"matchLabels": {"fusion-operator.io/child": "bridge"}},
        "template": {
          "metadata": {"labels": {"fusion-operator.io/child": "bridge"}},
          "spec": {
            "automountServiceAccountToken": false, "terminationGracePeriodSeconds": 30,
            "securityContext": {"runAsNonRoot": true, "runAsUser": 65532, "fsGroup": 65532,
                                "seccompProfile": {"type": "RuntimeDefault"}},
            "imagePullSecrets": [{"name": "registry"}],
            "nodeSelector": {}, "tolerations": [{"key": "a", "operator": "Exists"}],
            "affinity": {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [
              {"weight": 1, "podAffinityTerm": {"topologyKey": "kubernetes.io/hostname",
                "labelSelector": {"matchLabels": {"fusion-operator.io/child": "bridge"}}}}]}},
            "containers": [{
              "name": "bridge", "image": "fusion:1", "imagePullPolicy": "IfNotPresent",
              "args": ["--config", "/etc/fusion/bridge.json"],
              "env": [{"name": "EMPTY", "value": ""},
                      {"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}],
              "ports": [{"name": "metrics", "containerPort": 8080}],
              "resources": {"requests": {"cpu": 0.1, "memory": "1024Mi"}, "limits": {"memory": "1.5Gi"}},
              "readinessProbe": {"httpGet": {"path": "/readyz", "port": "metrics"}, "periodSeconds": 5},
              "livenessProbe": {"httpGet": {"path": "/healthz", "port": 8080}},
              "securityContext": {"readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false,
                                  "capabilities": {"drop": ["ALL"]}},
              "volumeMounts": [{"name": "config", "mountPath": "/etc/fusion", "readOnly": true},
                               {"name": "state", "mountPath": "/var/lib/fusion"}]}],
            "volumes": [{"name": "config", "configMap": {"name": "bridge-12345678"}},
                        {"name": "tmp", "emptyDir": {"sizeLimit": "1024Ki"}},
                        {"name": "secret", "secret": {"secretName": "kafka", "items": [{"key": "a", "path": "b"}]}}]}},
        "volumeClaimTemplates": [{
          "metadata": {"name": "state", "labels": {"app.kubernetes.io/managed-by": "fusion-operator"}},
          "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1024Mi"}}}}]}})");
    set["metadata"]["namespace"] = ns_;
    return set;
  }
};

TEST_F(OwnershipTest, AStatefulSetIsAtRestAfterItsFirstApply) {
  const auto owner = created(resources::config_maps(), config_map("owner"));
  auto set = stateful_set();
  set["metadata"]["ownerReferences"] = {{{"apiVersion", "v1"},
                                         {"kind", "ConfigMap"},
                                         {"name", "owner"},
                                         {"uid", owner["metadata"]["uid"]},
                                         {"controller", true},
                                         {"blockOwnerDeletion", true}}};
  expect_at_rest(resources::stateful_sets(), create_then_apply(resources::stateful_sets(), set), set);
}

TEST_F(OwnershipTest, AConfigMapIsAtRestAfterItsFirstApply) {
  auto map = config_map("a", {{"bridge.json", "{\"a\": 1}\n"}, {"empty", ""}});
  map["immutable"] = true;
  expect_at_rest(resources::config_maps(), create_then_apply(resources::config_maps(), map), map);
}

TEST_F(OwnershipTest, AClaimIsAtRestAfterItsFirstApply) {
  json claim = {{"apiVersion", "v1"},
                {"kind", "PersistentVolumeClaim"},
                {"metadata", {{"name", "c"}, {"namespace", ns_}, {"labels", {{"a", "b"}}}}},
                {"spec",
                 {{"accessModes", {"ReadWriteOnce"}},
                  {"storageClassName", "standard"},
                  {"resources", {{"requests", {{"storage", "1024Mi"}}}}}}}};
  const auto type = resources::persistent_volume_claims();
  expect_at_rest(type, create_then_apply(type, claim), claim);
}

TEST_F(OwnershipTest, ApplyTakesItsFieldsBackAndLeavesOthersAlone) {
  const auto set = stateful_set();
  const auto live = create_then_apply(resources::stateful_sets(), set);
  auto somebody = HttpApi::make(find_credentials({}).value(), {.field_manager = "somebody"}).value();
  auto edited = somebody->merge_patch(resources::stateful_sets(), key("bridge"),
                                      {{"metadata", {{"annotations", {{"theirs", "1"}}}}}});
  ASSERT_TRUE(edited) << edited.error().message;
  expect_at_rest(resources::stateful_sets(), *edited, set);

  edited = somebody->merge_patch(resources::stateful_sets(), key("bridge"), {{"spec", {{"replicas", 5}}}});
  ASSERT_TRUE(edited) << edited.error().message;

  const auto repaired = applied(resources::stateful_sets(), set, live["metadata"]["uid"]);
  EXPECT_EQ(repaired["spec"]["replicas"], 2);
  EXPECT_EQ(repaired["metadata"]["annotations"]["theirs"], "1");
  expect_at_rest(resources::stateful_sets(), repaired, set);
}

TEST_F(OwnershipTest, AFieldThatIsLeftOutGoesEvenIfThePostHadSetIt) {
  const auto live = create_then_apply(resources::config_maps(), config_map("a", {{"x", "1"}, {"y", "2"}}));
  const auto after =
      applied(resources::config_maps(), config_map("a", {{"x", "1"}}), live["metadata"]["uid"]);
  EXPECT_EQ(after["data"], json({{"x", "1"}}));
}

TEST_F(OwnershipTest, AFieldThatWasLeftOutBeforeTheFirstApplyGoesToo) {
  // We died after the POST, and the spec changed before the first apply.
  const auto posted = created(resources::config_maps(), config_map("a", {{"x", "1"}, {"y", "2"}}));
  const auto after =
      applied(resources::config_maps(), config_map("a", {{"x", "1"}}), posted["metadata"]["uid"]);
  EXPECT_EQ(after["data"], json({{"x", "1"}}));
}

TEST_F(OwnershipTest, ApplyTouchesNeitherAnotherObjectNorAMissingOne) {
  created(resources::config_maps(), config_map("a", {{"x", "theirs"}}));
  auto object = config_map("a", {{"x", "ours"}});
  object["metadata"]["uid"] = "00000000-0000-0000-0000-000000000000";
  const auto wrong = api().apply(resources::config_maps(), object);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().reason, Reason::Conflict) << wrong.error().message;
  object["metadata"]["name"] = "missing";
  const auto missing = api().apply(resources::config_maps(), object);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().reason, Reason::Conflict) << missing.error().message;
  EXPECT_EQ(api().get(resources::config_maps(), key("a")).value()["data"]["x"], "theirs");
  EXPECT_FALSE(api().get(resources::config_maps(), key("missing")));
}

TEST_F(OwnershipTest, ApplyWithoutForceDoesNotTakeOthersFields) {
  created(resources::config_maps(), config_map("a", {{"x", "1"}}));
  auto somebody = HttpApi::make(find_credentials({}).value(), {.field_manager = "somebody"}).value();
  ASSERT_TRUE(somebody->merge_patch(resources::config_maps(), key("a"), {{"data", {{"x", "theirs"}}}}));
  const auto taken = config_map("a", {{"x", "2"}});
  const auto conflict = api().apply(resources::config_maps(), taken, /*force=*/false);
  ASSERT_FALSE(conflict);
  EXPECT_EQ(conflict.error().reason, Reason::Conflict);
  EXPECT_TRUE(api().apply(resources::config_maps(), taken, /*force=*/true));
}

TEST_F(OwnershipTest, ATypoInATemplateIsFinal) {
  auto set = stateful_set();
  const auto live = create_then_apply(resources::stateful_sets(), set);
  set["spec"]["template"]["spec"]["nodeSelectr"] = {{"a", "b"}};
  set["metadata"]["uid"] = live["metadata"]["uid"];
  const auto refused = api().apply(resources::stateful_sets(), set);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::InvalidTemplate) << refused.error().message;
}

}  // namespace
}  // namespace fusion::kube
