#pragma once

#include <map>
#include <string>
#include <vector>

#include "controllers/bridges/observed_bridge.h"
#include "kafka/admin.h"

namespace fusion::bridges {

struct GroupQuestion {
  GroupToObserve group;
  int partitions = 0;  ///< of the input topic
};

/// Asks Kafka for what the groups have committed, and for the earliest and the last stable offsets of their
/// input topics.
///
/// `done` is called exactly once, on the Admin's thread, with the groups of which everything is known, by
/// bridge: a figure is never made of half an answer. Commits that an open transaction is about to replace
/// count as they were before it.
void observe(kafka::Admin& admin, std::vector<GroupQuestion> questions,
             kafka::Callback<std::map<std::string, ObservedGroup>> done);

}  // namespace fusion::bridges
