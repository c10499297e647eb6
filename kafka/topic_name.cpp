#include "kafka/topic_name.h"

#include <algorithm>

namespace fusion::kafka {

std::optional<std::string> topic_name_problem(std::string_view name) {
  constexpr std::size_t kMaxLength = 249;
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  if (name.empty()) return "it is empty";
  if (name == "." || name == "..") return "it may not be \".\" or \"..\"";
  if (name.size() > kMaxLength) return "it is longer than 249 characters";
  if (!std::all_of(name.begin(), name.end(), allowed)) {
    return "only letters, digits, '.', '_' and '-' are allowed";
  }
  return std::nullopt;
}

}  // namespace fusion::kafka
