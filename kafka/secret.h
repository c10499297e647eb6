#pragma once

#include <ostream>
#include <string>
#include <utility>

namespace fusion::kafka {

/// A password or a private key. It cannot be printed, formatted or converted by accident:
/// whoever needs the text writes `reveal()`, which is easy to find and to review.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  const std::string& reveal() const { return text_; }
  bool empty() const { return text_.empty(); }

  bool operator==(const Secret&) const = default;

 private:
  std::string text_;
};

std::ostream& operator<<(std::ostream&, const Secret&) = delete;

/// GoogleTest would print the bytes of a type that has no operator<<.
inline void PrintTo(const Secret& secret, std::ostream* out) {
  *out << (secret.empty() ? "no secret" : "a secret");
}

}  // namespace fusion::kafka
