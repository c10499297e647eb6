#include <algorithm>
#include <functional>

#include "api/check_unique.h"
#include "api/engine_kinds.h"
#include "api/enums.h"
#include "api/excerpt.h"
#include "api/graph.h"
#include "api/names.h"
#include "api/validate.h"

namespace fusion::api {
namespace {

/// That the object is one of the stage's engine. The schema takes each word by itself.
void check_kind(const Stage& stage, const std::string& api_version, const std::string& kind,
                const std::string& path, std::vector<Problem>& problems) {
  const auto* known = find_engine_kind(api_version, kind);
  if (known == nullptr) {
    problems.push_back({path + ".kind", "UnknownKind",
                        "there is no " + kind + " in " + api_version +
                            ": use SparkApplication of sparkoperator.k8s.io/v1beta2 or spark.apache.org/v1, "
                            "or FlinkDeployment or FlinkSessionJob of flink.apache.org/v1beta1"});
  } else if (known->engine != stage.engine) {
    problems.push_back({path + ".kind", "EngineMismatch",
                        "a " + kind + " is run by " + to_string(known->engine) +
                            ", and the stage's engine is " + to_string(stage.engine) +
                            ": change one of them"});
  }
}

/// The name of a label or an annotation that a user may give to the workload.
void check_key(const std::string& key, const std::string& path, std::vector<Problem>& problems) {
  if (!is_qualified_name(key)) {
    problems.push_back({path, "InvalidName",
                        "cannot be a name here: write name or example.com/name, the name with at most 63 "
                        "letters, digits, '.', '_' and '-'"});
  } else if (key.starts_with(std::string(kGroup) + "/")) {
    problems.push_back({path, "ReservedName",
                        "names of " + std::string(kGroup) + " are the operator's own: use another prefix"});
  }
}

void check_metadata_of(const WorkloadTemplate& workload, const std::string& path,
                       std::vector<Problem>& problems) {
  for (const auto& [key, value] : workload.labels) {
    const auto label = path + ".metadata.labels[" + path_key(key) + "]";
    check_key(key, label, problems);
    if (is_label_value(value)) continue;
    problems.push_back({label, "InvalidValue",
                        excerpt(value) + " cannot be the value of a label: use at most 63 letters, digits, "
                                         "'.', '_' and '-', with a letter or digit at either end"});
  }
  for (const auto& [key, unused] : workload.annotations)
    check_key(key, path + ".metadata.annotations[" + path_key(key) + "]", problems);
}

void refuse(bool is_set, const std::string& path, const std::string& why, std::vector<Problem>& problems) {
  if (is_set) problems.push_back({path, "OnlyWithTemplate", why});
}

/// What is for workloads that we start.
void check_without_template(const Stage& stage, const std::string& path, std::vector<Problem>& problems) {
  if (stage.workload_template) return;
  const std::string why = "is for a stage with workload.template, which the operator starts: remove it";
  refuse(!stage.start_after.empty(), path + ".startAfter", why, problems);
  refuse(!stage.run_token.empty(), path + ".runToken", why, problems);
  refuse(stage.transaction_timeout.has_value(), path + ".transactionTimeout", why, problems);
  refuse(stage.checkpoints.has_value(), path + ".checkpoints", why, problems);
}

void check_run_token(const Stage& stage, const std::string& path, std::vector<Problem>& problems) {
  if (stage.run_token.empty() || stage.mode == Mode::kBatch) return;
  problems.push_back({path + ".runToken", "OnlyForBatch",
                      "runs a completed batch again, and the stage's mode is Streaming: remove it"});
}

void check_start_after(const std::vector<Stage>& stages, std::vector<Problem>& problems) {
  std::vector<Edge> edges;
  for (const auto& stage : stages) {
    const auto path = "spec.stages[" + stage.name + "].startAfter";
    check_unique(stage.start_after, &StartAfter::stage, path, "stage", problems);
    for (const auto& after : stage.start_after) {
      edges.push_back({after.stage, stage.name, "startAfter"});
      const auto item = path + "[" + after.stage + "]";
      const auto named = std::ranges::find(stages, after.stage, &Stage::name);
      if (named == stages.end()) {
        problems.push_back({item + ".stage", "StageNotFound",
                            "stage " + after.stage + " is not in spec.stages: name one that is"});
      } else if (!named->workload_template && !named->workload_ref) {
        problems.push_back({item + ".stage", "StageIsExternal",
                            "stage " + after.stage +
                                " is external, so that nobody sees how far it is: wait for another one"});
      } else if (named->mode == Mode::kStreaming && after.until != Until::kRunning) {
        problems.push_back(
            {item + ".until", "NeverEnds",
             "stage " + after.stage + " is Streaming and never completes: wait until Running"});
      }
    }
  }
  const auto cycle = find_cycle(edges);
  if (cycle.empty()) return;
  problems.push_back({"spec.stages", "StartCycle",
                      "the stages wait for each other, " + to_string(cycle) + ": take one startAfter out"});
}

}  // namespace

void check_stages(const std::vector<Stage>& stages, std::vector<Problem>& problems) {
  check_unique(stages, &Stage::name, "spec.stages", "stage", problems);
  for (const auto& stage : stages) {
    const auto path = "spec.stages[" + stage.name + "]";
    check_unique(stage.inputs, &StageInput::topic, path + ".inputs", "topic", problems);
    check_unique(stage.outputs, &StageOutput::topic, path + ".outputs", "topic", problems);
    if (stage.inputs.empty() && stage.outputs.empty()) {
      problems.push_back(
          {path, "NoTopics", "reads and writes nothing: give it at least one of inputs and outputs"});
    }
    if (const auto& workload = stage.workload_template) {
      check_kind(stage, workload->api_version, workload->kind, path + ".workload.template", problems);
      check_metadata_of(*workload, path + ".workload.template", problems);
    }
    if (const auto& ref = stage.workload_ref)
      check_kind(stage, ref->api_version, ref->kind, path + ".workload.ref", problems);
    check_without_template(stage, path, problems);
    check_run_token(stage, path, problems);
    if (stage.checkpoints && stage.checkpoints->volume) {
      check_unique(stage.checkpoints->volume->access_modes, std::identity(),
                   path + ".checkpoints.volume.accessModes", "access mode", problems);
    }
  }
  check_start_after(stages, problems);
}

}  // namespace fusion::api
