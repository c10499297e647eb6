#include "api/status_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/enums.h"
#include "api/lenient_json.h"
#include "api/timestamp.h"

namespace fusion::api {
namespace {

using nlohmann::json;

void put_text(json& object, const char* name, const std::string& text) {
  if (!text.empty()) object[name] = text;
}

template <typename Value>
void put_optional(json& object, const char* name, const std::optional<Value>& value) {
  if (value) object[name] = *value;
}

void put_instant(json& object, const char* name, const std::optional<std::chrono::sys_seconds>& instant) {
  if (instant) object[name] = to_text(*instant);
}

/// A list of what `write` makes of each item; left out when it is empty.
template <typename Item>
void put_list(json& object, const char* name, const std::vector<Item>& items, json (*write)(const Item&)) {
  for (const auto& item : items) object[name].push_back(write(item));
}

template <typename Item>
std::vector<Item> read_list(const json& object, const char* name, Item (*read)(const json&)) {
  std::vector<Item> items;
  const auto* list = lenient::field(object, name);
  if (!list || !list->is_array()) return items;
  for (const auto& item : *list) {
    if (item.is_object()) items.push_back(read(item));
  }
  return items;
}

int count(const json& object, const char* name) {
  return static_cast<int>(lenient::integer(object, name).value_or(0));
}

json condition_to_json(const Condition& condition) {
  json object{{"type", condition.type},
              {"status", to_string(condition.status)},
              {"reason", condition.reason},
              {"message", condition.message},
              {"observedGeneration", condition.observed_generation}};
  put_instant(object, "lastTransitionTime", condition.last_transition_time);
  return object;
}

Condition condition_from_json(const json& object) {
  return {
      .type = lenient::text(object, "type"),
      .status =
          from_string<ConditionStatus>(lenient::text(object, "status")).value_or(ConditionStatus::kUnknown),
      .reason = lenient::text(object, "reason"),
      .message = lenient::text(object, "message"),
      .observed_generation = lenient::integer(object, "observedGeneration").value_or(0),
      .last_transition_time = lenient::instant(object, "lastTransitionTime")};
}

json topic_to_json(const TopicStatus& topic) {
  json object{{"name", topic.name},
              {"state", to_string(topic.state)},
              {"managed", topic.managed},
              {"created", topic.created}};
  put_text(object, "topicId", topic.topic_id);
  if (topic.partitions > 0) object["partitions"] = topic.partitions;
  if (topic.replication_factor > 0) object["replicationFactor"] = topic.replication_factor;
  put_text(object, "clusterId", topic.cluster_id);
  if (!topic.set_keys.empty()) object["setKeys"] = topic.set_keys;
  put_text(object, "message", topic.message);
  return object;
}

TopicStatus topic_from_json(const json& object) {
  return {.name = lenient::text(object, "name"),
          .state = from_string<TopicState>(lenient::text(object, "state")).value_or(TopicState::kPending),
          .topic_id = lenient::text(object, "topicId"),
          .partitions = count(object, "partitions"),
          .replication_factor = count(object, "replicationFactor"),
          .managed = lenient::boolean(object, "managed"),
          .created = lenient::boolean(object, "created"),
          .cluster_id = lenient::text(object, "clusterId"),
          .set_keys = lenient::texts(object, "setKeys"),
          .message = lenient::text(object, "message")};
}

json stage_to_json(const StageStatus& stage) {
  json object{{"name", stage.name}, {"engine", to_string(stage.engine)}};
  put_text(object, "state", stage.state);
  put_text(object, "kind", stage.kind);
  put_text(object, "workload", stage.workload);
  if (stage.completed)
    object["completed"] = {{"uid", stage.completed->uid}, {"templateHash", stage.completed->template_hash}};
  put_text(object, "checkpoints", stage.checkpoints);
  put_text(object, "savepoint", stage.savepoint);
  if (stage.ran_since_savepoint) object["ranSinceSavepoint"] = true;
  put_text(object, "initialSavepoint", stage.initial_savepoint);
  put_optional(object, "lagRecords", stage.lag_records);
  put_instant(object, "watermark", stage.watermark);
  put_text(object, "message", stage.message);
  return object;
}

std::optional<Completion> completion_from_json(const json& stage) {
  const auto* object = lenient::field(stage, "completed");
  if (!object || !object->is_object()) return std::nullopt;
  return Completion{lenient::text(*object, "uid"), lenient::text(*object, "templateHash")};
}

StageStatus stage_from_json(const json& object) {
  return {.name = lenient::text(object, "name"),
          .engine = from_string<Engine>(lenient::text(object, "engine")).value_or(Engine::kFlink),
          .state = lenient::text(object, "state"),
          .kind = lenient::text(object, "kind"),
          .workload = lenient::text(object, "workload"),
          .completed = completion_from_json(object),
          .checkpoints = lenient::text(object, "checkpoints"),
          .savepoint = lenient::text(object, "savepoint"),
          .ran_since_savepoint = lenient::boolean(object, "ranSinceSavepoint"),
          .initial_savepoint = lenient::text(object, "initialSavepoint"),
          .lag_records = lenient::integer(object, "lagRecords"),
          .watermark = lenient::instant(object, "watermark"),
          .message = lenient::text(object, "message")};
}

json bridge_to_json(const BridgeStatus& bridge) {
  json object{{"name", bridge.name}, {"replicas", bridge.replicas}, {"readyReplicas", bridge.ready_replicas}};
  put_text(object, "fromTopic", bridge.from_topic);
  put_text(object, "toTopic", bridge.to_topic);
  put_text(object, "guarantee", bridge.guarantee);
  put_text(object, "guaranteeReason", bridge.guarantee_reason);
  if (bridge.partitions_grown) object["partitionsGrown"] = true;
  put_optional(object, "lagRecords", bridge.lag_records);
  put_optional(object, "lagSeconds", bridge.lag_seconds);
  put_optional(object, "records", bridge.records);
  put_optional(object, "recordsPerSecond", bridge.records_per_second);
  put_optional(object, "duplicates", bridge.duplicates);
  put_instant(object, "watermark", bridge.watermark);
  put_optional(object, "skewSeconds", bridge.skew_seconds);
  put_text(object, "state", bridge.state);
  put_text(object, "message", bridge.message);
  return object;
}

BridgeStatus bridge_from_json(const json& object) {
  return {.name = lenient::text(object, "name"),
          .from_topic = lenient::text(object, "fromTopic"),
          .to_topic = lenient::text(object, "toTopic"),
          .guarantee = lenient::text(object, "guarantee"),
          .guarantee_reason = lenient::text(object, "guaranteeReason"),
          .partitions_grown = lenient::boolean(object, "partitionsGrown"),
          .replicas = count(object, "replicas"),
          .ready_replicas = count(object, "readyReplicas"),
          .lag_records = lenient::integer(object, "lagRecords"),
          .lag_seconds = lenient::integer(object, "lagSeconds"),
          .records = lenient::integer(object, "records"),
          .records_per_second = lenient::integer(object, "recordsPerSecond"),
          .duplicates = lenient::integer(object, "duplicates"),
          .watermark = lenient::instant(object, "watermark"),
          .skew_seconds = lenient::integer(object, "skewSeconds"),
          .state = lenient::text(object, "state"),
          .message = lenient::text(object, "message")};
}

json volume_to_json(const CheckpointVolumeStatus& volume) {
  json object{{"bridge", volume.bridge}, {"claims", volume.claims}, {"bound", volume.bound}};
  put_text(object, "storageClassName", volume.storage_class_name);
  put_text(object, "size", volume.size);
  put_text(object, "message", volume.message);
  return object;
}

CheckpointVolumeStatus volume_from_json(const json& object) {
  return {.bridge = lenient::text(object, "bridge"),
          .storage_class_name = lenient::text(object, "storageClassName"),
          .size = lenient::text(object, "size"),
          .claims = count(object, "claims"),
          .bound = count(object, "bound"),
          .message = lenient::text(object, "message")};
}

}  // namespace

json to_json(const Status& status) {
  json object = json::object();
  if (status.observed_generation > 0) object["observedGeneration"] = status.observed_generation;
  put_list(object, "conditions", status.conditions, condition_to_json);
  put_list(object, "topics", status.topics, topic_to_json);
  put_list(object, "stages", status.stages, stage_to_json);
  put_list(object, "bridges", status.bridges, bridge_to_json);
  put_list(object, "checkpointVolumes", status.checkpoint_volumes, volume_to_json);
  put_text(object, "stagesReady", status.stages_ready);
  put_text(object, "stageStates", status.stage_states);
  put_text(object, "bridgesReady", status.bridges_ready);
  put_text(object, "lag", status.lag);
  put_text(object, "skew", status.skew);
  put_text(object, "message", status.message);
  return object;
}

Status status_from_json(const json& object) {
  return {.observed_generation = lenient::integer(object, "observedGeneration").value_or(0),
          .conditions = read_list(object, "conditions", condition_from_json),
          .topics = read_list(object, "topics", topic_from_json),
          .stages = read_list(object, "stages", stage_from_json),
          .bridges = read_list(object, "bridges", bridge_from_json),
          .checkpoint_volumes = read_list(object, "checkpointVolumes", volume_from_json),
          .stages_ready = lenient::text(object, "stagesReady"),
          .stage_states = lenient::text(object, "stageStates"),
          .bridges_ready = lenient::text(object, "bridgesReady"),
          .lag = lenient::text(object, "lag"),
          .skew = lenient::text(object, "skew"),
          .message = lenient::text(object, "message")};
}

Status merge_status(const Status& current, Status next, std::chrono::sys_seconds now) {
  for (auto& condition : next.conditions) {
    const auto before = std::ranges::find(current.conditions, condition.type, &Condition::type);
    const bool same = before != current.conditions.end() && before->status == condition.status;
    condition.last_transition_time =
        same && before->last_transition_time ? before->last_transition_time : now;
  }
  return next;
}

}  // namespace fusion::api
