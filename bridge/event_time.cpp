#include "bridge/event_time.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <limits>

namespace fusion::bridge {
namespace {

using Format = EventTimeRule::Format;
using From = EventTimeRule::From;
using Reason = TimeError::Reason;
using Milliseconds = tl::expected<std::int64_t, Reason>;

bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// The first three decimals after a point.
std::int64_t thousandths(std::string_view decimals) {
  std::int64_t value = 0;
  for (std::size_t i = 0; i < 3; ++i) value = value * 10 + (i < decimals.size() ? decimals[i] - '0' : 0);
  return value;
}

Milliseconds parse_unix(std::string_view text, Format format) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const auto point = text.find('.');
  const auto whole = text.substr(0, point);
  const auto decimals = point == text.npos ? std::string_view("0") : text.substr(point + 1);
  if (!is_digits(whole) || !is_digits(decimals)) return tl::unexpected(Reason::kNotATime);
  if (negative) return tl::unexpected(Reason::kNotAfter1970);
  std::int64_t number = 0;
  if (std::from_chars(whole.data(), whole.data() + whole.size(), number).ec != std::errc())
    return tl::unexpected(Reason::kOutOfRange);
  if (format == Format::kUnixMicros) return number / 1'000;
  if (format == Format::kUnixMillis) return number;
  if (number >= std::numeric_limits<std::int64_t>::max() / 1'000) return tl::unexpected(Reason::kOutOfRange);
  return number * 1'000 + thousandths(decimals);
}

/// Takes texts apart from the left. What is not there makes the whole of it fail.
class Rfc3339 {
 public:
  explicit Rfc3339(std::string_view text) : rest_(text) {}

  Milliseconds parse() {
    using namespace std::chrono;
    const auto years = digits(4);
    one_of("-");
    const auto months = digits(2);
    one_of("-");
    const auto days = digits(2);
    one_of("Tt ");
    const auto hour = digits(2);
    one_of(":");
    const auto minute = digits(2);
    one_of(":");
    const auto second = digits(2);
    const auto fraction_ms = fraction();
    const auto offset_min = offset();
    const year_month_day date{year{years}, month(static_cast<unsigned>(months)),
                              day(static_cast<unsigned>(days))};
    if (failed_ || !rest_.empty() || !date.ok() || hour > 23 || minute > 59 || second > 60)
      return tl::unexpected(Reason::kNotATime);
    const auto minutes_utc = sys_days{date}.time_since_epoch() / minutes(1) + hour * 60 + minute - offset_min;
    if (second < 60) return (minutes_utc * 60 + second) * 1'000 + fraction_ms;
    if ((minutes_utc + 1) % (24 * 60) != 0) return tl::unexpected(Reason::kNotATime);
    return (minutes_utc + 1) * 60'000 - 1;
  }

 private:
  char one_of(std::string_view allowed) {
    if (rest_.empty() || allowed.find(rest_[0]) == allowed.npos) {
      failed_ = true;
      return '\0';
    }
    const char taken = rest_[0];
    rest_.remove_prefix(1);
    return taken;
  }
  int digits(int count) {
    int number = 0;
    for (int i = 0; i < count; ++i) number = number * 10 + one_of("0123456789") - '0';
    return number;
  }
  std::int64_t fraction() {
    if (!rest_.starts_with('.')) return 0;
    rest_.remove_prefix(1);
    const auto decimals = rest_.substr(0, std::min(rest_.find_first_not_of("0123456789"), rest_.size()));
    failed_ = failed_ || decimals.empty();
    rest_.remove_prefix(decimals.size());
    return thousandths(decimals);
  }
  int offset() {
    const char sign = one_of("Zz+-");
    if (failed_ || sign == 'Z' || sign == 'z') return 0;
    const int hour = digits(2);
    one_of(":");
    const int minute = digits(2);
    failed_ = failed_ || hour > 23 || minute > 59;
    return (sign == '-' ? -1 : 1) * (hour * 60 + minute);
  }

  std::string_view rest_;
  bool failed_ = false;
};

std::string_view shape(Format format) {
  switch (format) {
    case Format::kUnixMillis:
      return "UnixMillis (milliseconds since 1970 in decimal digits)";
    case Format::kUnixMicros:
      return "UnixMicros (microseconds since 1970 in decimal digits)";
    case Format::kUnixSeconds:
      return "UnixSeconds (seconds since 1970 in decimal digits)";
    case Format::kRfc3339:
      return "RFC3339 (such as 2026-01-31T08:00:00.250Z)";
  }
  return "";
}

TimeError missing(const EventTimeRule& rule, const std::string& what) {
  return {Reason::kMissing, what + source_of(rule) + ", which is its event time"};
}

TimeError unreadable(const EventTimeRule& rule, Reason reason) {
  const auto subject = "its event time, " + source_of(rule) + ", ";
  if (reason == Reason::kNotATime) return {reason, subject + "is not " + std::string(shape(rule.format))};
  if (reason == Reason::kNotAfter1970) return {reason, subject + "is not after 1970"};
  return {reason, subject + "is beyond what Kafka's milliseconds can hold: is it really " +
                      std::string(shape(rule.format)) + "?"};
}

tl::expected<EventTime, TimeError> read(const EventTimeRule& rule, std::string_view text) {
  const auto ms = parse_event_time(text, rule.format);
  if (!ms) return tl::unexpected(unreadable(rule, ms.error()));
  return EventTime{*ms};
}

tl::expected<EventTime, TimeError> of_timestamp(const EventTimeRule& rule, const TimeFields& fields) {
  if (!fields.timestamp_ms) return tl::unexpected(missing(rule, "it lacks "));
  if (*fields.timestamp_ms <= 0) return tl::unexpected(unreadable(rule, Reason::kNotAfter1970));
  return EventTime{*fields.timestamp_ms};
}

tl::expected<EventTime, TimeError> of_pointer(const EventTimeRule& rule, const JsonPointers& json,
                                              std::size_t pointer) {
  if (!json.is_json())
    return tl::unexpected(TimeError{Reason::kNotJson, "its value, which holds its event time, is not JSON"});
  const auto found = json.at(pointer);
  if (!found || (found->kind != JsonScalar::Kind::kText && found->kind != JsonScalar::Kind::kNumber))
    return tl::unexpected(missing(rule, "its value has no text and no number at "));
  // A number that JsonPointers writes with a power of ten has more than 40 places before or after the point.
  if (const auto e = found->text.find('e');
      found->kind == JsonScalar::Kind::kNumber && e != found->text.npos) {
    const bool is_large = found->text[0] != '-' && found->text.substr(e + 1, 1) != "-";
    return tl::unexpected(unreadable(rule, is_large ? Reason::kOutOfRange : Reason::kNotAfter1970));
  }
  return read(rule, found->text);
}

}  // namespace

std::string_view to_text(Reason reason) {
  switch (reason) {
    case Reason::kMissing:
      return "NoEventTime";
    case Reason::kNotJson:
      return "NotJson";
    case Reason::kNotATime:
      return "NotATime";
    case Reason::kNotAfter1970:
      return "NotAfter1970";
    case Reason::kOutOfRange:
      return "TimeOutOfRange";
    case Reason::kFuture:
      return "FutureTime";
    case Reason::kTooOld:
      return "TimeTooOld";
    case Reason::kBeyondRetention:
      return "BeyondRetention";
  }
  return "";
}

Milliseconds parse_event_time(std::string_view text, Format format) {
  const auto ms = format == Format::kRfc3339 ? Rfc3339(text).parse() : parse_unix(text, format);
  if (ms && *ms <= 0) return tl::unexpected(Reason::kNotAfter1970);
  return ms;
}

TimeFields time_fields(const EventTimeRule& rule, const rd_kafka_message_t& message) {
  TimeFields fields;
  fields.is_tombstone = message.payload == nullptr;
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const std::int64_t timestamp_ms = rd_kafka_message_timestamp(&message, &type);
  if (type != RD_KAFKA_TIMESTAMP_NOT_AVAILABLE) fields.timestamp_ms = timestamp_ms;
  rd_kafka_headers_t* headers = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  if (rule.from == From::kHeader &&
      rd_kafka_message_headers(&message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR &&
      rd_kafka_header_get_last(headers, rule.name.c_str(), &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR &&
      value != nullptr) {
    fields.header = std::string_view(static_cast<const char*>(value), size);
  }
  return fields;
}

tl::expected<EventTime, TimeError> event_time(const EventTimeRule& rule, const TimeFields& fields,
                                              const JsonPointers& json, std::size_t pointer) {
  switch (rule.from) {
    case From::kTimestamp:
      break;
    case From::kHeader:
      if (!fields.header || fields.header->empty())
        return tl::unexpected(missing(rule, "it has nothing in "));
      return read(rule, *fields.header);
    case From::kPointer:
      if (!fields.is_tombstone) return of_pointer(rule, json, pointer);
      return of_timestamp(EventTimeRule(), fields).map([](EventTime time) {
        return EventTime{time.ms, true};
      });
  }
  return of_timestamp(rule, fields);
}

std::string source_of(const EventTimeRule& rule) {
  if (rule.from == From::kHeader) return "the header " + rule.name;
  if (rule.from == From::kPointer) return "the place " + rule.name;
  return "the record's timestamp";
}

}  // namespace fusion::bridge
