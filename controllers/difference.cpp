#include "controllers/difference.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "controllers/quantity.h"

namespace fusion::controllers {
namespace {

using Json = nlohmann::json;

/// The API server drops such values.
bool is_empty(const Json& value) {
  return value.is_null() || (value.is_structured() && value.empty()) || (value.is_string() && value == "");
}

/// The key by which Kubernetes merges the items of a list; nullptr for lists that are replaced as a whole.
const char* merge_key(const std::string& field) {
  static const std::set<std::string> kByName = {"containers", "env", "ports", "volumes", "imagePullSecrets"};
  if (kByName.contains(field)) return "name";
  if (field == "volumeMounts") return "mountPath";
  if (field == "ownerReferences") return "uid";
  return nullptr;
}

bool holds_quantities(const std::string& field) { return field == "requests" || field == "limits"; }

std::string as_text(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

bool equal_quantities(const Json& a, const Json& b) {
  const auto left = Quantity::parse(as_text(a));
  const auto right = Quantity::parse(as_text(b));
  return left && right && *left == *right;
}

class Comparison {
 public:
  /// `field` is the name of the field that holds the values; items of a list have their list's.
  std::string compare(const Json& desired, const Json& actual, const std::string& path,
                      const std::string& field) {
    if (is_empty(desired)) return is_empty(actual) || desired.is_structured() ? "" : path;
    if (desired.is_object() && actual.is_object()) return compare_objects(desired, actual, path, field);
    if (desired.is_array() && actual.is_array()) return compare_lists(desired, actual, path, field);
    return desired == actual ? "" : path;
  }

 private:
  std::string compare_objects(const Json& desired, const Json& actual, const std::string& path,
                              const std::string& field) {
    for (const auto& [name, value] : desired.items()) {
      const auto inner = path.empty() ? name : path + "." + name;
      const auto found = actual.find(name);
      if (found == actual.end()) {
        if (is_empty(value)) continue;
        return inner;
      }
      if (holds_quantities(field) && equal_quantities(value, *found)) continue;
      if (auto difference = compare(value, *found, inner, name); !difference.empty()) return difference;
    }
    return "";
  }

  std::string compare_lists(const Json& desired, const Json& actual, const std::string& path,
                            const std::string& field) {
    const char* key = merge_key(field);
    if (key == nullptr) return compare_in_order(desired, actual, path, field);
    for (const auto& item : desired) {
      if (!item.is_object() || !item.contains(key)) return compare_in_order(desired, actual, path, field);
      const auto inner = path + "[" + as_text(item[key]) + "]";
      const auto found = std::find_if(actual.begin(), actual.end(), [&](const Json& other) {
        return other.is_object() && other.contains(key) && other[key] == item[key];
      });
      if (found == actual.end()) return inner;
      if (auto difference = compare(item, *found, inner, ""); !difference.empty()) return difference;
    }
    return "";
  }

  std::string compare_in_order(const Json& desired, const Json& actual, const std::string& path,
                               const std::string& field) {
    if (desired.size() != actual.size()) return path;
    for (std::size_t i = 0; i < desired.size(); ++i) {
      const auto inner = path + "[" + std::to_string(i) + "]";
      if (auto difference = compare(desired[i], actual[i], inner, field); !difference.empty())
        return difference;
    }
    return "";
  }
};

}  // namespace

std::string first_difference(const Json& desired, const Json& actual) {
  return Comparison().compare(desired, actual, "", "");
}

}  // namespace fusion::controllers
