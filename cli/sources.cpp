#include "cli/sources.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

namespace fusion::cli {
namespace {

namespace fs = std::filesystem;

bool is_manifest(const fs::path& path) {
  const auto extension = path.extension();
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

}  // namespace

tl::expected<std::vector<std::string>, std::string> find_sources(const std::string& argument) {
  if (argument == "-") return std::vector{argument};
  std::error_code error;
  const auto status = fs::status(argument, error);
  if (!fs::exists(status)) return tl::unexpected(argument + ": does not exist");
  if (!fs::is_directory(status)) return std::vector{argument};
  std::vector<std::string> sources;
  for (fs::recursive_directory_iterator entry(argument, error), end; !error && entry != end;
       entry.increment(error)) {
    if (is_manifest(entry->path()) && entry->is_regular_file(error))
      sources.push_back(entry->path().string());
  }
  if (error) return tl::unexpected(argument + ": " + error.message());
  std::ranges::sort(sources);
  return sources;
}

tl::expected<std::string, std::string> read_source(const std::string& source) {
  if (source == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  std::ifstream file(source, std::ios::binary);
  if (!file) return tl::unexpected(source + ": " + std::strerror(errno));
  std::string content(std::istreambuf_iterator<char>(file), {});
  if (file.bad()) return tl::unexpected(source + ": " + std::strerror(errno));
  return content;
}

}  // namespace fusion::cli
