#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace fusion::cli {

/// What the commands that talk to Kafka need to know of a FusionPipeline.
struct PipelineFile {
  struct Bridge {
    std::string name;
    std::string from;
    std::string to;
    std::string dead_letter;  ///< empty: none
    int replicas = 1;
    bool operator==(const Bridge&) const = default;
  };

  std::string namespace_name;  ///< empty: the file does not say
  std::string name;
  std::vector<std::string> topics;
  std::vector<Bridge> bridges;
  std::string bootstrap_servers;   ///< of spec.kafka; empty: the operator's default connection
  bool needs_credentials = false;  ///< spec.kafka names Secrets, which are not in the file
  bool operator==(const PipelineFile&) const = default;

  /// The bridge of that name. The error names those that there are.
  tl::expected<Bridge, std::string> bridge(std::string_view bridge_name) const;
};

/// Finds the pipeline `name` in a text of YAML or JSON documents, or the only one there is where `name` is
/// empty. `source` is what messages call the text.
///
/// Reads no more than the fields above and judges none of them: a pipeline that the operator refuses, or one
/// of a newer version, has dead letters and transactions all the same. Never throws.
tl::expected<PipelineFile, std::string> parse_pipeline_file(std::string_view text, const std::string& source,
                                                            const std::string& name);

}  // namespace fusion::cli
