#include "api/parse_bridge.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/duration.h"
#include "api/excerpt.h"
#include "api/parse_deduplicate.h"
#include "api/parse_event_time.h"
#include "api/quantity.h"
#include "api/text_rules.h"
#include "api/timestamp.h"

namespace fusion::api {
namespace {

constexpr std::chrono::milliseconds kLeastCommitInterval{10};
/// Well below the transaction timeout of 30 s, after which the broker aborts.
constexpr std::chrono::milliseconds kMostCommitInterval{20'000};

bool is_image(std::string_view text) { return text.find_first_of(" \t\n\f\r") == std::string_view::npos; }

/// Earliest, Latest, or an instant since 1970 with at most three decimals.
bool is_start_from(std::string_view text) {
  if (text == "Earliest" || text == "Latest") return true;
  const auto instant = parse_timestamp(text);
  return instant && instant->time_since_epoch().count() >= 0;
}

bool is_commit_interval(std::string_view text) {
  const auto interval = parse_duration(text);
  return interval && *interval >= kLeastCommitInterval && *interval <= kMostCommitInterval;
}

constexpr TextRule kStartFrom{
    .max_length = 24,
    .legal = is_start_from,
    .expectation =
        "is none of Earliest, Latest and an instant since 1970 in UTC such as 2026-01-31T08:00:00Z"};
constexpr TextRule kCommitInterval{.max_length = 16,
                                   .legal = is_commit_interval,
                                   .expectation = "is not a duration from 10ms to 20s, such as 500ms or 2s"};
constexpr TextRule kImage{
    .max_length = 512, .legal = is_image, .expectation = "cannot be an image: it contains a space"};
constexpr TextRule kLabelValue{.max_length = 63,
                               .legal = is_label_value,
                               .expectation =
                                   "cannot be a label's value: use letters, digits, '.', '_' and '-', with a "
                                   "letter or digit at either end"};
constexpr TextRule kAnnotationValue{.max_length = 4096, .expectation = {}};

BridgeFrom parse_from(JsonReader reader) {
  BridgeFrom from;
  from.topic = reader.required_text("topic", kTopicReference);
  const auto start = reader.text("startFrom", kStartFrom).value_or("Earliest");
  if (start == "Latest") {
    from.start_from = StartFrom::kLatest;
  } else if (start != "Earliest") {
    from.start_from = StartFrom::kTimestamp;
    from.start_timestamp_ms = parse_timestamp(start)->time_since_epoch().count();
  }
  reader.refuse_unknown_fields();
  return from;
}

std::string parse_to(JsonReader reader) {
  auto topic = reader.required_text("topic", kTopicReference);
  reader.refuse_unknown_fields();
  return topic;
}

Partitioning parse_partitioning(JsonReader reader) {
  Partitioning partitioning;
  partitioning.by = reader.required_choice<PartitionBy>("by", PartitionBy::kKey);
  const bool is_by_pointer = partitioning.by == PartitionBy::kPointer;
  if (const auto pointer = reader.text("pointer", kJsonPointer)) {
    partitioning.pointer = *pointer;
    if (!is_by_pointer) reader.note("pointer", "OnlyWithPointer", "goes with by: Pointer alone: remove it");
  } else if (is_by_pointer && !reader.has("pointer")) {
    reader.note("pointer", "Required", "is missing: say where in the value the partition follows from");
  }
  if (const auto partitioner = reader.choice<Partitioner>("partitioner")) {
    partitioning.partitioner = *partitioner;
    if (!is_by_pointer && partitioning.by != PartitionBy::kKey)
      reader.note("partitioner", "OnlyWithKey", "goes with by: Key and by: Pointer: remove it");
  }
  reader.refuse_unknown_fields();
  return partitioning;
}

DeadLetter parse_dead_letter(JsonReader reader) {
  DeadLetter dead_letter;
  dead_letter.topic = reader.required_text("topic", kTopicReference);
  dead_letter.circuit_breaker = reader.boolean("circuitBreaker").value_or(true);
  reader.refuse_unknown_fields();
  return dead_letter;
}

RateLimit parse_rate_limit(JsonReader reader) {
  constexpr std::int64_t kMost = 1'000'000'000'000;
  RateLimit limit;
  limit.records_per_second = reader.integer("recordsPerSecond", 1, kMost);
  limit.bytes_per_second = reader.integer("bytesPerSecond", 1, kMost);
  if (!reader.has("recordsPerSecond") && !reader.has("bytesPerSecond"))
    reader.note_here("LimitNeeded", "limits nothing: set recordsPerSecond, bytesPerSecond or both");
  reader.refuse_unknown_fields();
  return limit;
}

Compression parse_compression(JsonReader reader) {
  Compression compression;
  compression.codec = reader.required_choice<Codec>("codec", Codec::kLz4);
  // librdkafka 2.8 takes -1 to 12 as compression.level, for Zstd too; -1, the codec's default, is a level
  // left out.
  if (const auto level = reader.integer("level", 0, 12)) compression.level = static_cast<int>(*level);
  reader.refuse_unknown_fields();
  return compression;
}

void check_quantities(JsonReader& reader, std::string_view field) {
  for (const auto& [name, value] : reader.entries(field, 16)) {
    const bool is_count = whole_number(*value).value_or(-1) >= 0;
    const bool is_amount = value->is_string() && is_quantity(value->get_ref<const std::string&>());
    if (is_count || is_amount) continue;
    reader.note(std::string(field) + "[" + path_key(name) + "]", "InvalidValue",
                "is not a quantity: write it as in a pod, such as 500m or 256Mi");
  }
}

void check_tolerations(JsonReader& reader) {
  for (auto& item : reader.objects("tolerations", 32, "key")) {
    item.text("key", {.max_length = 317, .expectation = {}});
    item.text("value", {.max_length = 63, .expectation = {}});
    constexpr auto is_operator = [](std::string_view text) { return text == "Equal" || text == "Exists"; };
    item.text("operator",
              {.max_length = 6, .legal = is_operator, .expectation = "is not one of Equal, Exists"});
    constexpr auto is_effect = [](std::string_view text) {
      return text == "NoSchedule" || text == "PreferNoSchedule" || text == "NoExecute";
    };
    item.text("effect", {.max_length = 16,
                         .legal = is_effect,
                         .expectation = "is not one of NoSchedule, PreferNoSchedule, NoExecute"});
    item.integer("tolerationSeconds", INT64_MIN, INT64_MAX);
    item.refuse_unknown_fields();
  }
}

PodTemplate parse_template(JsonReader reader) {
  PodTemplate pod;
  if (auto resources = reader.object("resources")) {
    check_quantities(*resources, "requests");
    check_quantities(*resources, "limits");
    resources->refuse_unknown_fields();
  }
  reader.text_map("nodeSelector", 32, kLabelValue);
  check_tolerations(reader);
  reader.entries("affinity", SIZE_MAX);
  pod.resources = reader.json_text("resources");
  pod.node_selector = reader.json_text("nodeSelector");
  pod.tolerations = reader.json_text("tolerations");
  pod.affinity = reader.json_text("affinity");
  for (auto& secret : reader.objects("imagePullSecrets", 16, "name")) {
    pod.image_pull_secrets.push_back(secret.required_text("name", kObjectName));
    secret.refuse_unknown_fields();
  }
  pod.annotations = reader.text_map("annotations", 64, kAnnotationValue);
  pod.image = reader.text("image", kImage).value_or("");
  reader.refuse_unknown_fields();
  return pod;
}

}  // namespace

Bridge parse_bridge(JsonReader reader) {
  Bridge bridge;
  bridge.name = reader.required_text("name", kDnsLabel);
  if (auto from = reader.required_object("from")) bridge.from = parse_from(*std::move(from));
  if (auto to = reader.required_object("to")) bridge.to_topic = parse_to(*std::move(to));
  if (const auto replicas = reader.integer("replicas", 1, 256)) bridge.replicas = static_cast<int>(*replicas);
  bridge.suspend = reader.boolean("suspend").value_or(false);
  bridge.guarantee = reader.choice<Guarantee>("guarantee").value_or(Guarantee::kExactlyOnce);
  if (auto deduplicate = reader.object("deduplicate")) {
    bridge.deduplicate = parse_deduplicate(*std::move(deduplicate));
  }
  if (auto time = reader.object("eventTime")) bridge.event_time = parse_event_time(*std::move(time));
  if (auto by = reader.object("partitioning")) bridge.partitioning = parse_partitioning(*std::move(by));
  if (auto compression = reader.object("compression")) {
    bridge.compression = parse_compression(*std::move(compression));
  }
  if (auto letters = reader.object("deadLetter")) bridge.dead_letter = parse_dead_letter(*std::move(letters));
  if (auto limit = reader.object("rateLimit")) bridge.rate_limit = parse_rate_limit(*std::move(limit));
  if (const auto interval = reader.text("commitInterval", kCommitInterval)) {
    bridge.commit_interval = *parse_duration(*interval);
  }
  if (auto pod = reader.object("template")) bridge.pod_template = parse_template(*std::move(pod));
  reader.refuse_unknown_fields();
  return bridge;
}

}  // namespace fusion::api
