#include "kafka/topic_id.h"

#include <string_view>

namespace fusion::kafka {

std::string topic_id_text(std::int64_t most_significant_bits, std::int64_t least_significant_bits) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  if (most_significant_bits == 0 && least_significant_bits == 0) return "";
  // 128 bits from the left in groups of six; the last group is filled up with four zero bits.
  auto high = static_cast<std::uint64_t>(most_significant_bits);
  auto low = static_cast<std::uint64_t>(least_significant_bits);
  std::string text;
  for (int i = 0; i < 22; ++i) {
    text += kAlphabet[high >> 58];
    high = (high << 6) | (low >> 58);
    low <<= 6;
  }
  return text;
}

}  // namespace fusion::kafka
