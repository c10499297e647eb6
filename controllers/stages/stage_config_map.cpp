#include "controllers/stages/stage_config_map.h"

namespace fusion::stages {

using controllers::Failure;

std::optional<Failure> ensure_config_map(const std::string& stage, const Rendered& rendered,
                                         const StageContext& context, std::vector<Action>& actions) {
  const auto& name = rendered.config_map_name;
  for (const auto& map : context.inputs.bridges.config_maps) {
    if (map.name != name) continue;
    if (map.controller_uid == context.pipeline.metadata.uid) return std::nullopt;
    return Failure{"NameConflict",
                   "stage " + stage + " needs the name of ConfigMap " + name +
                       ", which is not controlled by this pipeline: delete it if nobody needs it, or rename "
                       "the stage",
                   true};
  }
  actions.push_back(CreateConfigMap{stage, name, rendered.config_map.dump()});
  return std::nullopt;
}

void delete_config_maps(const std::string& stage, const std::string& child, const std::string& kept,
                        const StageContext& context, std::vector<Action>& actions) {
  for (const auto& map : context.inputs.bridges.config_maps) {
    const bool is_ours = map.of_stage && map.controller_uid == context.pipeline.metadata.uid;
    if (!is_ours || map.child != child || map.name == kept || map.terminating) continue;
    actions.push_back(DeleteConfigMap{stage, map.name, map.uid});
  }
}

}  // namespace fusion::stages
