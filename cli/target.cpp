#include "cli/target.h"

#include <CLI/CLI.hpp>
#include <utility>

#include "cli/command_config.h"
#include "cli/properties.h"
#include "cli/sources.h"

namespace fusion::cli {
namespace {

tl::expected<std::optional<PipelineFile>, std::string> read_pipeline(const TargetOptions& options) {
  if (options.file.empty()) return std::nullopt;
  const auto text = read_source(options.file);
  if (!text) return tl::unexpected(text.error());
  auto pipeline = parse_pipeline_file(*text, options.file == "-" ? "stdin" : options.file, options.pipeline);
  if (!pipeline) return tl::unexpected(pipeline.error());
  return *std::move(pipeline);
}

}  // namespace

void add_options(CLI::App& command, TargetOptions& options) {
  command
      .add_option("-f,--filename", options.file, "the pipeline's YAML or JSON file, or - for standard input")
      ->type_name("FILE|-");
  command.add_option("--pipeline", options.pipeline, "which FusionPipeline, where the file has several")
      ->type_name("NAME");
  command
      .add_option("--bootstrap-servers,--bootstrap-server", options.bootstrap_servers,
                  "Kafka's brokers; default: spec.kafka.bootstrapServers of the pipeline")
      ->type_name("HOST:PORT,...");
  command
      .add_option("--command-config", options.command_config,
                  "a properties file with TLS and SASL settings, as Kafka's own tools take it")
      ->type_name("FILE");
}

tl::expected<Target, std::string> read_target(const TargetOptions& options) {
  Target target;
  auto pipeline = read_pipeline(options);
  if (!pipeline) return tl::unexpected(pipeline.error());
  target.pipeline = *std::move(pipeline);
  if (!options.command_config.empty()) {
    const auto text = read_source(options.command_config);
    if (!text) return tl::unexpected("--command-config: " + text.error());
    auto connection = parse_command_config(parse_properties(*text), read_source);
    if (!connection) return tl::unexpected(options.command_config + ": " + connection.error());
    target.connection = *std::move(connection);
  } else if (target.pipeline && target.pipeline->needs_credentials) {
    return tl::unexpected(
        options.file +
        ": spec.kafka names Secrets, which are not read here: give TLS and SASL by --command-config");
  }
  target.connection.bootstrap_servers = options.bootstrap_servers;
  if (options.bootstrap_servers.empty() && target.pipeline)
    target.connection.bootstrap_servers = target.pipeline->bootstrap_servers;
  if (target.connection.bootstrap_servers.empty())
    return tl::unexpected(std::string("there are no brokers to ask: give --bootstrap-servers HOST:PORT"));
  return target;
}

}  // namespace fusion::cli
