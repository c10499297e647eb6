#include "contract/logfmt.h"

#include <algorithm>

namespace fusion::contract {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }

bool is_plain(char c) { return !is_control(c) && c != ' ' && c != '"' && c != '=' && c != '\\'; }

void append_escaped(std::string& text, char c) {
  switch (c) {
    case '"':
    case '\\':
      text += '\\';
      text += c;
      break;
    case '\n':
      text += "\\n";
      break;
    case '\r':
      text += "\\r";
      break;
    case '\t':
      text += "\\t";
      break;
    default:
      text += is_control(c) ? '?' : c;
  }
}

}  // namespace

std::string logfmt(std::string_view name, std::string_view value) {
  std::string text(name);
  text += '=';
  if (!value.empty() && std::ranges::all_of(value, is_plain)) return text.append(value);
  text += '"';
  for (const char c : value) append_escaped(text, c);
  text += '"';
  return text;
}

}  // namespace fusion::contract
