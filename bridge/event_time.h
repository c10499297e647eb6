#pragma once

#include <librdkafka/rdkafka.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "bridge/json_pointers.h"

namespace fusion::bridge {

/// Where a record's event time is, and how it is written there.
struct EventTimeRule {
  enum class From { kTimestamp, kHeader, kPointer };
  enum class Format { kUnixMillis, kUnixMicros, kUnixSeconds, kRfc3339 };

  From from = From::kTimestamp;
  std::string name;                     ///< of the header, or the JSON pointer; else empty
  Format format = Format::kUnixMillis;  ///< of headers and pointers; the record's timestamp is milliseconds
  bool operator==(const EventTimeRule&) const = default;
};

struct EventTime {
  std::int64_t ms = 0;  ///< since 1970, above zero
  /// Not when the event happened, but when a tombstone was written: it tells nothing about what is still to
  /// come.
  bool is_substitute = false;
  bool operator==(const EventTime&) const = default;
};

/// Why a record cannot be carried with an event time. Never quotes the record: its content is not for logs.
struct TimeError {
  enum class Reason {
    kMissing,          ///< nothing is where the time should be
    kNotJson,          ///< a pointer into a value that is not JSON
    kNotATime,         ///< not of the declared format
    kNotAfter1970,     ///< zero or negative, which Kafka's clients cannot write
    kOutOfRange,       ///< beyond what a Kafka timestamp (milliseconds in 64 bits) can hold
    kFuture,           ///< further ahead than the target takes
    kTooOld,           ///< older than the target takes
    kBeyondRetention,  ///< older than the target keeps
  };
  Reason reason = Reason::kMissing;
  std::string sentence;  ///< goes on after "the record at ...: ", such as "it has no header event-time, ..."
  bool operator==(const TimeError&) const = default;
};

/// The reason's word, in CamelCase, such as `NotAfter1970`.
std::string_view to_text(TimeError::Reason reason);

/// Reads a time, in milliseconds since 1970.
///
/// - Unix formats: decimal digits, with or without a fraction after a point. What is finer than a millisecond
/// is
///   cut off.
/// - RFC 3339: a date, `T`, a time and `Z` or an offset (`+02:00`); letters in either case, a space for the
/// `T`
///   (section 5.6). Decimals of a second in any number; those beyond the milliseconds are cut off. The leap
///   second 23:59:60 (UTC) becomes the millisecond before midnight, since Kafka's times have none. Years
///   beyond 9999 cannot be written.
///
/// Spaces before and after, a `+` before digits and exponents are refused. Not more than zero is an error.
tl::expected<std::int64_t, TimeError::Reason> parse_event_time(std::string_view text,
                                                               EventTimeRule::Format format);

/// What of a record may tell its time, besides its value.
struct TimeFields {
  std::optional<std::int64_t> timestamp_ms = {};  ///< since 1970, as Kafka has it; none: it has none
  std::optional<std::string_view> header =
      {};  ///< the last of the rule's name; none: missing, or without a value
  bool is_tombstone = false;
};

/// Lives as long as the message.
TimeFields time_fields(const EventTimeRule& rule, const rd_kafka_message_t& message);

/// The event time of a record. `json` has read the record's value under From::kPointer, and found its time by
/// the pointer of the index `pointer`; nobody looks at them otherwise.
///
/// A tombstone has no value to point into: under From::kPointer its own timestamp stands in.
tl::expected<EventTime, TimeError> event_time(const EventTimeRule& rule, const TimeFields& fields,
                                              const JsonPointers& json, std::size_t pointer);

/// Where the rule takes the time from, for sentences: `the header event-time`.
std::string source_of(const EventTimeRule& rule);

}  // namespace fusion::bridge
