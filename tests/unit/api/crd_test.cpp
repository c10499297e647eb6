#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "api/engine_kinds.h"
#include "api/enums.h"
#include "api/status_json.h"
#include "api/yaml.h"

namespace fusion::api {
namespace {

using nlohmann::json;

/// The schema of FusionPipeline, as crds/ has it.
json schema() {
  std::ifstream file(FUSION_SOURCE_DIR "/crds/fusionpipelines.yaml");
  const auto documents = parse_documents(std::string(std::istreambuf_iterator<char>(file), {}));
  return documents.value().at(0)["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
}

std::string type_of(const json& value) {
  if (value.is_object()) return "object";
  if (value.is_array()) return "array";
  if (value.is_string()) return "string";
  return value.is_boolean() ? "boolean" : "integer";
}

/// That the schema has each field of `value`, with its type; and that `value` has each of the schema's.
void expect_same_shape(const json& value, const json& expected, const std::string& path) {
  EXPECT_EQ(type_of(value), expected.at("type")) << path;
  if (value.is_array()) return expect_same_shape(value.at(0), expected.at("items"), path + "[]");
  if (!value.is_object()) return;
  const auto& properties = expected.at("properties");
  for (const auto& [name, field] : value.items()) {
    ASSERT_TRUE(properties.contains(name)) << path << "." << name << " is not in the CRD";
    expect_same_shape(field, properties.at(name), path + "." + name);
  }
  for (const auto& [name, unused] : properties.items()) {
    EXPECT_TRUE(value.contains(name)) << path << "." << name << " of the CRD is never written";
  }
}

TEST(Crd, HasEveryFieldOfTheStatus) {
  constexpr std::chrono::sys_seconds kThen{std::chrono::seconds(1'700'000'000)};
  const Status status{
      .observed_generation = 3,
      .conditions = {{"Ready", ConditionStatus::kTrue, "AllReady", "m", 3, kThen}},
      .topics = {{"a", TopicState::kReady, "id", 6, 1, true, true, "c", {"retention.ms"}, "m"}},
      .stages = {{"load", Engine::kSpark, "Completed", "SparkApplication", "p-load-s1",
                  Completion{"uid", "hash"}, "p-load-s1", "s3://bucket/savepoint-1", true,
                  "s3://bucket/savepoint-0", 1200, std::chrono::sys_seconds(std::chrono::seconds(1)), "m"}},
      .bridges = {{"x", "a", "b", "ExactlyOnce", "Transactional", true, 2, 1, 1200, 30, 336776, 150, 42,
                   kThen, 60, "Running", "m"}},
      .checkpoint_volumes = {{"x", "standard", "5Gi", 2, 1, "m"}},
      .stages_ready = "1/1",
      .stage_states = "load Running",
      .bridges_ready = "0/1",
      .lag = "1200",
      .skew = "1m",
      .message = "m"};

  expect_same_shape(to_json(status), schema()["properties"]["status"], "status");
}

template <typename Enum>
json texts() {
  json list = json::array();
  for (const auto& name : enum_names<Enum>()) list.push_back(name.text);
  return list;
}

/// Each once, in the order of the table.
json without_repeats(const std::vector<std::string>& all) {
  json list = json::array();
  for (const auto& text : all) {
    if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
  }
  return list;
}

json api_versions_of_engines() {
  std::vector<std::string> all;
  for (const auto& kind : engine_kinds())
    all.push_back(std::string(kind.group) + "/" + std::string(kind.version));
  return without_repeats(all);
}

json kinds_of_engines() {
  std::vector<std::string> all;
  for (const auto& kind : engine_kinds()) all.emplace_back(kind.kind);
  return without_repeats(all);
}

TEST(Crd, ListsTheValuesOfEachEnum) {
  const auto whole = schema()["properties"]["spec"]["properties"];
  const auto& topic = whole["topics"]["items"]["properties"];
  const auto& stage = whole["stages"]["items"]["properties"];
  const auto& bridge = whole["bridges"]["items"]["properties"];
  EXPECT_EQ(whole["deletionPolicy"]["enum"], texts<DeletionPolicy>());
  EXPECT_EQ(topic["management"]["enum"], texts<Management>());
  EXPECT_EQ(stage["engine"]["enum"], texts<Engine>());
  EXPECT_EQ(stage["mode"]["enum"], texts<Mode>());
  EXPECT_EQ(stage["startAfter"]["items"]["properties"]["until"]["enum"], texts<Until>());
  for (const auto* workload : {"template", "ref"}) {
    const auto& fields = stage["workload"]["properties"][workload]["properties"];
    EXPECT_EQ(fields["apiVersion"]["enum"], api_versions_of_engines()) << workload;
    EXPECT_EQ(fields["kind"]["enum"], kinds_of_engines()) << workload;
  }
  EXPECT_EQ(bridge["partitioning"]["properties"]["by"]["enum"], texts<PartitionBy>());
  EXPECT_EQ(bridge["compression"]["properties"]["codec"]["enum"], texts<Codec>());
}

void expect_described(const json& part, const std::string& path) {
  const bool is_entry = path.ends_with("[]") || path.ends_with("{}");
  EXPECT_TRUE(is_entry || part.contains("description")) << path << " has no description";
  EXPECT_TRUE(part.value("type", "") != "array" || part.contains("x-kubernetes-list-type")) << path;
  const auto properties = part.value("properties", json::object());
  for (const auto& [name, field] : properties.items()) {
    expect_described(field, path + "." + name);
  }
  if (part.contains("items")) expect_described(part["items"], path + "[]");
}

TEST(Crd, DescribesEveryFieldAndTypesEveryList) {
  const auto whole = schema();
  expect_described(whole["properties"]["spec"], "spec");
  expect_described(whole["properties"]["status"], "status");
}

void expect_no_defaults(const json& part, const std::string& path) {
  EXPECT_FALSE(part.contains("default")) << path;
  for (const auto& [name, field] : part.items()) {
    if (field.is_object()) expect_no_defaults(field, path + "." + name);
  }
}

TEST(Crd, HasOneSchemaOfVolumesAndOfUris) {
  const auto whole = schema()["properties"]["spec"]["properties"];
  auto pipelines = whole["checkpoints"]["properties"];
  auto stages = whole["stages"]["items"]["properties"]["checkpoints"]["properties"];
  pipelines["volume"].erase("description");
  stages["volume"].erase("description");
  EXPECT_EQ(stages, pipelines);
}

TEST(Crd, HasNoDefaultsInsideListItems) {
  const auto whole = schema();
  for (const auto* list : {"topics", "stages", "bridges"}) {
    expect_no_defaults(whole["properties"]["spec"]["properties"][list], list);
  }
}

}  // namespace
}  // namespace fusion::api
