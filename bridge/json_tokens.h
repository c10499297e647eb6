#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fusion::bridge {

/// Takes a JSON text (RFC 8259, in UTF-8) apart into its tokens, in order, and checks all of it on the way.
///
/// Copies nothing, builds nothing, has no limit of nesting: a level takes one bit, on the heap. Numbers are
/// not converted, so none is too large. A byte order mark at the beginning is skipped (section 8.1).
///
/// Not thread-safe.
class JsonTokens {
 public:
  enum class Kind {
    kBeginObject,
    kEndObject,
    kBeginArray,
    kEndArray,
    kName,  ///< of an object's member; its value follows
    kText,
    kNumber,
    kTrue,
    kFalse,
    kNull,
    kEnd,      ///< of the whole text, which is JSON
    kInvalid,  ///< the text is not JSON; nothing follows
  };
  /// Begins with another text; buffers are kept.
  void open(std::string_view text);

  /// The next token. Not to be asked again after kEnd and kInvalid.
  Kind next();

  /// Of a name or a text what stands between its quotes, of a number, `true`, `false` and `null` all of it.
  /// Of the last token; lives as long as the text.
  std::string_view raw() const { return raw_; }
  /// Whether that has a backslash. Of a name or a text.
  bool is_escaped() const { return is_escaped_; }

 private:
  enum class Expected { kValue, kFirstElement, kName, kFirstName, kSeparator };

  Kind begin(bool is_object);
  Kind end();
  Kind name();
  Kind value();
  Kind text();
  Kind number();
  Kind literal(std::string_view word, Kind kind);

  bool take(char character);
  void skip_space();
  bool skip_digits();
  bool skip_escape();
  bool skip_utf8();
  int hex4() const;

  const char* at_ = nullptr;
  const char* end_ = nullptr;
  Expected expected_ = Expected::kValue;
  std::string_view raw_;
  bool is_escaped_ = false;
  std::vector<bool> nesting_;  ///< of what is open, from the root on: whether it is an object
};

/// Replaces `out` by the characters of a name or text, of which `raw` stands between the quotes.
void unescape(std::string_view raw, std::string& out);

}  // namespace fusion::bridge
