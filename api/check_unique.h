#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "api/parse.h"

namespace fusion::api {

/// Notes each name that was in the list before. `list` is the path of the list, `noun` what its items are,
/// and `name_of` makes the name of an item.
template <typename Items, typename Name>
void check_unique(const Items& items, Name name_of, const std::string& list, const std::string& noun,
                  std::vector<Problem>& problems) {
  std::set<std::string> seen;
  for (const auto& item : items) {
    const std::string& name = std::invoke(name_of, item);
    if (seen.insert(name).second) continue;
    problems.push_back(
        {list + "[" + name + "]", "DuplicateName", noun + " " + name + " is listed twice: keep one"});
  }
}

}  // namespace fusion::api
