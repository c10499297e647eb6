#include "api/yaml.h"

#include <yaml-cpp/yaml.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "api/yaml_scalar.h"

namespace fusion::api {
namespace {

using nlohmann::json;

constexpr int kMaxDepth = 200;
constexpr int kMaxValues = 100'000;

/// Thrown within this file only: parse_documents makes a SyntaxError of it.
struct Refused {
  SyntaxError error;
};

[[noreturn]] void refuse(const YAML::Mark& mark, std::string message) {
  throw Refused{{mark.is_null() ? 0 : mark.line + 1, std::move(message)}};
}

class YamlConverter {
 public:
  json convert(const YAML::Node& node, int depth = 0) {
    if (depth > kMaxDepth) refuse(node.Mark(), "is nested deeper than 200 levels");
    if (++values_ > kMaxValues) refuse(node.Mark(), "has more than 100000 values");
    switch (node.Type()) {
      case YAML::NodeType::Scalar:
        return scalar(node);
      case YAML::NodeType::Sequence:
        return sequence(node, depth);
      case YAML::NodeType::Map:
        return map(node, depth);
      case YAML::NodeType::Null:
      case YAML::NodeType::Undefined:
        break;
    }
    return nullptr;
  }

 private:
  static json scalar(const YAML::Node& node) {
    const auto& tag = node.Tag();
    const bool is_text = tag == "!" || tag == "tag:yaml.org,2002:str";
    if (is_text) return node.Scalar();
    auto value = resolve_plain_scalar(node.Scalar());
    if (value.is_number_float() && std::isnan(value.get<double>())) {
      refuse(node.Mark(), node.Scalar() + " is no number that JSON has: put it in quotes");
    }
    return value;
  }

  json sequence(const YAML::Node& node, int depth) {
    auto list = json::array();
    for (const auto& item : node) list.push_back(convert(item, depth + 1));
    return list;
  }

  json map(const YAML::Node& node, int depth) {
    auto object = json::object();
    auto merged = json::object();
    for (const auto& entry : node) {
      if (entry.first.IsScalar() && entry.first.Scalar() == "<<" && entry.first.Tag() != "!") {
        merge(entry.second, depth, merged);
        continue;
      }
      const auto name = key(entry.first);
      if (object.contains(name))
        refuse(entry.first.Mark(), "key \"" + name + "\" stands here for the second time");
      object[name] = convert(entry.second, depth + 1);
    }
    for (auto& [name, value] : merged.items()) object.emplace(name, std::move(value));
    return object;
  }

  void merge(const YAML::Node& source, int depth, json& merged) {
    const auto values = convert(source, depth + 1);
    const auto add = [&](const json& object) {
      if (!object.is_object()) refuse(source.Mark(), "only objects can be merged with <<");
      for (const auto& [name, value] : object.items()) merged.emplace(name, value);
    };
    if (!values.is_array()) return add(values);
    for (const auto& value : values) add(value);
  }

  static std::string key(const YAML::Node& node) {
    if (!node.IsScalar() && !node.IsNull()) refuse(node.Mark(), "a key must be a string");
    const auto value = node.IsNull() ? json(nullptr) : scalar(node);
    return value.is_string() ? value.get<std::string>() : value.dump();
  }

  int values_ = 0;
};

/// Finds what nlohmann/json accepts silently: keys that stand twice, and nesting without end.
class JsonCheck {
 public:
  bool operator()(int depth, json::parse_event_t event, json& value) {
    if (depth > kMaxDepth) throw Refused{{0, "is nested deeper than 200 levels"}};
    if (event == json::parse_event_t::object_start) keys_.emplace_back();
    if (event == json::parse_event_t::object_end) keys_.pop_back();
    if (event == json::parse_event_t::key && !keys_.back().insert(value.get<std::string>()).second) {
      throw Refused{{0, "key " + value.dump() + " stands twice in one object"}};
    }
    return true;
  }

 private:
  std::vector<std::set<std::string>> keys_;  // of the objects that are open
};

std::vector<json> parse_json(std::string_view text) {
  JsonCheck check;
  return {json::parse(
      text, [&](int depth, json::parse_event_t event, json& value) { return check(depth, event, value); })};
}

std::vector<json> parse_yaml(const std::string& text) {
  std::vector<json> documents;
  for (const auto& node : YAML::LoadAll(text)) {
    auto document = YamlConverter().convert(node);
    if (!document.is_null()) documents.push_back(std::move(document));
  }
  return documents;
}

bool is_utf8(std::string_view text) {
  try {
    json(text).dump();
    return true;
  } catch (const json::exception&) {
    return false;
  }
}

bool begins_as_json(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '{';
}

}  // namespace

tl::expected<std::vector<json>, SyntaxError> parse_documents(std::string_view text) {
  if (!is_utf8(text)) return tl::unexpected(SyntaxError{0, "is not UTF-8 text"});
  try {
    if (begins_as_json(text) && json::accept(text)) return parse_json(text);
    return parse_yaml(std::string(text));
  } catch (const Refused& refused) {
    return tl::unexpected(refused.error);
  } catch (const YAML::Exception& error) {
    return tl::unexpected(SyntaxError{error.mark.is_null() ? 0 : error.mark.line + 1, error.msg});
  } catch (const std::exception& error) {
    return tl::unexpected(SyntaxError{0, error.what()});
  }
}

}  // namespace fusion::api
