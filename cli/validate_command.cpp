#include "cli/validate_command.h"

#include <nlohmann/json.hpp>
#include <ostream>

#include "api/parse.h"
#include "api/yaml.h"
#include "cli/sources.h"

namespace fusion::cli {
namespace {

using nlohmann::json;

std::string text_at(const json& object, const char* name) {
  const auto value = object.is_object() ? object.find(name) : object.end();
  return value != object.end() && value->is_string() ? value->get<std::string>() : "";
}

/// `namespace/name`, or what there is of it.
std::string identity_of(const json& document) {
  if (!document.is_object() || !document.contains("metadata")) return "(no name)";
  const auto& metadata = document.at("metadata");
  const auto name = text_at(metadata, "name");
  const auto namespace_name = text_at(metadata, "namespace");
  return (namespace_name.empty() ? "" : namespace_name + "/") + (name.empty() ? "(no name)" : name);
}

class Validation {
 public:
  Validation(std::ostream& out, std::ostream& err) : out_(out), err_(err) {}

  void check_argument(const std::string& argument) {
    const auto sources = find_sources(argument);
    if (!sources) return fail(sources.error());
    for (const auto& source : *sources) check_source(source);
  }

  int finish() {
    if (documents_ == 0 && !failed_) fail("there is nothing to validate: no document was found");
    out_ << valid_ << " valid, " << invalid_ << " invalid\n";
    if (failed_) return 2;
    return invalid_ > 0 ? 1 : 0;
  }

 private:
  void check_source(const std::string& source) {
    const auto text = read_source(source);
    if (!text) return fail(text.error());
    const auto label = source == "-" ? "stdin" : source;
    const auto documents = api::parse_documents(*text);
    if (!documents) {
      const auto& error = documents.error();
      return fail(label + (error.line > 0 ? ":" + std::to_string(error.line) : "") + ": " + error.message);
    }
    for (const auto& document : *documents) check_document(label, document);
  }

  void check_document(const std::string& label, const json& document) {
    const auto api_version = text_at(document, "apiVersion");
    const auto kind = text_at(document, "kind");
    // What `kubectl get -o yaml` prints.
    if ((kind == "List" || kind == "FusionPipelineList") && document.contains("items") &&
        document["items"].is_array()) {
      for (const auto& item : document["items"]) check_document(label, item);
      return;
    }
    ++documents_;
    const bool has_envelope = !api_version.empty() && !kind.empty();
    const bool is_ours = api_version.starts_with(std::string(api::kGroup) + "/") || kind == api::kKind;
    const auto prefix = label + ": " + identity_of(document) + ": ";
    if (has_envelope && !is_ours) {
      err_ << prefix << "skipped: a " << kind << " is no " << api::kKind << "\n";
      return;
    }
    auto problems = envelope_problems(document, api_version, kind);
    if (problems.empty()) problems = pipeline_problems(document, prefix);
    for (const auto& problem : problems) err_ << prefix << api::to_string({problem}) << "\n";
    ++(problems.empty() ? valid_ : invalid_);
  }

  static std::vector<api::Problem> envelope_problems(const json& document, const std::string& api_version,
                                                     const std::string& kind) {
    if (!document.is_object()) return {{"", "InvalidType", "a document must be an object"}};
    std::vector<api::Problem> problems;
    if (api_version.empty()) problems.push_back({"apiVersion", "MissingField", "is missing"});
    if (kind.empty()) problems.push_back({"kind", "MissingField", "is missing"});
    return problems;
  }

  std::vector<api::Problem> pipeline_problems(const json& document, const std::string& prefix) {
    const auto pipeline = api::parse(document);
    if (!pipeline) return pipeline.error();
    for (const auto& warning : api::warnings(*pipeline))
      err_ << prefix << "warning: " << api::to_string({warning}) << "\n";
    return api::validate(*pipeline);
  }

  void fail(const std::string& message) {
    err_ << message << "\n";
    failed_ = true;
  }

  std::ostream& out_;
  std::ostream& err_;
  int documents_ = 0;
  int valid_ = 0;
  int invalid_ = 0;
  bool failed_ = false;
};

}  // namespace

int validate(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err) {
  Validation validation(out, err);
  for (const auto& argument : arguments) validation.check_argument(argument);
  return validation.finish();
}

}  // namespace fusion::cli
