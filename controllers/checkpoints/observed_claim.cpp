#include "controllers/checkpoints/observed_claim.h"

#include <nlohmann/json.hpp>

#include "controllers/children.h"
#include "controllers/served_object.h"

namespace fusion::checkpoints {

using namespace controllers::served;

ObservedClaim project_claim(const nlohmann::json& object) {
  ObservedClaim claim;
  claim.name = text(object, "/metadata/name");
  claim.uid = text(object, "/metadata/uid");
  claim.child = label(object, controllers::kChildLabel);
  claim.size = text(object, "/spec/resources/requests/storage");
  claim.capacity = text(object, "/status/capacity/storage");
  claim.storage_class_name = text(object, "/spec/storageClassName");
  claim.access_modes = texts(object, "/spec/accessModes");
  claim.bound = text(object, "/status/phase") == "Bound";
  claim.terminating = is_terminating(object);
  return claim;
}

}  // namespace fusion::checkpoints
