#pragma once

#include <chrono>
#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "api/status.h"

namespace fusion::pipeline {

/// A status that differs from the one that the API server has.
struct Report {
  api::Status status;          ///< with its transition times
  bool progress_only = false;  ///< nothing but figures of progress differs: it may wait
};

/// Nothing if `next` says what `current` says already.
std::optional<Report> report(const api::Status& current, api::Status next, std::chrono::sys_seconds now);

/// The merge patch from one status to the other: null removes a key.
nlohmann::json status_patch(const api::Status& current, const api::Status& next);

}  // namespace fusion::pipeline
