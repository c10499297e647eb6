#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "cli/pipeline_file.h"
#include "kafka/connection.h"

namespace CLI {
class App;
}

namespace fusion::cli {

/// What a user says about where a command shall work, as options of the command line.
struct TargetOptions {
  std::string file;      ///< -f: a pipeline's file, or -
  std::string pipeline;  ///< which one of the file
  std::string bootstrap_servers;
  std::string command_config;  ///< a file as Kafka's own tools take it
};

/// Adds them to a subcommand; `options` must outlive the parsing.
void add_options(CLI::App& command, TargetOptions& options);

/// Where to work: the pipeline, if a file was given, and the connection.
struct Target {
  std::optional<PipelineFile> pipeline;
  kafka::Connection connection;
};

/// Reads the files that the options name. The connection is that of `--command-config` to
/// `--bootstrap-servers`, or to the servers of the pipeline's spec.kafka. The error is a sentence that names
/// the file or the option.
tl::expected<Target, std::string> read_target(const TargetOptions& options);

}  // namespace fusion::cli
