#include "controllers/stages/spark_wiring.h"

#include <nlohmann/json.hpp>

namespace fusion::stages {
namespace {

using Json = nlohmann::json;

constexpr char kLocation[] = "spark.sql.streaming.checkpointLocation";

}  // namespace

std::optional<Refusal> wire_spark_conf(Json& spec, const Wiring& wiring) {
  if (wiring.mode == api::Mode::kBatch) return std::nullopt;
  auto& conf = spec["sparkConf"];
  if (conf.is_null()) conf = Json::object();
  if (!conf.is_object()) return Refusal{"spec.sparkConf", "must be an object"};
  const auto set_default = [&](const char* key, const std::string& value) {
    if (!conf.contains(key)) conf[key] = value;
  };
  // A restore takes a query back to an earlier batch, which must still be there.
  set_default("spark.sql.streaming.minBatchesToRetain", "100");
  if (!wiring.state_uri.empty()) {
    set_default(kLocation, wiring.state_uri + "/checkpoints");
    return std::nullopt;
  }
  if (conf.contains(kLocation)) return std::nullopt;
  return Refusal{std::string("spec.sparkConf[") + kLocation + "]",
                 "the stage's state is kept nowhere: declare spec.checkpoints.volume or uri, or set it"};
}

}  // namespace fusion::stages
