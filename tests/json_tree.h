#pragma once

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "bridge/json_pointers.h"

namespace fusion::test {

/// The tree takes a number beyond the range of a double for no JSON.
inline bool is_beyond_the_tree(const std::string& text) {
  try {
    return nlohmann::json::parse(text).is_discarded();  // never: it throws
  } catch (const nlohmann::json::out_of_range&) {
    return true;
  } catch (const nlohmann::json::exception&) {
    return false;
  }
}

inline bool has_scalar(const nlohmann::json& tree, const nlohmann::json::json_pointer& place) {
  try {
    return tree.contains(place) && !tree.at(place).is_structured();
  } catch (const nlohmann::json::exception&) {
    return false;  // contains() throws at an array where the token is empty
  }
}

/// Whether the tree has there what was found. Throws where the tree knows no such pointer.
inline bool is_as_in_the_tree(const std::optional<bridge::JsonScalar>& found, const nlohmann::json& tree,
                              const std::string& pointer) {
  using Kind = bridge::JsonScalar::Kind;
  const nlohmann::json::json_pointer place(pointer);
  if (!has_scalar(tree, place)) return !found;
  if (!found) return false;
  const auto& expected = tree.at(place);
  if (expected.is_string())
    return *found == bridge::JsonScalar{Kind::kText, expected.get_ref<const std::string&>()};
  if (expected.is_number_float()) {
    return found->kind == Kind::kNumber &&
           std::strtod(std::string(found->text).c_str(), nullptr) == expected.get<double>();
  }
  const auto kind = expected.is_number() ? Kind::kNumber : expected.is_null() ? Kind::kNull : Kind::kBoolean;
  return found->kind == kind && found->text == expected.dump();
}

}  // namespace fusion::test
