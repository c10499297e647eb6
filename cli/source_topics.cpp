#include "cli/source_topics.h"

#include <charconv>

namespace fusion::cli {
namespace {

std::string value_of(const kafka::Config& config, const char* key) {
  const auto found = config.find(key);
  return found == config.end() ? "" : found->second.value.value_or("");
}

std::optional<std::int64_t> retention_ms(const kafka::Config& config) {
  // With LogAppendTime the broker gives records the present time.
  if (value_of(config, "cleanup.policy").find("delete") == std::string::npos ||
      value_of(config, "message.timestamp.type") == "LogAppendTime") {
    return std::nullopt;
  }
  const auto text = value_of(config, "retention.ms");
  std::int64_t value = -1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  if (value < 0) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::string> obstacle(const ReplayRequest& request, const SourceTopic& source,
                                    std::int64_t now_ms) {
  if (request.timestamp_ms <= 0) {
    return "has the time " + std::to_string(request.timestamp_ms) +
           " ms, which Kafka's client cannot write: export it, set source.timestampMs, and replay --from";
  }
  if (request.partition && *request.partition >= source.partitions) {
    return "belongs into partition " + std::to_string(*request.partition) + " of topic " + source.name +
           ", which has " + std::to_string(source.partitions) +
           " of them: export it, take source.partition away, and replay --from";
  }
  if (source.retention_ms && request.timestamp_ms < now_ms - *source.retention_ms) {
    return "has a time older than retention.ms (" + std::to_string(*source.retention_ms) + ") of topic " +
           source.name + ", which may delete it on arrival: raise retention.ms, or give it another time";
  }
  return std::nullopt;
}

const kafka::Result<SourceTopic>& SourceTopics::find(const std::string& topic) {
  const auto found = known_.find(topic);
  if (found != known_.end()) return found->second;
  return known_.emplace(topic, ask(topic)).first->second;
}

kafka::Result<SourceTopic> SourceTopics::ask(const std::string& topic) {
  const auto described = cluster_.describe(topic);
  if (!described) return tl::make_unexpected(described.error());
  const auto config = cluster_.config(topic);
  if (!config) return tl::make_unexpected(config.error());
  return SourceTopic{topic, static_cast<std::int32_t>(described->partitions.size()), retention_ms(*config)};
}

}  // namespace fusion::cli
