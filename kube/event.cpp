#include "kube/event.h"

#include <xxhash.h>

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "kube/time.h"

namespace fusion::kube {
namespace {

using nlohmann::json;

constexpr std::size_t kLongestNote = 1024;
constexpr std::size_t kLongestName = 253;
constexpr const char* kReportingController = "fusion-operator.io/operator";

// At most `limit` bytes, never ending in the middle of a UTF-8 character.
std::string cut(const std::string& text, std::size_t limit) {
  if (text.size() <= limit) return text;
  auto end = limit;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

std::string to_string(Event::Type type) { return type == Event::Type::Warning ? "Warning" : "Normal"; }

// Equal for the same event once more, so that it is counted and not added.
std::string content_hash(const Event& event) {
  const json content{event.regarding_uid, to_string(event.type), event.reason, event.action, event.note};
  // A note that quotes what is not UTF-8 must not throw.
  const auto text = content.dump(-1, ' ', false, json::error_handler_t::replace);
  std::array<char, 17> hex{};
  std::snprintf(hex.data(), hex.size(), "%016llx",
                static_cast<unsigned long long>(XXH3_64bits(text.data(), text.size())));
  return hex.data();
}

ObjectKey key_of(const Event& event) {
  const auto suffix = "." + content_hash(event);
  return {event.regarding.ns.empty() ? "default" : event.regarding.ns,
          event.regarding.name.substr(0, kLongestName - suffix.size()) + suffix};
}

}  // namespace

json render(const Event& event, std::chrono::system_clock::time_point now) {
  const auto key = key_of(event);
  json regarding = {{"apiVersion", api_version(event.regarding_type)},
                    {"kind", event.regarding_type.kind},
                    {"name", event.regarding.name},
                    {"uid", event.regarding_uid}};
  if (!event.regarding.ns.empty()) regarding["namespace"] = event.regarding.ns;
  return {{"apiVersion", api_version(resources::events())},
          {"kind", resources::events().kind},
          {"metadata", {{"name", key.name}, {"namespace", key.ns}}},
          {"eventTime", format_micro_time(now)},
          {"reportingController", kReportingController},
          {"reportingInstance", event.reporting_instance},
          {"type", to_string(event.type)},
          {"reason", event.reason},
          {"action", event.action},
          {"note", cut(event.note, kLongestNote)},
          {"regarding", std::move(regarding)}};
}

Expected<void> create_event(Api& api, const Event& event, std::chrono::system_clock::time_point now) {
  const auto created = api.create(resources::events(), render(event, now));
  if (created) return {};
  if (created.error().reason != Reason::AlreadyExists) return fail(created.error());

  const auto key = key_of(event);
  const auto first = api.get(resources::events(), key);
  if (!first) return fail(first.error());
  // A series begins with the second occurrence.
  const auto series = first->find("series");
  const int count = series == first->end() || !series->is_object() ? 1 : series->value("count", 1);
  const auto counted =
      api.merge_patch(resources::events(), key,
                      {{"series", {{"count", count + 1}, {"lastObservedTime", format_micro_time(now)}}}});
  if (!counted) return fail(counted.error());
  return {};
}

}  // namespace fusion::kube
