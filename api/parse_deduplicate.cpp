#include "api/parse_deduplicate.h"

#include <string_view>
#include <utility>

#include "api/duration.h"
#include "api/text_rules.h"

namespace fusion::api {
namespace {

constexpr std::chrono::hours kMostWindowDuration{365 * 24};

/// In whole seconds, as the bridge counts.
bool is_window_duration(std::string_view text) {
  const auto duration = parse_duration(text);
  return duration && *duration <= kMostWindowDuration && text.find("ms") == std::string_view::npos;
}

constexpr TextRule kWindowDuration{
    .max_length = 16,
    .legal = is_window_duration,
    .expectation = "is not a duration from 0s to 8760h in whole seconds, such as 30m or 1h"};

void parse_id(JsonReader reader, Deduplicate& deduplicate) {
  int sources = 0;
  const auto take = [&](IdFrom from, std::string name) {
    ++sources;
    deduplicate.id_from = from;
    deduplicate.id_name = std::move(name);
  };
  // What is there and wrong is told as what it is, and not again as missing.
  const auto is_true = [&](std::string_view field) {
    return reader.boolean(field).value_or(reader.has(field));
  };
  if (reader.has("header")) take(IdFrom::kHeader, reader.text("header", kHeaderName).value_or(""));
  if (reader.has("pointer")) take(IdFrom::kPointer, reader.text("pointer", kJsonPointer).value_or(""));
  if (is_true("key")) take(IdFrom::kKey, "");
  if (is_true("record")) take(IdFrom::kRecord, "");
  const bool one_record_per_key = is_true("oneRecordPerKey");
  reader.refuse_unknown_fields();
  if (sources != 1) {
    reader.note_here("OneIdNeeded",
                     (sources == 0 ? std::string("says not what a record's id is")
                                   : std::to_string(sources) + " sources of the id are named") +
                         ": set exactly one of header, pointer, key: true and record: true");
  } else if (deduplicate.id_from == IdFrom::kKey && !one_record_per_key) {
    reader.note("oneRecordPerKey", "OneRecordPerKeyNeeded",
                "with key: true every later record of a key, an update or a tombstone, is dropped as a "
                "repeat: set it to true if a key never comes twice, else name another id");
  } else if (deduplicate.id_from != IdFrom::kKey && one_record_per_key) {
    reader.note("oneRecordPerKey", "OnlyWithKey", "says something of key: true alone: remove it");
  }
}

void parse_window(JsonReader reader, Deduplicate& deduplicate) {
  if (const auto records = reader.integer("records", 1, 100'000'000)) deduplicate.window_records = *records;
  if (const auto duration = reader.text("duration", kWindowDuration)) {
    deduplicate.window_duration =
        std::chrono::duration_cast<std::chrono::seconds>(*parse_duration(*duration));
  }
  reader.refuse_unknown_fields();
}

}  // namespace

Deduplicate parse_deduplicate(JsonReader reader) {
  Deduplicate deduplicate;
  if (auto id = reader.required_object("id")) parse_id(*std::move(id), deduplicate);
  if (auto window = reader.object("window")) parse_window(*std::move(window), deduplicate);
  if (const auto max_ids = reader.integer("maxIds", 1'000, 200'000'000)) deduplicate.max_ids = *max_ids;
  reader.refuse_unknown_fields();
  return deduplicate;
}

}  // namespace fusion::api
