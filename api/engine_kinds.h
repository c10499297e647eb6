#pragma once

#include <span>
#include <string_view>

#include "api/fusion_pipeline.h"

namespace fusion::api {

/// A kind of object that the operator of an engine defines.
struct EngineKind {
  Engine engine;
  std::string_view group;
  std::string_view version;
  std::string_view kind;
  std::string_view plural;
};

/// The kinds that a stage may name.
std::span<const EngineKind> engine_kinds();

/// Null if there is no such kind. `api_version` is `group/version`.
const EngineKind* find_engine_kind(std::string_view api_version, std::string_view kind);

/// Whether some kind has it.
bool is_engine_api_version(std::string_view text);
bool is_engine_kind(std::string_view text);

}  // namespace fusion::api
