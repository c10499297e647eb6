#include <string>

#include "bridge/json_pointers.h"
#include "tests/fuzz/check.h"
#include "tests/json_tree.h"

using nlohmann::json;

namespace {

bool is_known_to_the_tree(const std::string& pointer) {
  try {
    return json::json_pointer(pointer).to_string() == pointer;
  } catch (const json::exception&) {
    return false;
  }
}

}  // namespace

/// A line that is a JSON pointer, and a record's value: as the tree of a library has it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  const auto line = std::min(input.find('\n'), input.size());
  const auto pointer = input.substr(0, line);
  const auto text = input.substr(std::min(line + 1, input.size()));
  // The pointers after the first must not disturb it.
  fusion::bridge::JsonPointers pointers({pointer, "/a/0", pointer + "/b"});
  const bool is_json = pointers.read(text);
  FUSION_CHECK(is_json == pointers.is_json());
  FUSION_CHECK(is_json || !pointers.at(0));
  // The tree takes a NUL for the end, and ends at a number that is too large for it.
  if (text.find('\0') != std::string::npos || fusion::test::is_beyond_the_tree(text)) return 0;
  const auto tree = json::parse(text, nullptr, false);
  FUSION_CHECK(is_json == !tree.is_discarded());
  if (!tree.is_discarded() && is_known_to_the_tree(pointer))
    FUSION_CHECK(fusion::test::is_as_in_the_tree(pointers.at(0), tree, pointer));
  return 0;
}
