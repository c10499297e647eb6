#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "cli/cluster.h"
#include "cli/letter.h"
#include "cli/pipeline_file.h"

namespace fusion::cli {

/// What lay in each partition at one moment.
using Look = std::map<kafka::TopicPartition, PartitionLog>;

/// Where an open transaction holds up the readers of committed records: by partition, the first offset that
/// they do not get, which is that of the transaction's first record.
using HeldPartitions = std::map<kafka::TopicPartition, std::int64_t>;

HeldPartitions held_in(const Look& look);

/// Those of `held` that a later look finds held at the same offset: the transaction is the same one. Pure.
HeldPartitions still_held(const HeldPartitions& held, const Look& later);

/// The parts of bridges' transactional ids that the pipeline's file does not tell.
struct IdParts {
  std::string installation;  ///< empty: not known
  std::string namespace_name;
};

/// The transactional id of a bridge's replica, `<installation>/<namespace>/<pipeline>/<bridge>/<ordinal>`,
/// with a word in angle brackets for what is not known.
std::string bridge_id(const IdParts& parts, const PipelineFile& pipeline, const std::string& bridge,
                      int ordinal);

/// The transactional ids of this pipeline that write the topic: of its bridges into it, as their target or
/// their dead-letter topic, and of replays of dead letters. Empty: a transaction in it is somebody else's.
/// Pure.
std::vector<std::string> possible_holders(const IdParts& parts, const PipelineFile& pipeline,
                                          const std::string& topic);

}  // namespace fusion::cli
