#pragma once

#include <map>
#include <string>

#include "api/fusion_pipeline.h"
#include "nlohmann/json_fwd.hpp"

namespace fusion::controllers {

/// Labels of the objects and pods of one bridge or stage: `part` is kOfBridge or kOfStage, `child` the name
/// of its StatefulSet or workload.
std::map<std::string, std::string> child_labels(const api::Metadata& pipeline, char part,
                                                const std::string& name, const std::string& child);

/// `metadata` of an object that the pipeline controls.
nlohmann::json child_metadata(const api::Metadata& pipeline, const std::string& name,
                              const std::map<std::string, std::string>& labels);

}  // namespace fusion::controllers
