#include "cli/transactions_command.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "api/duration.h"
#include "cli/target.h"
#include "cli/watch_transactions.h"

namespace fusion::cli {
namespace {

struct Options {
  TargetOptions target;
  std::string namespace_name;
  std::string installation;
  std::string duration = "5s";
  std::string bridge;
  int ordinal = 0;
};

int cannot(std::ostream& err, const std::string& message) {
  err << message << "\n";
  return 2;
}

IdParts parts_of(const Options& options, const PipelineFile& pipeline) {
  return {options.installation,
          options.namespace_name.empty() ? pipeline.namespace_name : options.namespace_name};
}

int finish(const kafka::Result<std::size_t>& held, std::ostream& err) {
  if (!held) return cannot(err, held.error().message);
  return *held > 0 ? 1 : 0;
}

int list(const Options& options, std::ostream& out, std::ostream& err) {
  const auto target = read_target(options.target);
  if (!target) return cannot(err, target.error());
  const auto duration = api::parse_duration(options.duration);
  if (!duration) return cannot(err, "--for: \"" + options.duration + "\" is not a duration such as 5s or 1m");
  return finish(
      list_transactions(
          {target->connection, *target->pipeline, parts_of(options, *target->pipeline), *duration}, out, err),
      err);
}

int abort(const Options& options, std::ostream& out, std::ostream& err) {
  const auto target = read_target(options.target);
  if (!target) return cannot(err, target.error());
  const auto& pipeline = *target->pipeline;
  const auto bridge = pipeline.bridge(options.bridge);
  if (!bridge) return cannot(err, options.target.file + ": " + bridge.error());
  const auto parts = parts_of(options, pipeline);
  if (parts.namespace_name.empty())
    return cannot(err, options.target.file + ": metadata.namespace is not set: give --namespace");
  return finish(abort_transaction({target->connection, pipeline, *bridge, parts, options.ordinal}, out), err);
}

void add_selection(CLI::App& command, Options& options) {
  add_options(command, options.target);
  command.get_option("--filename")->required();
  command
      .add_option("-n,--namespace", options.namespace_name,
                  "the pipeline's namespace; default: metadata.namespace of the file")
      ->type_name("NAMESPACE");
}

CLI::Option* add_installation(CLI::App& command, Options& options) {
  return command
      .add_option("--installation-id", options.installation,
                  "the operator's: what the consumer groups of its bridges begin with")
      ->type_name("ID");
}

}  // namespace

void add_transactions(CLI::App& app, std::function<int()>& chosen, std::ostream& out, std::ostream& err) {
  const auto options = std::make_shared<Options>();
  auto* group =
      app.add_subcommand("transactions", "Find transactions that hold up readers, and end one's own");
  group->require_subcommand(1);

  auto* lister =
      group->add_subcommand("list",
                            "List the partitions of the pipeline's topics that an open transaction holds.\n\n"
                            "Exit code: 0 none, 1 there are some, 2 something could not be read.");
  add_selection(*lister, *options);
  add_installation(*lister, *options);
  lister
      ->add_option("--for", options->duration,
                   "how long a transaction must be open to be listed: more than the bridges' commitInterval")
      ->type_name("DURATION")
      ->capture_default_str();
  lister->callback(
      [=, &chosen, &out, &err] { chosen = [=, &out, &err] { return list(*options, out, err); }; });

  auto* aborter = group->add_subcommand(
      "abort",
      "End the transaction that a bridge's replica left open. A replica that runs starts anew.\n\n"
      "Exit code: 0 its topics are free, 1 another producer holds one, 2 something could not be done.");
  add_selection(*aborter, *options);
  add_installation(*aborter, *options)->required();
  aborter->add_option("--bridge", options->bridge, "the bridge")->type_name("NAME")->required();
  aborter->add_option("--ordinal", options->ordinal, "which replica: the number at the end of its pod's name")
      ->type_name("N")
      ->required()
      ->check(CLI::NonNegativeNumber);
  aborter->callback(
      [=, &chosen, &out, &err] { chosen = [=, &out, &err] { return abort(*options, out, err); }; });
}

}  // namespace fusion::cli
