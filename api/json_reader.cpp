#include "api/json_reader.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "api/excerpt.h"

namespace fusion::api {
namespace {

using nlohmann::json;

std::size_t count_characters(std::string_view text) {
  return std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

std::string joined(const std::vector<std::string_view>& words) {
  std::string text;
  for (const auto word : words) text.append(text.empty() ? "" : ", ").append(word);
  return text;
}

/// The value itself where it is short, for people to recognise it.
std::string described(const json& value) {
  if (value.is_null()) return "null";
  if (value.is_boolean()) return value.dump() + " is a boolean";
  if (value.is_number()) return value.dump() + " is a number";
  if (value.is_string()) return excerpt(value.get_ref<const std::string&>()) + " is a string";
  return value.is_array() ? "this is a list" : "this is an object";
}

}  // namespace

std::optional<std::int64_t> whole_number(const json& value) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (number > INT64_MAX) return std::nullopt;
    return static_cast<std::int64_t>(number);
  }
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (!value.is_number_float()) return std::nullopt;
  const auto number = value.get<double>();
  if (std::abs(number) > 9e15 || std::trunc(number) != number) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

JsonReader::JsonReader(const json& value, std::string path, std::vector<Problem>& problems)
    : value_(value.is_object() ? &value : nullptr), path_(std::move(path)), problems_(&problems) {
  if (!value_) refuse_type(path_, value, "an object");
}

std::string JsonReader::path_of(std::string_view field) const {
  return path_.empty() ? std::string(field) : path_ + "." + std::string(field);
}

void JsonReader::note(std::string_view field, std::string reason, std::string message) {
  problems_->push_back({path_of(field), std::move(reason), std::move(message)});
}

void JsonReader::note_here(std::string reason, std::string message) {
  problems_->push_back({path_, std::move(reason), std::move(message)});
}

void JsonReader::refuse_type(const std::string& path, const json& value, std::string_view expected) {
  std::string message = described(value) + ", but must be " + std::string(expected);
  if (expected == "a string" && (value.is_number() || value.is_boolean())) message += ": put it in quotes";
  if (value.is_string() && expected != "a string" && !expected.starts_with("a list") &&
      expected != "an object") {
    message += ": without quotes";
  }
  problems_->push_back({path, "InvalidType", std::move(message)});
}

const json* JsonReader::find(std::string_view field) {
  known_.emplace_back(field);
  if (!value_) return nullptr;
  const auto found = value_->find(field);
  return found == value_->end() || found->is_null() ? nullptr : &*found;
}

void JsonReader::require(std::string_view field) {
  if (value_ && !find(field)) note(field, "MissingField", "is missing");
}

bool JsonReader::fits(const std::string& path, std::size_t size, std::size_t least, std::size_t most,
                      std::string_view things) {
  if (size >= least && size <= most) return true;
  std::string message = "has " + std::to_string(size) + " " + std::string(things) + ": ";
  message += size < least ? "at least " + std::to_string(least) : "at most " + std::to_string(most);
  problems_->push_back({path, "OutOfBounds", message + (size < least ? " is needed" : " are allowed")});
  return false;
}

std::optional<std::string> JsonReader::checked_text(const json& value, const std::string& path,
                                                    const TextRule& rule) {
  if (!value.is_string()) {
    refuse_type(path, value, "a string");
    return std::nullopt;
  }
  auto text = value.get<std::string>();
  if (text.empty() && rule.min_length > 0) {
    problems_->push_back({path, "OutOfBounds", "is empty"});
    return std::nullopt;
  }
  if (!fits(path, count_characters(text), rule.min_length, rule.max_length, "characters"))
    return std::nullopt;
  if (rule.legal && !rule.legal(text)) {
    problems_->push_back({path, "InvalidValue", excerpt(text) + " " + std::string(rule.expectation)});
    return std::nullopt;
  }
  return text;
}

std::optional<std::string> JsonReader::text(std::string_view field, const TextRule& rule) {
  const auto* value = find(field);
  return value ? checked_text(*value, path_of(field), rule) : std::nullopt;
}

std::string JsonReader::required_text(std::string_view field, const TextRule& rule) {
  require(field);
  return text(field, rule).value_or("");
}

std::optional<std::string> JsonReader::any_text(std::string_view field) {
  return text(field, {.max_length = SIZE_MAX, .expectation = {}});
}

void JsonReader::refuse_choice(std::string_view field, const std::string& value,
                               const std::vector<std::string_view>& texts) {
  note(field, "InvalidValue", excerpt(value) + " is not one of " + joined(texts));
}

std::optional<std::int64_t> JsonReader::integer(std::string_view field, std::int64_t least,
                                                std::int64_t most) {
  const auto* value = find(field);
  if (!value) return std::nullopt;
  const auto number = whole_number(*value);
  if (!number) {
    refuse_type(path_of(field), *value, "a whole number");
    return std::nullopt;
  }
  if (*number < least || *number > most) {
    note(field, "OutOfBounds",
         std::to_string(*number) + " is out of bounds: use " + std::to_string(least) + " to " +
             std::to_string(most));
    return std::nullopt;
  }
  return number;
}

std::optional<bool> JsonReader::boolean(std::string_view field) {
  const auto* value = find(field);
  if (!value) return std::nullopt;
  if (value->is_boolean()) return value->get<bool>();
  refuse_type(path_of(field), *value, "true or false");
  return std::nullopt;
}

std::optional<JsonReader> JsonReader::object(std::string_view field) {
  const auto* value = find(field);
  if (!value) return std::nullopt;
  return JsonReader(*value, path_of(field), *problems_);
}

std::optional<JsonReader> JsonReader::required_object(std::string_view field) {
  require(field);
  return object(field);
}

std::vector<JsonReader> JsonReader::objects(std::string_view field, std::size_t max_items,
                                            std::string_view key_field) {
  const auto* value = find(field);
  if (!value) return {};
  if (!value->is_array()) {
    refuse_type(path_of(field), *value, "a list");
    return {};
  }
  if (!fits(path_of(field), value->size(), 0, max_items, "items")) return {};
  std::vector<JsonReader> readers;
  for (std::size_t index = 0; index < value->size(); ++index) {
    const auto& item = (*value)[index];
    const auto key = item.is_object() ? item.find(key_field) : item.end();
    const bool has_key = item.is_object() && key != item.end() && key->is_string();
    const auto name = has_key ? key->get<std::string>() : std::to_string(index);
    readers.emplace_back(item, path_of(field) + "[" + path_key(name) + "]", *problems_);
  }
  return readers;
}

std::vector<std::string> JsonReader::texts(std::string_view field, std::size_t min_items,
                                           std::size_t max_items, const TextRule& rule) {
  const auto* value = find(field);
  if (!value) return {};
  if (!value->is_array()) {
    refuse_type(path_of(field), *value, "a list of strings");
    return {};
  }
  if (!fits(path_of(field), value->size(), min_items, max_items, "items")) return {};
  std::vector<std::string> read;
  for (std::size_t index = 0; index < value->size(); ++index) {
    auto text = checked_text((*value)[index], path_of(field) + "[" + std::to_string(index) + "]", rule);
    if (text) read.push_back(*std::move(text));
  }
  return read;
}

std::map<std::string, const json*> JsonReader::entries(std::string_view field, std::size_t max_entries) {
  const auto* value = find(field);
  if (!value) return {};
  if (!value->is_object()) {
    refuse_type(path_of(field), *value, "an object");
    return {};
  }
  if (!fits(path_of(field), value->size(), 0, max_entries, "entries")) return {};
  std::map<std::string, const json*> read;
  for (const auto& [key, entry] : value->items()) {
    if (!entry.is_null()) read.emplace(key, &entry);
  }
  return read;
}

std::map<std::string, std::string> JsonReader::text_map(std::string_view field, std::size_t max_entries,
                                                        const TextRule& rule) {
  std::map<std::string, std::string> read;
  for (const auto& [key, value] : entries(field, max_entries)) {
    auto text = checked_text(*value, path_of(field) + "[" + path_key(key) + "]", rule);
    if (text) read.emplace(key, *std::move(text));
  }
  return read;
}

std::optional<JsonText> JsonReader::json_text(std::string_view field) {
  const auto* value = find(field);
  if (!value || value->empty()) return std::nullopt;
  return value->dump(-1, ' ', false, json::error_handler_t::replace);
}

void JsonReader::refuse_unknown_fields() {
  if (!value_) return;
  std::ranges::sort(known_);
  known_.erase(std::unique(known_.begin(), known_.end()), known_.end());
  for (const auto& [key, unused] : value_->items()) {
    if (std::ranges::binary_search(known_, key)) continue;
    const std::string known = joined({known_.begin(), known_.end()});
    note(path_key(key), "UnknownField",
         known.empty() ? "is not known: nothing belongs here" : "is not known: the fields here are " + known);
  }
}

}  // namespace fusion::api
