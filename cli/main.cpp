#include <CLI/CLI.hpp>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "cli/dead_letters_command.h"
#include "cli/transactions_command.h"
#include "cli/validate_command.h"

namespace {

void add_validate(CLI::App& app, std::function<int()>& chosen, std::vector<std::string>& files) {
  auto* validate =
      app.add_subcommand("validate",
                         "Check FusionPipelines as the operator would.\n\n"
                         "Exit code: 0 all are valid, 1 one is invalid, 2 something could not be read.");
  validate
      ->add_option("-f,--filename", files,
                   "a YAML or JSON file, a directory of them, or - for standard input")
      ->required()
      ->type_name("FILE|DIR|-");
  validate->callback([&] { chosen = [&] { return fusion::cli::validate(files, std::cout, std::cerr); }; });
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Tools for FusionPipelines", "fusionctl"};
  app.require_subcommand(1);
  std::function<int()> chosen;
  std::vector<std::string> files;
  add_validate(app, chosen, files);
  fusion::cli::add_dead_letters(app, chosen, std::cout, std::cerr);
  fusion::cli::add_transactions(app, chosen, std::cout, std::cerr);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;  // 0: --help
  }
  return chosen();
}
