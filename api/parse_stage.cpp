#include "api/parse_stage.h"

#include "api/duration.h"
#include "api/engine_kinds.h"
#include "api/names.h"
#include "api/parse_checkpoints.h"
#include "api/text_rules.h"

namespace fusion::api {
namespace {

constexpr TextRule kApiVersion{1, 64, is_engine_api_version,
                               "is not one of sparkoperator.k8s.io/v1beta2, spark.apache.org/v1, "
                               "flink.apache.org/v1beta1"};
constexpr TextRule kKindOfEngine{1, 32, is_engine_kind,
                                 "is not one of SparkApplication, FlinkDeployment, FlinkSessionJob"};
constexpr TextRule kRunToken{.max_length = 64, .expectation = {}};

bool is_transaction_timeout(std::string_view text) {
  const auto duration = parse_duration(text);
  return duration && *duration >= std::chrono::seconds(1) && *duration <= std::chrono::hours(24);
}

constexpr TextRule kTransactionTimeout{.max_length = 16,
                                       .legal = is_transaction_timeout,
                                       .expectation = "is not a duration from 1s to 24h, such as 15m"};

WorkloadTemplate parse_template(JsonReader reader) {
  WorkloadTemplate workload;
  workload.api_version = reader.required_text("apiVersion", kApiVersion);
  workload.kind = reader.required_text("kind", kKindOfEngine);
  if (auto metadata = reader.object("metadata")) {
    workload.labels = metadata->text_map("labels", 64, {.max_length = 63, .expectation = {}});
    workload.annotations = metadata->text_map("annotations", 64, {.max_length = 4096, .expectation = {}});
    metadata->refuse_unknown_fields();
  }
  // Empty or not: what it lacks is the engine's operator to say.
  reader.required_object("spec");
  workload.spec = reader.json_text("spec").value_or("{}");
  reader.refuse_unknown_fields();
  return workload;
}

WorkloadRef parse_ref(JsonReader reader) {
  WorkloadRef ref;
  ref.api_version = reader.required_text("apiVersion", kApiVersion);
  ref.kind = reader.required_text("kind", kKindOfEngine);
  ref.name = reader.required_text("name", kObjectName);
  ref.manage = reader.boolean("manage").value_or(false);
  reader.refuse_unknown_fields();
  return ref;
}

void parse_workload(JsonReader reader, Stage& stage) {
  int workloads = 0;
  if (auto workload = reader.object("template")) {
    stage.workload_template = parse_template(*std::move(workload));
    ++workloads;
  }
  if (auto ref = reader.object("ref")) {
    stage.workload_ref = parse_ref(*std::move(ref));
    ++workloads;
  }
  if (auto external = reader.object("external")) {
    external->refuse_unknown_fields();
    ++workloads;
  }
  reader.refuse_unknown_fields();
  if (workloads == 1) return;
  reader.note_here("InvalidValue", "must be exactly one of template, ref and external");
}

StageOutput parse_output(JsonReader reader) {
  StageOutput output{reader.required_text("topic", kTopicReference), {}};
  if (auto id = reader.object("id")) {
    output.id_header = id->required_text("header", kHeaderName);
    id->refuse_unknown_fields();
  }
  reader.refuse_unknown_fields();
  return output;
}

void parse_start_after(JsonReader& reader, Stage& stage) {
  for (auto& item : reader.objects("startAfter", 16, "stage")) {
    stage.start_after.push_back(
        {item.required_text("stage", kDnsLabel), item.required_choice<Until>("until", Until::kRunning)});
    item.refuse_unknown_fields();
  }
}

}  // namespace

Stage parse_stage(JsonReader reader) {
  Stage stage;
  stage.name = reader.required_text("name", kDnsLabel);
  stage.engine = reader.required_choice<Engine>("engine", Engine::kFlink);
  stage.mode = reader.required_choice<Mode>("mode", Mode::kStreaming);
  for (auto& input : reader.objects("inputs", 16, "topic")) {
    stage.inputs.push_back({input.required_text("topic", kTopicReference),
                            input.text("group", {.max_length = 249, .expectation = {}}).value_or(""),
                            input.boolean("compacted").value_or(false)});
    input.refuse_unknown_fields();
  }
  // 8: more, and the API server finds the rule of one writer a topic too costly.
  for (auto& output : reader.objects("outputs", 8, "topic"))
    stage.outputs.push_back(parse_output(std::move(output)));
  parse_start_after(reader, stage);
  stage.run_token = reader.text("runToken", kRunToken).value_or("");
  if (const auto timeout = reader.text("transactionTimeout", kTransactionTimeout))
    stage.transaction_timeout = *parse_duration(*timeout);
  if (auto checkpoints = reader.object("checkpoints"))
    stage.checkpoints = parse_checkpoints(*std::move(checkpoints));
  if (auto workload = reader.required_object("workload")) parse_workload(*std::move(workload), stage);
  reader.refuse_unknown_fields();
  return stage;
}

}  // namespace fusion::api
