#include <CLI/CLI.hpp>
#include <iostream>
#include <string>
#include <vector>

#include "cli/validate_command.h"

int main(int argc, char** argv) {
  CLI::App app{"Tools for FusionPipelines that need no cluster", "fusionctl"};
  app.require_subcommand(1);
  auto* validate =
      app.add_subcommand("validate",
                         "Check FusionPipelines as the operator would.\n\n"
                         "Exit code: 0 all are valid, 1 one is invalid, 2 something could not be read.");
  std::vector<std::string> files;
  validate
      ->add_option("-f,--filename", files,
                   "a YAML or JSON file, a directory of them, or - for standard input")
      ->required()
      ->type_name("FILE|DIR|-");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;  // 0: --help
  }
  return fusion::cli::validate(files, std::cout, std::cerr);
}
