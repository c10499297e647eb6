#include "api/timestamp.h"

#include <array>
#include <cstdio>

namespace fusion::api {
namespace {

/// The number in text[at, at + digits), unset unless all of it is digits.
std::optional<int> number_at(std::string_view text, std::size_t at, std::size_t digits) {
  int number = 0;
  for (const char digit : text.substr(at, digits)) {
    if (digit < '0' || digit > '9') return std::nullopt;
    number = number * 10 + (digit - '0');
  }
  return number;
}

/// Milliseconds from `.5` or `.123456`; unset when that is not what `text` holds.
std::optional<int> fraction_ms(std::string_view text) {
  if (text.empty()) return 0;
  if (text.front() != '.' || text.size() < 2 || text.size() > 10) return std::nullopt;
  std::string digits(text.substr(1));
  if (!number_at(digits, 0, digits.size())) return std::nullopt;
  digits.resize(3, '0');
  return number_at(digits, 0, 3);
}

}  // namespace

std::optional<std::chrono::sys_time<std::chrono::milliseconds>> parse_timestamp(std::string_view text) {
  using namespace std::chrono;
  constexpr std::string_view kShape = "0000-00-00T00:00:00";
  if (text.size() <= kShape.size() || text.back() != 'Z') return std::nullopt;
  for (std::size_t at = 0; at < kShape.size(); ++at) {
    if (kShape[at] != '0' && text[at] != kShape[at]) return std::nullopt;
  }
  const auto year_number = number_at(text, 0, 4);
  const auto month_number = number_at(text, 5, 2);
  const auto day_number = number_at(text, 8, 2);
  const auto hour = number_at(text, 11, 2);
  const auto minute = number_at(text, 14, 2);
  const auto second = number_at(text, 17, 2);
  const auto ms = fraction_ms(text.substr(kShape.size(), text.size() - kShape.size() - 1));
  if (!year_number || !month_number || !day_number || !hour || !minute || !second || !ms) return std::nullopt;
  const year_month_day date{year{*year_number}, month(*month_number), day(*day_number)};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  return sys_days{date} + hours{*hour} + minutes{*minute} + seconds{*second} + milliseconds{*ms};
}

std::optional<std::chrono::sys_seconds> instant_of(std::chrono::milliseconds since_epoch) {
  using namespace std::chrono;
  constexpr auto kFirst = sys_days{year{1} / January / 1};
  constexpr auto kEnd = sys_days{year{10'000} / January / 1};
  const auto at = sys_seconds(floor<seconds>(since_epoch));
  return at >= kFirst && at < kEnd ? std::optional(at) : std::nullopt;
}

std::string to_text(std::chrono::sys_seconds instant) {
  using namespace std::chrono;
  const auto day_start = floor<days>(instant);
  const year_month_day date{day_start};
  const hh_mm_ss time{instant - day_start};
  std::array<char, 48> text{};
  const int length =
      std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                    static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                    static_cast<int>(time.seconds().count()));
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace fusion::api
