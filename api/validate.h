#pragma once

#include <vector>

#include "api/parse.h"

namespace fusion::api {

// The parts of validate (api/parse.h), one for each part of the spec. Each appends what it finds to
// `problems`.

/// The names that Kubernetes forbids, in metadata.
void check_metadata(const Metadata& metadata, std::vector<Problem>& problems);
/// What the schema cannot say of a connection.
void check_kafka(const Kafka& kafka, std::vector<Problem>& problems);
/// Topics named twice, names that Kafka takes for one, and fields that do not go together.
void check_topics(const std::vector<Topic>& topics, std::vector<Problem>& problems);
/// Stages named twice, topics named twice in one, stages without topics, workloads of another engine, fields
/// that do not go together, stages that wait for each other.
void check_stages(const std::vector<Stage>& stages, std::vector<Problem>& problems);
/// Fields of a bridge that do not go together, and names in its template that Kubernetes forbids.
void check_bridges(const Spec& spec, std::vector<Problem>& problems);
/// Whether guarantee and deduplicate go together, and the window fits into its memory. `path` is the
/// bridge's.
void check_deduplicate(const Bridge& bridge, const std::string& path, std::vector<Problem>& problems);
/// Whether the fields of eventTime go together. `path` is the bridge's.
void check_event_time(const Bridge& bridge, const std::string& path, std::vector<Problem>& problems);
/// Warns where a replica's share of the source topic's partitions needs more ids than it may hold.
void warn_of_short_window(const Bridge& bridge, int partitions, const std::string& path,
                          std::vector<Problem>& warnings);
/// The topics that stages and bridges name: that they are in spec.topics, have one writer each, and form no
/// cycle.
void check_flow(const Spec& spec, std::vector<Problem>& problems);

}  // namespace fusion::api
