#include "bridge/json_tokens.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace fusion::bridge {
namespace {

using Kind = JsonTokens::Kind;

constexpr std::uint64_t kOnes = 0x0101010101010101;
constexpr std::uint64_t kHighs = 0x8080808080808080;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
unsigned char byte(char c) { return static_cast<unsigned char>(c); }

constexpr std::uint64_t has_zero(std::uint64_t word) { return (word - kOnes) & ~word & kHighs; }

/// How many of the eight characters of a text, from the first one on, mean nothing but themselves: ASCII, and
/// no quote, backslash or control.
int plain_of_eight(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  const auto controls = (word - kOnes * 0x20) & ~word & kHighs;
  const auto others =
      (word & kHighs) | has_zero(word ^ kOnes * '"') | has_zero(word ^ kOnes * '\\') | controls;
  return std::countr_zero(others) / 8;
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

int hex4_at(const char* at) {
  int code = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = hex_digit(at[i]);
    if (digit < 0) return -1;
    code = code * 16 + digit;
  }
  return code;
}

bool is_high_surrogate(int code) { return code >= 0xd800 && code < 0xdc00; }
bool is_low_surrogate(int code) { return code >= 0xdc00 && code < 0xe000; }

void append_utf8(int code, std::string& out) {
  const auto append = [&](int bits) { out += static_cast<char>(bits); };
  const auto follow = [&](int shift) { append(0x80 | ((code >> shift) & 0x3f)); };
  if (code < 0x80) return append(code);
  if (code < 0x800) {
    append(0xc0 | code >> 6);
  } else if (code < 0x10000) {
    append(0xe0 | code >> 12);
    follow(6);
  } else {
    append(0xf0 | code >> 18);
    follow(12);
    follow(6);
  }
  follow(0);
}

}  // namespace

void JsonTokens::open(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  at_ = text.data();
  end_ = text.data() + text.size();
  expected_ = Expected::kValue;
  nesting_.clear();
}

Kind JsonTokens::next() {
  skip_space();
  if (expected_ == Expected::kSeparator) {
    if (nesting_.empty()) return at_ == end_ ? Kind::kEnd : Kind::kInvalid;
    if (take(nesting_.back() ? '}' : ']')) return end();
    if (!take(',')) return Kind::kInvalid;
    expected_ = nesting_.back() ? Expected::kName : Expected::kValue;
    skip_space();
  }
  if (expected_ == Expected::kFirstElement && take(']')) return end();
  if (expected_ == Expected::kFirstName && take('}')) return end();
  return expected_ == Expected::kName || expected_ == Expected::kFirstName ? name() : value();
}

Kind JsonTokens::begin(bool is_object) {
  nesting_.push_back(is_object);
  expected_ = is_object ? Expected::kFirstName : Expected::kFirstElement;
  return is_object ? Kind::kBeginObject : Kind::kBeginArray;
}

Kind JsonTokens::end() {
  const bool is_object = nesting_.back();
  nesting_.pop_back();
  expected_ = Expected::kSeparator;
  return is_object ? Kind::kEndObject : Kind::kEndArray;
}

Kind JsonTokens::name() {
  if (!take('"') || text() == Kind::kInvalid) return Kind::kInvalid;
  skip_space();
  if (!take(':')) return Kind::kInvalid;
  expected_ = Expected::kValue;
  return Kind::kName;
}

Kind JsonTokens::value() {
  if (at_ == end_) return Kind::kInvalid;
  expected_ = Expected::kSeparator;
  switch (*at_) {
    case '{':
      ++at_;
      return begin(true);
    case '[':
      ++at_;
      return begin(false);
    case '"':
      ++at_;
      return text();
    case 't':
      return literal("true", Kind::kTrue);
    case 'f':
      return literal("false", Kind::kFalse);
    case 'n':
      return literal("null", Kind::kNull);
    default:
      return number();
  }
}

Kind JsonTokens::text() {
  const char* const begin = at_;
  is_escaped_ = false;
  while (true) {
    int plain = 8;
    while (plain == 8 && end_ - at_ >= 8) at_ += plain = plain_of_eight(at_);
    if (at_ == end_) return Kind::kInvalid;
    const char c = *at_;
    if (c == '"') break;
    if (c == '\\') {
      is_escaped_ = true;
      if (!skip_escape()) return Kind::kInvalid;
    } else if (byte(c) < 0x80) {
      if (byte(c) < 0x20) return Kind::kInvalid;
      ++at_;
    } else if (!skip_utf8()) {
      return Kind::kInvalid;
    }
  }
  raw_ = {begin, static_cast<std::size_t>(at_ - begin)};
  ++at_;
  return Kind::kText;
}

Kind JsonTokens::number() {
  const char* const begin = at_;
  take('-');
  if (!take('0') && !skip_digits()) return Kind::kInvalid;
  if (take('.') && !skip_digits()) return Kind::kInvalid;
  if (take('e') || take('E')) {
    if (!take('+')) take('-');
    if (!skip_digits()) return Kind::kInvalid;
  }
  raw_ = {begin, static_cast<std::size_t>(at_ - begin)};
  return Kind::kNumber;
}

Kind JsonTokens::literal(std::string_view word, Kind kind) {
  const std::string_view rest(at_, static_cast<std::size_t>(end_ - at_));
  if (!rest.starts_with(word)) return Kind::kInvalid;
  at_ += word.size();
  raw_ = word;
  return kind;
}

bool JsonTokens::take(char character) {
  if (at_ == end_ || *at_ != character) return false;
  ++at_;
  return true;
}

void JsonTokens::skip_space() {
  while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
}

bool JsonTokens::skip_digits() {
  const char* const begin = at_;
  while (at_ != end_ && is_digit(*at_)) ++at_;
  return at_ != begin;
}

/// A surrogate stands only in a pair, high before low: alone it is no character.
bool JsonTokens::skip_escape() {
  ++at_;
  if (!take('u')) {
    if (at_ == end_ || std::strchr("\"\\/bfnrt", *at_) == nullptr || *at_ == '\0') return false;
    ++at_;
    return true;
  }
  const int code = hex4();
  if (code < 0 || is_low_surrogate(code)) return false;
  at_ += 4;
  if (!is_high_surrogate(code)) return true;
  if (!take('\\') || !take('u') || !is_low_surrogate(hex4())) return false;
  at_ += 4;
  return true;
}

/// The well-formed sequences of Unicode's table 3-7: none overlong, no surrogates, nothing beyond U+10FFFF.
bool JsonTokens::skip_utf8() {
  const auto first = byte(*at_);
  const auto follows = [&](int at, unsigned char low, unsigned char high) {
    return end_ - at_ > at && byte(at_[at]) >= low && byte(at_[at]) <= high;
  };
  int size = 0;
  if (first >= 0xc2 && first <= 0xdf) {
    size = follows(1, 0x80, 0xbf) ? 2 : 0;
  } else if (first >= 0xe0 && first <= 0xef) {
    const bool second = follows(1, first == 0xe0 ? 0xa0 : 0x80, first == 0xed ? 0x9f : 0xbf);
    size = second && follows(2, 0x80, 0xbf) ? 3 : 0;
  } else if (first >= 0xf0 && first <= 0xf4) {
    const bool second = follows(1, first == 0xf0 ? 0x90 : 0x80, first == 0xf4 ? 0x8f : 0xbf);
    size = second && follows(2, 0x80, 0xbf) && follows(3, 0x80, 0xbf) ? 4 : 0;
  }
  at_ += size;
  return size > 0;
}

int JsonTokens::hex4() const { return end_ - at_ < 4 ? -1 : hex4_at(at_); }

void unescape(std::string_view raw, std::string& out) {
  out.clear();
  while (!raw.empty()) {
    const auto plain = std::min(raw.find('\\'), raw.size());
    out += raw.substr(0, plain);
    raw.remove_prefix(plain);
    if (raw.empty()) return;
    const char letter = raw[1];
    int code = 0;
    if (letter == 'u') {
      code = hex4_at(raw.data() + 2);
      raw.remove_prefix(6);
      if (is_high_surrogate(code)) {
        code = 0x10000 + ((code - 0xd800) << 10) + (hex4_at(raw.data() + 2) - 0xdc00);
        raw.remove_prefix(6);
      }
    } else {
      constexpr std::string_view kLetters = "bfnrt";
      const auto at = kLetters.find(letter);
      code = at == kLetters.npos ? letter : "\b\f\n\r\t"[at];
      raw.remove_prefix(2);
    }
    append_utf8(code, out);
  }
}

}  // namespace fusion::bridge
