#include "api/validate.h"

namespace fusion::api {

void check_event_time(const Bridge& bridge, const std::string& path, std::vector<Problem>& problems) {
  if (!bridge.event_time || !bridge.event_time->max_drift || bridge.event_time->idle_after) return;
  problems.push_back(
      {path + ".eventTime.maxDrift", "IdleAfterNeeded",
       "needs idleAfter: a partition that gets no records would hold back all others for ever"});
}

}  // namespace fusion::api
