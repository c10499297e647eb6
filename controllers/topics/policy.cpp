#include "controllers/topics/policy.h"

namespace fusion::topics {
namespace {

/// Whether `text` matches `pattern`, in which `*` stands for any text. Linear: it only ever goes back to the
/// last `*`.
bool matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::vector<std::string> patterns_for(const TopicPolicy& policy, const std::string& namespace_name) {
  if (const auto own = policy.find(namespace_name); own != policy.end()) return own->second;
  if (const auto others = policy.find("*"); others != policy.end()) return others->second;
  return {namespace_name + ".*"};
}

}  // namespace

bool allows(const TopicPolicy& policy, const std::string& namespace_name, std::string_view topic) {
  if (namespace_name.empty()) return false;
  for (const auto& pattern : patterns_for(policy, namespace_name)) {
    if (matches(pattern, topic)) return true;
  }
  return false;
}

std::string allowed_patterns(const TopicPolicy& policy, const std::string& namespace_name) {
  std::string text;
  for (const auto& pattern : patterns_for(policy, namespace_name))
    text += (text.empty() ? "" : ", ") + pattern;
  return text.empty() ? "no topics" : text;
}

}  // namespace fusion::topics
