#include "api/engine_kinds.h"

#include <algorithm>
#include <array>

namespace fusion::api {
namespace {

constexpr std::array<EngineKind, 4> kEngineKinds{
    {{Engine::kSpark, "sparkoperator.k8s.io", "v1beta2", "SparkApplication", "sparkapplications"},
     {Engine::kSpark, "spark.apache.org", "v1", "SparkApplication", "sparkapplications"},
     {Engine::kFlink, "flink.apache.org", "v1beta1", "FlinkDeployment", "flinkdeployments"},
     {Engine::kFlink, "flink.apache.org", "v1beta1", "FlinkSessionJob", "flinksessionjobs"}}};

bool has_api_version(const EngineKind& kind, std::string_view api_version) {
  return api_version.size() == kind.group.size() + 1 + kind.version.size() &&
         api_version.starts_with(kind.group) && api_version[kind.group.size()] == '/' &&
         api_version.ends_with(kind.version);
}

}  // namespace

std::span<const EngineKind> engine_kinds() { return kEngineKinds; }

const EngineKind* find_engine_kind(std::string_view api_version, std::string_view kind) {
  const auto found = std::ranges::find_if(kEngineKinds, [&](const EngineKind& known) {
    return has_api_version(known, api_version) && known.kind == kind;
  });
  return found == kEngineKinds.end() ? nullptr : &*found;
}

bool is_engine_api_version(std::string_view text) {
  return std::ranges::any_of(kEngineKinds, [&](const auto& kind) { return has_api_version(kind, text); });
}

bool is_engine_kind(std::string_view text) {
  return std::ranges::any_of(kEngineKinds, [&](const auto& kind) { return kind.kind == text; });
}

}  // namespace fusion::api
