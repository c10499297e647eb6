#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "nlohmann/json_fwd.hpp"

namespace fusion::api {

struct SyntaxError {
  int line = 0;  ///< from 1; 0: of the text as a whole
  std::string message;
  bool operator==(const SyntaxError&) const = default;
};

/// Reads the documents of a text as `kubectl apply -f` reads them: JSON if it begins with `{` and is JSON,
/// else YAML, documents separated by `---`, empty ones left out.
///
/// YAML becomes JSON as in Kubernetes (sigs.k8s.io/yaml): quoted scalars are strings, plain ones are booleans
/// (`true`, also `yes` and `on`), null, numbers or strings; times are strings; keys are strings; `<<` merges.
/// Stricter than kubectl, which lets the last one win: a key that stands twice in one object is an error.
/// Aliases may not blow a document up to more than 100,000 values, and nesting ends at 200 levels. Never
/// throws.
tl::expected<std::vector<nlohmann::json>, SyntaxError> parse_documents(std::string_view text);

}  // namespace fusion::api
