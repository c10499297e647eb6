#include "contract/bridge_config.h"

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>

namespace fusion::contract {
namespace {

using nlohmann::json;

/// Takes fields off a JSON object and remembers the first mistake; what is left over at the end is unknown.
class Fields {
 public:
  Fields(json object, std::string path, std::string& error)
      : object_(std::move(object)), path_(std::move(path)), error_(&error) {
    if (object_.is_object() || !error.empty()) return;
    // Here path_ ends in the object's own name and a dot, or is empty.
    error = "bridge configuration: " + path_;
    if (!path_.empty()) error.back() = ' ';
    error += "must be an object";
  }

  Fields object(const char* name) { return {take(name), path_ + name + ".", *error_}; }

  std::string text(const char* name) {
    const auto value = take(name);
    if (value.is_string()) return value.get<std::string>();
    fail(name, "must be a string");
    return "";
  }

  std::string filled_text(const char* name) {
    auto value = text(name);
    if (value.empty()) fail(name, "must not be empty");
    return value;
  }

  std::string one_of(const char* name, std::initializer_list<const char*> allowed) {
    auto value = text(name);
    if (std::ranges::find(allowed, value) == allowed.end())
      fail(name, "has the unknown value \"" + value + "\"");
    return value;
  }

  std::int64_t integer(const char* name, std::int64_t least, std::int64_t most) {
    const auto value = take(name);
    if (value.is_number_integer() && value >= least && value <= most) return value.get<std::int64_t>();
    fail(name, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return least;
  }

  bool boolean(const char* name) {
    const auto value = take(name);
    if (value.is_boolean()) return value.get<bool>();
    fail(name, "must be true or false");
    return false;
  }

  /// To be called first of all, because another version may have any other fields.
  void expect_version(int version) {
    const auto value = take("version");
    if (!value.is_null() && value != version) {
      fail("version",
           value.dump() + " is not the version " + std::to_string(version) + " that this program reads");
    }
  }

  bool has(const char* name) const { return object_.is_object() && object_.contains(name); }

  void finish() {
    if (object_.is_object() && !object_.empty())
      fail(object_.begin().key().c_str(), "is not known to this version");
  }

 private:
  json take(const char* name) {
    if (!has(name)) {
      fail(name, "is missing");
      return nullptr;
    }
    auto value = std::move(object_[name]);
    object_.erase(name);
    return value;
  }

  void fail(const char* name, const std::string& what) {
    if (error_->empty()) *error_ = "bridge configuration: " + path_ + name + " " + what;
  }

  json object_;
  std::string path_;
  std::string* error_;
};

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
  config.partition_by = fields.one_of("partitionBy", {"Key", "Preserve", "RoundRobin"});
  config.codec = fields.one_of("codec", {"None", "Gzip", "Snappy", "Lz4", "Zstd"});
  if (fields.has("level")) config.level = static_cast<int>(fields.integer("level", 0, 12));
  config.commit_interval = std::chrono::milliseconds(
      fields.integer("commitIntervalMs", 1, BridgeConfig::kLongestCommitInterval.count()));
  if (fields.has("deduplicate")) config.deduplicate = deduplicate_from(fields.object("deduplicate"));
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
              {"partitionBy", config.partition_by},
              {"codec", config.codec},
              {"commitIntervalMs", config.commit_interval.count()}};
  if (config.level) object["level"] = *config.level;
  if (config.deduplicate) object["deduplicate"] = deduplicate_to_json(*config.deduplicate);
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
