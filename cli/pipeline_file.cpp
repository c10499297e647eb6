#include "cli/pipeline_file.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "api/fusion_pipeline.h"
#include "api/yaml.h"

namespace fusion::cli {
namespace {

using nlohmann::json;

/// What is there, or null: of any JSON value, at any depth.
json at(const json& value, const char* pointer) {
  const json::json_pointer path(pointer);
  return value.contains(path) ? value.at(path) : json();
}

std::string text_at(const json& value, const char* pointer) {
  const auto found = at(value, pointer);
  return found.is_string() ? found.get<std::string>() : "";
}

json list_at(const json& value, const char* pointer) {
  auto found = at(value, pointer);
  return found.is_array() ? found : json::array();
}

PipelineFile::Bridge bridge_of(const json& item) {
  PipelineFile::Bridge bridge{text_at(item, "/name"), text_at(item, "/from/topic"),
                              text_at(item, "/to/topic"), text_at(item, "/deadLetter/topic")};
  const auto replicas = at(item, "/replicas");
  if (replicas.is_number_integer()) bridge.replicas = replicas.get<int>();
  return bridge;
}

PipelineFile pipeline_of(const json& document) {
  PipelineFile pipeline;
  pipeline.namespace_name = text_at(document, "/metadata/namespace");
  pipeline.name = text_at(document, "/metadata/name");
  for (const auto& item : list_at(document, "/spec/topics"))
    pipeline.topics.push_back(text_at(item, "/name"));
  for (const auto& item : list_at(document, "/spec/bridges")) pipeline.bridges.push_back(bridge_of(item));
  pipeline.bootstrap_servers = text_at(document, "/spec/kafka/bootstrapServers");
  pipeline.needs_credentials =
      !at(document, "/spec/kafka/tls").is_null() || !at(document, "/spec/kafka/sasl").is_null();
  return pipeline;
}

/// Documents, and the items of lists as `kubectl get -o yaml` prints them.
void collect(const json& document, std::vector<PipelineFile>& pipelines) {
  if (text_at(document, "/kind") == api::kKind) pipelines.push_back(pipeline_of(document));
  for (const auto& item : list_at(document, "/items")) collect(item, pipelines);
}

std::string joined(const auto& items, auto text_of) {
  std::string text;
  for (const auto& item : items) text += (text.empty() ? "" : ", ") + text_of(item);
  return text.empty() ? "none" : text;
}

}  // namespace

tl::expected<PipelineFile::Bridge, std::string> PipelineFile::bridge(std::string_view bridge_name) const {
  for (const auto& candidate : bridges) {
    if (candidate.name == bridge_name) return candidate;
  }
  return tl::unexpected("pipeline " + name + " has no bridge " + std::string(bridge_name) +
                        "; it has: " + joined(bridges, [](const Bridge& item) { return item.name; }));
}

tl::expected<PipelineFile, std::string> parse_pipeline_file(std::string_view text, const std::string& source,
                                                            const std::string& name) {
  const auto documents = api::parse_documents(text);
  if (!documents) {
    const auto& error = documents.error();
    return tl::unexpected(source + (error.line > 0 ? ":" + std::to_string(error.line) : "") + ": " +
                          error.message);
  }
  std::vector<PipelineFile> pipelines;
  for (const auto& document : *documents) collect(document, pipelines);
  const auto names = joined(pipelines, [](const PipelineFile& item) { return item.name; });
  if (!name.empty()) {
    std::erase_if(pipelines, [&](const PipelineFile& item) { return item.name != name; });
    if (pipelines.empty())
      return tl::unexpected(source + ": has no FusionPipeline " + name + "; it has: " + names);
  }
  if (pipelines.empty()) return tl::unexpected(source + ": has no FusionPipeline");
  if (pipelines.size() > 1)
    return tl::unexpected(source + ": has several FusionPipelines: say which one by --pipeline: " + names);
  return std::move(pipelines.front());
}

}  // namespace fusion::cli
