#include "api/parse_event_time.h"

#include <utility>

#include "api/duration.h"
#include "api/text_rules.h"

namespace fusion::api {
namespace {

constexpr std::chrono::hours kMostDuration{365 * 24};

bool is_distance(std::string_view text) {
  const auto duration = parse_duration(text);
  return duration && *duration <= kMostDuration;
}

bool is_limit(std::string_view text) {
  return is_distance(text) && *parse_duration(text) >= std::chrono::milliseconds(1);
}

constexpr TextRule kDistance{.max_length = 16,
                             .legal = is_distance,
                             .expectation = "is not a duration from 0s to 8760h, such as 500ms or 5s"};
constexpr TextRule kLimit{.max_length = 16,
                          .legal = is_limit,
                          .expectation = "is not a duration from 1ms to 8760h, such as 30s or 1m"};

void parse_from(JsonReader reader, EventTime& event_time) {
  int sources = 0;
  const auto take = [&](TimeFrom from, std::string name) {
    ++sources;
    event_time.from = from;
    event_time.name = std::move(name);
  };
  if (reader.has("header")) take(TimeFrom::kHeader, reader.text("header", kHeaderName).value_or(""));
  if (reader.has("pointer")) take(TimeFrom::kPointer, reader.text("pointer", kJsonPointer).value_or(""));
  reader.refuse_unknown_fields();
  if (sources == 1) return;
  reader.note_here("OneSourceNeeded",
                   "must name one of header and pointer; for the record's own time leave from out");
}

}  // namespace

EventTime parse_event_time(JsonReader reader) {
  EventTime event_time;
  if (auto from = reader.object("from")) parse_from(*std::move(from), event_time);
  if (const auto format = reader.choice<TimeFormat>("format")) {
    event_time.format = *format;
    if (!reader.has("from"))
      reader.note("format", "OnlyWithFrom",
                  "says how from writes the time: name a header or a pointer there, or remove it");
  }
  if (const auto late = reader.text("maxOutOfOrderness", kDistance))
    event_time.max_out_of_orderness = *parse_duration(*late);
  if (const auto idle = reader.text("idleAfter", kLimit)) event_time.idle_after = *parse_duration(*idle);
  if (const auto drift = reader.text("maxDrift", kLimit)) event_time.max_drift = *parse_duration(*drift);
  event_time.future = reader.choice<Future>("future").value_or(Future::kDeadLetter);
  reader.refuse_unknown_fields();
  return event_time;
}

}  // namespace fusion::api
