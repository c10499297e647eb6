#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/json_tokens.h"

namespace fusion::bridge {

/// A JSON value that is neither an object nor an array.
struct JsonScalar {
  enum class Kind { kText, kNumber, kBoolean, kNull };
  Kind kind = Kind::kNull;
  /// Of a text its characters, in UTF-8, without quotes and escapes. Of a number its exact decimal digits,
  /// equal for equal numbers however they were written: 1, 1.0 and 10e-1 are all `1`, and 1e-3 is `0.001`;
  /// numbers of more than 40 places stand as digits and a power of ten, such as `12e50`. Else `true`,
  /// `false`, `null`.
  std::string_view text;
  bool operator==(const JsonScalar&) const = default;
};

/// Finds the scalars at some JSON pointers (RFC 6901) in JSON texts, each text in one pass, without building
/// its tree.
///
/// Of a name that an object holds twice the last one counts, as in a tree. Objects and arrays are not found.
/// Nesting needs a bit of memory a level, and no stack. Buffers are kept for the next text.
///
/// Not thread-safe.
class JsonPointers {
 public:
  /// A text that is no JSON pointer (it begins with something else than `/` and is not empty) finds nothing.
  explicit JsonPointers(const std::vector<std::string>& pointers);

  /// False if the whole text is not JSON (RFC 8259) in UTF-8: then nothing is found.
  bool read(std::string_view text);

  /// What the last `read` answered; false before the first.
  bool is_json() const { return is_json_; }

  /// What the pointer of that index, in the order of the constructor, found in the last text. Good until the
  /// next `read`.
  std::optional<JsonScalar> at(std::size_t pointer) const;

 private:
  struct Step {
    std::string name;
    std::optional<std::size_t> index;  ///< if it can be one
  };
  struct Place {
    bool is_pointer = false;
    std::vector<Step> steps;
    std::size_t open = 0;  ///< of the open objects and arrays so many, from the root on, lead here
    bool next = false;     ///< the next value leads here, if all that are open do
    std::optional<JsonScalar::Kind> found;
    std::string text;
  };

  void follow(JsonTokens::Kind token);
  template <class Leads>
  void value(Leads leads);
  void begin(std::optional<std::size_t> first_index);
  void end();
  void name();
  void scalar(JsonTokens::Kind token);

  JsonTokens tokens_;
  std::vector<Place> places_;
  /// Of each open object or array that may lead to a place, from the root on: an array's next index; none: an
  /// object.
  std::vector<std::optional<std::size_t>> levels_;
  std::size_t depth_ = 0;  ///< objects and arrays that are open
  std::string name_;       ///< of the value to come, if it was escaped
  bool is_json_ = false;
};

}  // namespace fusion::bridge
