#include "cli/dead_letters_command.h"

#include <CLI/CLI.hpp>
#include <chrono>
#include <fstream>
#include <memory>
#include <ostream>

#include "cli/replay_letters.h"
#include "cli/show_letters.h"
#include "cli/sources.h"
#include "cli/target.h"

namespace fusion::cli {
namespace {

template <class T>
using Expected = tl::expected<T, std::string>;

struct Options {
  TargetOptions target;
  std::string bridge;
  std::string topic;
  std::vector<std::string> reasons;
  std::string since;
  std::string output;
  std::string mended_file;
  bool dry_run = false;
};

std::int64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

/// Sets the topic, and the source of the letters where a bridge was named.
Expected<void> find_topic(const Options& options, const Target& target, LetterTask& task) {
  task.topic = options.topic;
  if (options.bridge.empty()) {
    if (options.topic.empty())
      return tl::unexpected(std::string("which letters? Give -f FILE --bridge NAME, or --topic TOPIC"));
    return {};
  }
  if (!target.pipeline)
    return tl::unexpected(std::string("--bridge needs the pipeline's file: give -f FILE"));
  const auto bridge = target.pipeline->bridge(options.bridge);
  if (!bridge) return tl::unexpected(options.target.file + ": " + bridge.error());
  task.filter.source = bridge->from;
  if (task.topic.empty()) task.topic = bridge->dead_letter;
  if (task.topic.empty()) {
    return tl::unexpected(options.target.file + ": spec.bridges[" + bridge->name +
                          "].deadLetter is not set: if it was before, give its topic by --topic");
  }
  return {};
}

Expected<LetterTask> task_of(const Options& options) {
  LetterTask task;
  const auto target = read_target(options.target);
  if (!target) return tl::unexpected(target.error());
  task.connection = target->connection;
  if (auto found = find_topic(options, *target, task); !found) return tl::unexpected(found.error());
  task.filter.reasons = options.reasons;
  if (!options.since.empty()) {
    const auto since = parse_since(options.since, now_ms());
    if (!since) return tl::unexpected(since.error());
    task.filter.since_ms = *since;
  }
  return task;
}

int cannot(std::ostream& err, const std::string& message) {
  err << message << "\n";
  return 2;
}

int list(const Options& options, std::ostream& out, std::ostream& err) {
  const auto task = task_of(options);
  if (!task) return cannot(err, task.error());
  const auto listed = list_letters(*task, out, err);
  return listed ? 0 : cannot(err, listed.error().message);
}

int export_to(const Options& options, std::ostream& out, std::ostream& err) {
  const auto task = task_of(options);
  if (!task) return cannot(err, task.error());
  std::ofstream file;
  if (!options.output.empty()) {
    file.open(options.output, std::ios::binary | std::ios::trunc);
    if (!file) return cannot(err, "--output: cannot write " + options.output);
  }
  const auto exported = export_letters(*task, options.output.empty() ? out : file, err);
  return exported ? 0 : cannot(err, exported.error().message);
}

int replay(const Options& options, std::ostream& out, std::ostream& err) {
  ReplayWish wish;
  const auto task = task_of(options);
  if (!task) return cannot(err, task.error());
  wish.task = *task;
  wish.dry_run = options.dry_run;
  if (!options.mended_file.empty()) {
    auto text = read_source(options.mended_file);
    if (!text) return cannot(err, "--from: " + text.error());
    wish.mended = *std::move(text);
  }
  const auto left = replay_letters(wish, out, err);
  if (!left) return cannot(err, left.error().message);
  return *left > 0 ? 1 : 0;
}

void add_selection(CLI::App& command, Options& options) {
  add_options(command, options.target);
  command
      .add_option("--bridge", options.bridge,
                  "a bridge of the pipeline: its dead-letter topic, and the letters of its source")
      ->type_name("NAME");
  command.add_option("--topic", options.topic, "the dead-letter topic, with the letters of all sources")
      ->type_name("TOPIC");
  command
      .add_option("--error", options.reasons, "only letters of this reason, such as NoId; may be repeated")
      ->type_name("REASON");
  command
      .add_option("--since", options.since,
                  "only what became a letter at this time or later: 2026-01-31T08:00:00Z, or 90m ago")
      ->type_name("TIME");
}

}  // namespace

void add_dead_letters(CLI::App& app, std::function<int()>& chosen, std::ostream& out, std::ostream& err) {
  const auto options = std::make_shared<Options>();
  auto* group = app.add_subcommand("dead-letters", "Look at what bridges could not carry, and put it back");
  group->require_subcommand(1);

  auto* lister = group->add_subcommand("list", "Count the letters by error");
  add_selection(*lister, *options);
  lister->callback(
      [=, &chosen, &out, &err] { chosen = [=, &out, &err] { return list(*options, out, err); }; });

  auto* exporter = group->add_subcommand(
      "export", "Write the letters that were not put back as lines of JSON, to be mended");
  add_selection(*exporter, *options);
  exporter->add_option("-o,--output", options->output, "a file instead of standard output")
      ->type_name("FILE");
  exporter->callback(
      [=, &chosen, &out, &err] { chosen = [=, &out, &err] { return export_to(*options, out, err); }; });

  auto* replayer = group->add_subcommand(
      "replay",
      "Put letters back into the topic they came from, each exactly once, however often it is called.\n\n"
      "Exit code: 0 all that were selected, 1 some had to be left, 2 something could not be read or "
      "written.");
  add_selection(*replayer, *options);
  replayer
      ->add_option("--from", options->mended_file,
                   "lines of JSON, as export writes them: exactly these letters, as they stand there")
      ->type_name("FILE|-")
      ->excludes("--error")
      ->excludes("--since");
  replayer->add_flag("--dry-run", options->dry_run, "say what would be done, and do nothing");
  replayer->callback(
      [=, &chosen, &out, &err] { chosen = [=, &out, &err] { return replay(*options, out, err); }; });
}

}  // namespace fusion::cli
