#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/enums.h"
#include "api/parse.h"
#include "nlohmann/json_fwd.hpp"

namespace fusion::api {

/// The number, if it is whole, as the API server sees it: 6.0 is. Unset for all else and for what 64 bits
/// cannot hold.
std::optional<std::int64_t> whole_number(const nlohmann::json& value);

/// What a string field may hold.
struct TextRule {
  std::size_t min_length = 0;  ///< in characters (code points), as JSON schemas count
  std::size_t max_length = 0;
  bool (*legal)(std::string_view) = nullptr;  ///< null: any text
  std::string_view expectation;  ///< with `legal`: what is expected, such as "must be a DNS label"
};

/// Reads the fields of one JSON object, and notes what is wrong with each under its path.
///
/// A field that is missing or null counts as left out, as the API server has it. A wrong field is noted once
/// and then counts as left out too, so that reading goes on and finds the next mistake. The object and the
/// list of problems must outlive the reader. Not thread-safe.
class JsonReader {
 public:
  /// `value` should be an object; anything else is noted as a problem and reads as an empty one.
  JsonReader(const nlohmann::json& value, std::string path, std::vector<Problem>& problems);

  std::optional<std::string> text(std::string_view field, const TextRule& rule);
  std::string required_text(std::string_view field, const TextRule& rule);
  std::optional<std::int64_t> integer(std::string_view field, std::int64_t least, std::int64_t most);
  std::optional<bool> boolean(std::string_view field);

  template <typename Enum>
  std::optional<Enum> choice(std::string_view field) {
    const auto value = any_text(field);
    if (!value) return std::nullopt;
    const auto read = from_string<Enum>(*value);
    if (read) return read;
    std::vector<std::string_view> texts;
    for (const auto& name : enum_names<Enum>()) texts.push_back(name.text);
    refuse_choice(field, *value, texts);
    return std::nullopt;
  }
  template <typename Enum>
  Enum required_choice(std::string_view field, Enum otherwise) {
    require(field);
    return choice<Enum>(field).value_or(otherwise);
  }

  std::optional<JsonReader> object(std::string_view field);
  std::optional<JsonReader> required_object(std::string_view field);
  /// A list of objects; an item's path names its `key_field`, or its index where it has none.
  std::vector<JsonReader> objects(std::string_view field, std::size_t max_items, std::string_view key_field);
  std::vector<std::string> texts(std::string_view field, std::size_t min_items, std::size_t max_items,
                                 const TextRule& rule);
  std::map<std::string, std::string> text_map(std::string_view field, std::size_t max_entries,
                                              const TextRule& rule);

  /// The values of an object that is a map, by key; null ones are left out.
  std::map<std::string, const nlohmann::json*> entries(std::string_view field, std::size_t max_entries);
  /// The subtree as it stands, unless it is empty or left out. Marks the field as known.
  std::optional<JsonText> json_text(std::string_view field);

  /// Whether the field is there, whatever its type.
  bool has(std::string_view field) { return find(field) != nullptr; }
  /// Notes a problem if the field is left out.
  void require(std::string_view field);
  /// Notes each field that none of the calls before has asked for. Call it last.
  void refuse_unknown_fields();

  void note(std::string_view field, std::string reason, std::string message);
  /// Notes a problem of the object itself.
  void note_here(std::string reason, std::string message);
  std::string path_of(std::string_view field) const;

 private:
  /// The field's value; null when it is left out. Marks the field as known.
  const nlohmann::json* find(std::string_view field);
  std::optional<std::string> any_text(std::string_view field);
  std::optional<std::string> checked_text(const nlohmann::json& value, const std::string& path,
                                          const TextRule& rule);
  void refuse_choice(std::string_view field, const std::string& value,
                     const std::vector<std::string_view>& texts);
  void refuse_type(const std::string& path, const nlohmann::json& value, std::string_view expected);
  bool fits(const std::string& path, std::size_t size, std::size_t least, std::size_t most,
            std::string_view things);

  const nlohmann::json* value_;  // null when it is no object
  std::string path_;
  std::vector<Problem>* problems_;
  std::vector<std::string> known_;
};

}  // namespace fusion::api
