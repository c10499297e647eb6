#include "bench/sample_records.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <random>
#include <stdexcept>

namespace fusion::bench {
namespace {

/// More than a compressor sees at once (64 KiB for lz4), so that a value that comes again does not help it.
constexpr std::size_t kLeastPoolBytes = 4 << 20;
constexpr std::size_t kLeastPoolRecords = 1'024;
constexpr std::uint64_t kAircraft = 100'000;
/// Added to one, it makes a sequence that comes round only after 2^64 steps (Weyl).
constexpr std::uint64_t kOddStep = 0x9E3779B97F4A7C15;

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  std::uint64_t below(std::uint64_t end) { return random_() % end; }
  template <std::size_t size>
  const char* one_of(const char* const (&words)[size]) {
    return words[below(size)];
  }
  std::string decimal(int below_whole, int digits) {
    std::string text = std::to_string(below(below_whole)) + '.';
    for (int i = 0; i < digits; ++i) text += static_cast<char>('0' + below(10));
    return text;
  }

 private:
  std::mt19937_64 random_;
};

std::string reading(Dice& dice) {
  constexpr const char* kSensors[] = {"engine.1.temperature", "engine.2.temperature", "fuel.flow",
                                      "cabin.pressure",       "hydraulics.a",         "outside.temperature"};
  constexpr const char* kQuality[] = {"good", "good", "good", "estimated", "stale"};
  return std::string("{\"sensor\":\"") + dice.one_of(kSensors) + "\",\"value\":" + dice.decimal(900, 3) +
         ",\"quality\":\"" + dice.one_of(kQuality) + "\"}";
}

std::string make_value(std::size_t bytes, Dice& dice) {
  constexpr const char* kCarriers[] = {"LH", "BA", "AF", "DL", "UA", "QF", "NH", "EK"};
  std::string value = std::string(SampleRecords::kTimeField) + std::string(SampleRecords::kTimeDigits, '0');
  value += std::string(",\"flight\":\"") + dice.one_of(kCarriers) + std::to_string(100 + dice.below(900)) +
           "\",\"lat\":" + dice.decimal(90, 4) + ",\"lon\":" + dice.decimal(180, 4);
  constexpr std::string_view kTail = ",\"note\":\"\"}";
  if (bytes > 200) {
    value += ",\"readings\":[" + reading(dice);
    for (std::string more = reading(dice); value.size() + more.size() + kTail.size() + 2 <= bytes;
         more = reading(dice)) {
      value += ',' + more;
    }
    value += ']';
  }
  value += kTail.substr(0, kTail.size() - 2);
  constexpr const char* kWords[] = {"holding ", "descent ", "vectored ", "gate ", "delay ", "weather "};
  while (value.size() + 2 < bytes) value += dice.one_of(kWords);
  value.resize(bytes - 2);
  return value + "\"}";
}

}  // namespace

SampleRecords::SampleRecords(std::size_t value_bytes, std::uint64_t seed) {
  if (value_bytes < 100) throw std::invalid_argument("a value takes at least 100 bytes");
  Dice dice(seed);
  const std::size_t count = std::max(kLeastPoolRecords, kLeastPoolBytes / value_bytes);
  for (std::size_t i = 0; i < count; ++i) values_.push_back(make_value(value_bytes, dice));
}

std::string_view SampleRecords::value(std::uint64_t number, std::int64_t time_us) {
  std::string& value = values_[number % values_.size()];
  char* digits = value.data() + kTimeField.size();
  std::to_chars(digits, digits + kTimeDigits, time_us);
  return value;
}

std::string_view SampleRecords::key(std::uint64_t number) {
  key_ = "aircraft-" + std::to_string((number * kOddStep >> 20) % kAircraft);
  return key_;
}

std::string_view SampleRecords::id(std::uint64_t number) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>((number + 1) * kOddStep));
  return id_ = text;
}

}  // namespace fusion::bench
