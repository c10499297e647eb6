#include "contract/bridge_config.h"

#include <nlohmann/json.hpp>

#include "contract/json_fields.h"

namespace fusion::contract {
namespace {

using nlohmann::json;

json topic_to_json(const BridgeConfig::Topic& topic) { return {{"name", topic.name}, {"id", topic.id}}; }

BridgeConfig::Topic topic_from(Fields fields) {
  BridgeConfig::Topic topic{fields.filled_text("name"), fields.filled_text("id")};
  fields.finish();
  return topic;
}

json kafka_to_json(const BridgeConfig::Kafka& kafka) {
  return {{"bootstrapServers", kafka.bootstrap_servers},
          {"tls", kafka.tls},
          {"caFile", kafka.ca_file},
          {"certificateFile", kafka.certificate_file},
          {"keyFile", kafka.key_file},
          {"saslMechanism", kafka.sasl_mechanism},
          {"saslUsername", kafka.sasl_username},
          {"saslPasswordFile", kafka.sasl_password_file}};
}

BridgeConfig::Kafka kafka_from(Fields fields) {
  BridgeConfig::Kafka kafka;
  kafka.bootstrap_servers = fields.filled_text("bootstrapServers");
  kafka.tls = fields.boolean("tls");
  kafka.ca_file = fields.text("caFile");
  kafka.certificate_file = fields.text("certificateFile");
  kafka.key_file = fields.text("keyFile");
  kafka.sasl_mechanism = fields.one_of("saslMechanism", {"", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"});
  kafka.sasl_username = fields.text("saslUsername");
  kafka.sasl_password_file = fields.text("saslPasswordFile");
  fields.finish();
  return kafka;
}

json deduplicate_to_json(const BridgeConfig::Deduplicate& deduplicate) {
  return {{"idFrom", deduplicate.id_from},
          {"idName", deduplicate.id_name},
          {"windowRecords", deduplicate.window_records},
          {"windowDurationS", deduplicate.window_duration.count()},
          {"maxIds", deduplicate.max_ids}};
}

BridgeConfig::Deduplicate deduplicate_from(Fields fields) {
  BridgeConfig::Deduplicate deduplicate;
  deduplicate.id_from = fields.one_of("idFrom", {"Header", "Pointer", "Key", "Record"});
  deduplicate.id_name =
      deduplicate.id_from == "Header" ? fields.filled_text("idName") : fields.text("idName");
  deduplicate.window_records = fields.integer("windowRecords", 1, 100'000'000);
  deduplicate.window_duration = std::chrono::seconds(fields.integer("windowDurationS", 0, 31'536'000));
  deduplicate.max_ids = fields.integer("maxIds", 1'000, 200'000'000);
  fields.finish();
  return deduplicate;
}

json event_time_to_json(const BridgeConfig::EventTime& event_time) {
  json object{{"from", event_time.from},
              {"name", event_time.name},
              {"format", event_time.format},
              {"maxOutOfOrdernessMs", event_time.max_out_of_orderness.count()},
              {"future", event_time.future}};
  if (event_time.idle_after) object["idleAfterMs"] = event_time.idle_after->count();
  if (event_time.max_drift) object["maxDriftMs"] = event_time.max_drift->count();
  return object;
}

BridgeConfig::EventTime event_time_from(Fields fields) {
  constexpr std::int64_t kLongest_ms = 31'536'000'000;
  BridgeConfig::EventTime event_time;
  event_time.from = fields.one_of("from", {"Timestamp", "Header", "Pointer"});
  event_time.name = event_time.from == "Timestamp" ? fields.text("name") : fields.filled_text("name");
  event_time.format = fields.one_of("format", {"UnixMillis", "UnixMicros", "UnixSeconds", "RFC3339"});
  event_time.max_out_of_orderness =
      std::chrono::milliseconds(fields.integer("maxOutOfOrdernessMs", 0, kLongest_ms));
  event_time.future = fields.one_of("future", {"Clamp", "DeadLetter"});
  if (fields.has("idleAfterMs"))
    event_time.idle_after = std::chrono::milliseconds(fields.integer("idleAfterMs", 1, kLongest_ms));
  if (fields.has("maxDriftMs"))
    event_time.max_drift = std::chrono::milliseconds(fields.integer("maxDriftMs", 1, kLongest_ms));
  if (event_time.max_drift && !event_time.idle_after)
    fields.fail("maxDriftMs", "needs idleAfterMs: a partition without records would pause all others");
  fields.finish();
  return event_time;
}

json dead_letter_to_json(const BridgeConfig::DeadLetter& dead_letter) {
  return {{"topic", topic_to_json(dead_letter.topic)}, {"circuitBreaker", dead_letter.circuit_breaker}};
}

BridgeConfig::DeadLetter dead_letter_from(Fields fields) {
  BridgeConfig::DeadLetter dead_letter{topic_from(fields.object("topic")), fields.boolean("circuitBreaker")};
  fields.finish();
  return dead_letter;
}

json rate_limit_to_json(const BridgeConfig::RateLimit& limit) {
  auto object = json::object();
  if (limit.records_per_second) object["recordsPerSecond"] = *limit.records_per_second;
  if (limit.bytes_per_second) object["bytesPerSecond"] = *limit.bytes_per_second;
  return object;
}

BridgeConfig::RateLimit rate_limit_from(Fields fields) {
  BridgeConfig::RateLimit limit;
  if (fields.has("recordsPerSecond"))
    limit.records_per_second = fields.integer("recordsPerSecond", 1, INT64_MAX);
  if (fields.has("bytesPerSecond")) limit.bytes_per_second = fields.integer("bytesPerSecond", 1, INT64_MAX);
  fields.finish();
  return limit;
}

/// The parts that stand only where they are declared.
void take_options(Fields& fields, BridgeConfig& config) {
  if (fields.has("level")) config.level = static_cast<int>(fields.integer("level", 0, 12));
  if (fields.has("deduplicate")) config.deduplicate = deduplicate_from(fields.object("deduplicate"));
  if ((config.guarantee == "EffectivelyOnce") != config.deduplicate.has_value())
    fields.fail("guarantee", "is EffectivelyOnce with deduplicate, and with that alone");
  if (fields.has("eventTime")) config.event_time = event_time_from(fields.object("eventTime"));
  if (fields.has("deadLetter")) config.dead_letter = dead_letter_from(fields.object("deadLetter"));
  if (fields.has("rateLimit")) config.rate_limit = rate_limit_from(fields.object("rateLimit"));
}

BridgeConfig config_from(Fields& fields) {
  BridgeConfig config;
  config.pipeline = fields.filled_text("pipeline");
  config.bridge = fields.filled_text("bridge");
  config.kafka = kafka_from(fields.object("kafka"));
  config.from = topic_from(fields.object("from"));
  config.to = topic_from(fields.object("to"));
  config.group = fields.filled_text("group");
  config.start_from = fields.one_of("startFrom", {"Earliest", "Latest", "Timestamp"});
  config.start_timestamp_ms = fields.integer("startTimestampMs", 0, INT64_MAX);
  config.guarantee = fields.one_of("guarantee", {"AtLeastOnce", "ExactlyOnce", "EffectivelyOnce"});
  config.partition_by = fields.one_of("partitionBy", {"Key", "Pointer", "Preserve", "RoundRobin"});
  config.partition_pointer = config.partition_by == "Pointer" ? fields.filled_text("partitionPointer")
                                                              : fields.text("partitionPointer");
  config.partitioner = fields.one_of("partitioner", {"Murmur2Random", "ConsistentRandom"});
  config.codec = fields.one_of("codec", {"None", "Gzip", "Snappy", "Lz4", "Zstd"});
  config.commit_interval = std::chrono::milliseconds(
      fields.integer("commitIntervalMs", 1, BridgeConfig::kLongestCommitInterval.count()));
  config.state_directory = fields.text("stateDirectory");
  take_options(fields, config);
  fields.finish();
  return config;
}

}  // namespace

std::string to_json(const BridgeConfig& config) {
  json object{{"version", BridgeConfig::kVersion},
              {"pipeline", config.pipeline},
              {"bridge", config.bridge},
              {"kafka", kafka_to_json(config.kafka)},
              {"from", topic_to_json(config.from)},
              {"to", topic_to_json(config.to)},
              {"group", config.group},
              {"startFrom", config.start_from},
              {"startTimestampMs", config.start_timestamp_ms},
              {"guarantee", config.guarantee},
              {"partitionBy", config.partition_by},
              {"partitionPointer", config.partition_pointer},
              {"partitioner", config.partitioner},
              {"codec", config.codec},
              {"commitIntervalMs", config.commit_interval.count()},
              {"stateDirectory", config.state_directory}};
  if (config.level) object["level"] = *config.level;
  if (config.deduplicate) object["deduplicate"] = deduplicate_to_json(*config.deduplicate);
  if (config.event_time) object["eventTime"] = event_time_to_json(*config.event_time);
  if (config.dead_letter) object["deadLetter"] = dead_letter_to_json(*config.dead_letter);
  if (config.rate_limit) object["rateLimit"] = rate_limit_to_json(*config.rate_limit);
  return object.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

tl::expected<BridgeConfig, std::string> parse_bridge_config(std::string_view text) {
  auto object = json::parse(text, nullptr, false);
  if (object.is_discarded()) return tl::unexpected(std::string("bridge configuration: is not JSON"));
  std::string error;
  Fields fields(std::move(object), "", error);
  if (error.empty()) fields.expect_version(BridgeConfig::kVersion);
  if (!error.empty()) return tl::unexpected(error);
  auto config = config_from(fields);
  if (!error.empty()) return tl::unexpected(error);
  return config;
}

}  // namespace fusion::contract
