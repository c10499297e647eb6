#pragma once

#include <ostream>

#include "controllers/topics/plan.h"
#include "tests/unit/controllers/builders.h"

namespace fusion::topics {

/// Named in failure messages.
inline void PrintTo(const Action& action, std::ostream* out) {
  static const char* const kNames[] = {"CreateTopic", "AddPartitions", "SetConfig", "ResetConfig",
                                       "DeleteTopic"};
  *out << kNames[action.index()] << "(" << topic_of(action) << ")";
}

/// Over a connection of the pipeline's own.
inline Plan plan_for(const api::FusionPipeline& pipeline, const ObservedTopics& observed) {
  return plan(pipeline, observed, test::own_connection(), test::settings());
}

}  // namespace fusion::topics
