#include "api/parse_metadata.h"

#include "api/lenient_json.h"

namespace fusion::api {
namespace {

std::map<std::string, std::string> text_map(const nlohmann::json& metadata, std::string_view name) {
  std::map<std::string, std::string> read;
  const auto* map = lenient::field(metadata, name);
  if (!map || !map->is_object()) return read;
  for (const auto& [key, value] : map->items()) {
    if (auto text = lenient::text_of(value)) read.emplace(key, *std::move(text));
  }
  return read;
}

}  // namespace

Metadata metadata_from_json(const nlohmann::json& metadata) {
  return {
      .name = lenient::text(metadata, "name"),
      .namespace_name = lenient::text(metadata, "namespace"),
      .uid = lenient::text(metadata, "uid"),
      .resource_version = lenient::text(metadata, "resourceVersion"),
      .generation = lenient::integer(metadata, "generation").value_or(0),
      .finalizers = lenient::texts(metadata, "finalizers"),
      .annotations = text_map(metadata, "annotations"),
      .labels = text_map(metadata, "labels"),
      .creation_timestamp = lenient::instant(metadata, "creationTimestamp"),
      .deletion_timestamp = lenient::instant(metadata, "deletionTimestamp"),
  };
}

}  // namespace fusion::api
