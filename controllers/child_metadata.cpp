#include "controllers/child_metadata.h"

#include <nlohmann/json.hpp>

#include "controllers/child_name.h"
#include "controllers/children.h"

namespace fusion::controllers {

using Json = nlohmann::json;

std::map<std::string, std::string> child_labels(const api::Metadata& pipeline, char part,
                                                const std::string& name, const std::string& child) {
  const bool of_stage = part == kOfStage;
  return {{kNameLabel, of_stage ? kStageNameValue : kNameValue},
          {kManagedByLabel, kManagedByValue},
          {kComponentLabel, of_stage ? kStageComponentValue : kComponentValue},
          {kPartOfLabel, label_value(pipeline.name)},
          {kPipelineLabel, label_value(pipeline.name)},
          {of_stage ? kStageLabel : kBridgeLabel, label_value(name)},
          {kChildLabel, child}};
}

Json child_metadata(const api::Metadata& pipeline, const std::string& name,
                    const std::map<std::string, std::string>& labels) {
  return {{"name", name},
          {"namespace", pipeline.namespace_name},
          {"labels", labels},
          {"ownerReferences", Json::array({{{"apiVersion", api::kApiVersion},
                                            {"kind", api::kKind},
                                            {"name", pipeline.name},
                                            {"uid", pipeline.uid},
                                            {"controller", true},
                                            {"blockOwnerDeletion", true}}})}};
}

}  // namespace fusion::controllers
