#pragma once

#include <string>

namespace fusion::bridge {

/// Why a record cannot be carried. Never quotes the record: its content is not for logs.
struct Defect {
  std::string reason;    ///< CamelCase, such as NoId
  std::string sentence;  ///< goes on after "the record at ...: "; what is wrong
  std::string advice;    ///< goes on after "; "; what to do
  bool operator==(const Defect&) const = default;
};

}  // namespace fusion::bridge
