#include "bridge/refusal.h"

namespace fusion::bridge {
namespace {

std::string place(const contract::BridgeConfig& config, std::int32_t partition, std::int64_t offset) {
  return "the record at topic " + config.from.name + " partition " + std::to_string(partition) + " offset " +
         std::to_string(offset);
}

}  // namespace

Stop refused_by_target(const contract::BridgeConfig& config, const Sink::Refused& refused) {
  return {ExitCode::kRefused,
          "topic " + config.to.name + " refuses " + place(config, refused.partition, refused.offset) + " (" +
              std::to_string(refused.bytes) + " bytes): " + refused.reason +
              ". Everything before it was carried; change the target topic's configuration so that it takes "
              "the record, and the bridge goes on"};
}

Stop refused_without_id(const contract::BridgeConfig& config, std::int32_t partition, std::int64_t offset,
                        const std::string& why) {
  return {ExitCode::kRefused,
          place(config, partition, offset) + " cannot be told from a repeat: " + why +
              ". Everything before it was carried; have the id written, or take it from somewhere else "
              "(deduplicate.id), and the bridge goes on"};
}

}  // namespace fusion::bridge
