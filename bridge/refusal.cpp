#include "bridge/refusal.h"

#include "bridge/circuit_breaker.h"

namespace fusion::bridge {
namespace {

std::string place(const contract::BridgeConfig& config, std::int32_t partition, std::int64_t offset) {
  return "the record at topic " + config.from.name + " partition " + std::to_string(partition) + " offset " +
         std::to_string(offset);
}

}  // namespace

Defect defect_of(const Sink::Refused& refused) {
  return {refused.reason,
          "its topic refuses it (" + std::to_string(refused.bytes) + " bytes): " + refused.sentence,
          "change the target topic's configuration so that it takes the record"};
}

Stop stop_at(const contract::BridgeConfig& config, std::int32_t partition, std::int64_t offset,
             const Defect& defect) {
  return {ExitCode::kRefused,
          place(config, partition, offset) + " cannot be carried to topic " + config.to.name + ": " +
              defect.sentence + ". Everything before it was carried; " + defect.advice +
              ", and the bridge goes on; or declare deadLetter, so that such records are kept there"};
}

Stop stop_at_letter(const contract::BridgeConfig& config, const Sink::Refused& refused) {
  return {
      ExitCode::kRefused,
      place(config, refused.partition, refused.offset) + " cannot be carried, and topic " +
          config.dead_letter->topic.name + " does not take it as a dead letter (" +
          std::to_string(refused.bytes) + " bytes): " + refused.sentence +
          ". Everything before it was carried; change that topic's configuration, and the bridge goes on"};
}

Stop stop_at_open_breaker(const contract::BridgeConfig& config, std::int32_t partition, std::int64_t offset,
                          const Defect& defect) {
  return {ExitCode::kRefused,
          "more than half of " + std::to_string(CircuitBreaker::kRecords) +
              " records would become dead letters, the latest " + place(config, partition, offset) +
              " because " + defect.sentence + ". They were not written; " + defect.advice +
              ", or set deadLetter.circuitBreaker to false if these records are to go there"};
}

}  // namespace fusion::bridge
