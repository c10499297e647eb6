#include "kube/object_leaves.h"

#include <array>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "kube/quantity.h"

namespace fusion::kube {
namespace {

using nlohmann::json;

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The fields that identify an element of `list`, as `x-kubernetes-list-map-keys` of the kinds that we render
// say.
std::vector<std::string> keys_of(std::string_view list, const json& element) {
  if (is_one_of(list, {"containers", "initContainers", "env", "volumes", "imagePullSecrets"}))
    return {"name"};
  if (list == "volumeMounts") return {"mountPath"};
  if (list == "volumeDevices") return {"devicePath"};
  if (list == "ports") return {element.contains("containerPort") ? "containerPort" : "port", "protocol"};
  if (list == "ownerReferences") return {"uid"};
  if (list == "topologySpreadConstraints") return {"topologyKey", "whenUnsatisfiable"};
  if (list == "hostAliases") return {"ip"};
  return {};
}

std::string key_text(std::string_view list, const json& element) {
  std::string text;
  for (const auto& key : keys_of(list, element)) {
    auto it = element.find(key);
    std::string value;
    if (it != element.end()) {
      value = it->dump();
    } else if (key == "protocol") {
      value = "\"TCP\"";  // the server's default, and part of the key
    } else {
      return {};
    }
    text += (text.empty() ? "" : ",") + key + "=" + value;
  }
  return text;
}

std::string normal_form(const json& value, const LeafPath& path) {
  if (path.is_quantity()) {
    const auto text = value.is_string() ? value.get<std::string>() : value.dump();
    if (const auto quantity = Quantity::parse(text)) return "quantity " + quantity->canonical() + "n";
  }
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

LeafPath LeafPath::field(const std::string& name) const {
  LeafPath path;
  path.text_ = text_ + "." + name;
  path.list_ = list_;
  path.parent_ = name_;
  path.name_ = name;
  return path;
}

LeafPath LeafPath::element(const json& element, std::size_t index) const {
  LeafPath path;
  std::string key;
  if (element.is_object()) key = key_text(name_, element);
  if (name_ == "finalizers" && element.is_string()) key = element.dump();
  path.text_ = text_ + "[" + (key.empty() ? std::to_string(index) : key) + "]";
  path.list_ = name_;
  return path;
}

bool LeafPath::is_quantity() const {
  return is_one_of(parent_, {"requests", "limits", "capacity"}) || is_one_of(name_, {"sizeLimit", "divisor"});
}

bool LeafPath::is_noise(const json& value) const {
  if (value.is_null()) return true;
  if (value.is_array() && value.empty()) return true;
  if (value.is_object() && value.empty()) {
    return is_one_of(name_, {"nodeSelector", "labels", "annotations", "limits", "requests", "data",
                             "binaryData", "matchLabels"});
  }
  if (list_ == "env") {
    if (name_ == "value") return value.is_string() && value.get_ref<const std::string&>().empty();
    if (parent_ == "fieldRef" && name_ == "apiVersion") return value == "v1";
    if (name_ == "divisor") return value == "0" || value == 0;
  }
  // The server fills in the claim template, which it takes as a whole.
  if (list_ == "volumeClaimTemplates") {
    if (parent_.empty()) return is_one_of(name_, {"apiVersion", "kind", "status"});
    return parent_ == "spec" && name_ == "volumeMode" && value == "Filesystem";
  }
  // A port's default protocol already stands in its key.
  return list_ == "ports" && name_ == "protocol" && value == "TCP";
}

void collect_leaves(const json& value, const LeafPath& path, Leaves& leaves) {
  if (path.is_noise(value)) return;
  if (value.is_object() && !value.empty()) {
    for (const auto& [name, inner] : value.items()) collect_leaves(inner, path.field(name), leaves);
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i)
      collect_leaves(value[i], path.element(value[i], i), leaves);
  } else {
    leaves[path.text()] = normal_form(value, path);
  }
}

}  // namespace fusion::kube
