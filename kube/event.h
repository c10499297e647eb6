#pragma once

#include <chrono>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "kube/api.h"

namespace fusion::kube {

/// Something that a user should be told about one object, shown by `kubectl describe`.
struct Event {
  enum class Type { Normal, Warning };

  Type type = Type::Normal;
  ResourceType regarding_type = {};
  ObjectKey regarding = {};
  std::string regarding_uid = {};
  std::string reason = {};              ///< CamelCase, at most 128 characters
  std::string action = {};              ///< what the operator did or tried, CamelCase: "CreateTopic"
  std::string note = {};                ///< a sentence; cut at 1 kB as the API asks
  std::string reporting_instance = {};  ///< the operator's pod
};

/// The object of events.k8s.io/v1. Its name is a function of everything but the time, so that a repeated
/// event meets its first one.
nlohmann::json render(const Event& event, std::chrono::system_clock::time_point now);

/// Creates the event; if the same one is already there, counts it in its `series` instead of adding another.
/// In a namespace that is being deleted the server answers Forbidden: log it and go on.
Expected<void> create_event(Api& api, const Event& event, std::chrono::system_clock::time_point now);

}  // namespace fusion::kube
