#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "kube/owned_fields.h"

namespace fusion::kube {

/// Where a value stands in an object, with as much of what stands above it as its normal form depends on.
class LeafPath {
 public:
  LeafPath field(const std::string& name) const;

  /// An element of the list that this path names; by its key where the server keys such lists, else by
  /// `index`.
  LeafPath element(const nlohmann::json& element, std::size_t index) const;

  const std::string& text() const { return text_; }

  /// Resource amounts: `resources.requests.*`, `limits`, `capacity`, `sizeLimit`, `divisor`.
  bool is_quantity() const;

  /// Whether the server leaves this value out or fills it in by itself, so that it says nothing.
  bool is_noise(const nlohmann::json& value) const;

 private:
  std::string text_;
  std::string list_;    // the field whose element we are in; empty outside of lists
  std::string parent_;  // the field above
  std::string name_;    // the last field, empty for a list's element
};

/// Adds the primitive values below `value` in their normal form.
void collect_leaves(const nlohmann::json& value, const LeafPath& path, Leaves& leaves);

}  // namespace fusion::kube
