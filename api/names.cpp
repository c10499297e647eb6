#include "api/names.h"

#include <algorithm>
#include <array>

namespace fusion::api {
namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alphanumeric(char c) { return is_lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z'); }
bool is_name_character(char c) { return is_alphanumeric(c) || c == '.' || c == '_' || c == '-'; }

bool has_length(std::string_view text, std::size_t least, std::size_t most) {
  return text.size() >= least && text.size() <= most;
}

/// One word of a subdomain, of any length.
bool is_dns_word(std::string_view text) {
  const auto legal_edge = [](char c) { return is_lower(c) || is_digit(c); };
  return !text.empty() && legal_edge(text.front()) && legal_edge(text.back()) &&
         std::ranges::all_of(text, [&](char c) { return legal_edge(c) || c == '-'; });
}

/// Calls `check` with each part of `text` between separators; true when all parts passed.
template <typename Check>
bool all_parts(std::string_view text, char separator, Check check) {
  while (true) {
    const auto end = text.find(separator);
    if (!check(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

bool is_host(std::string_view host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    const auto address = host.substr(1, host.size() - 2);
    return std::ranges::all_of(address, [](char c) {
      return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
    });
  }
  return !host.empty() && std::ranges::all_of(host, is_name_character);
}

bool is_port(std::string_view port) {
  return has_length(port, 1, 5) && port.front() != '0' && std::ranges::all_of(port, is_digit);
}

}  // namespace

bool is_topic_name(std::string_view text) {
  return has_length(text, 1, 249) && text != "." && text != ".." &&
         std::ranges::all_of(text, is_name_character);
}

bool is_internal_topic(std::string_view text) {
  static constexpr std::array<std::string_view, 5> kInternal{"__consumer_offsets", "__transaction_state",
                                                             "__share_group_state", "__cluster_metadata",
                                                             "__remote_log_metadata"};
  return std::ranges::find(kInternal, text) != kInternal.end();
}

bool is_dns_label(std::string_view text) { return has_length(text, 1, 63) && is_dns_word(text); }

bool is_dns_subdomain(std::string_view text) {
  return has_length(text, 1, 253) && all_parts(text, '.', is_dns_word);
}

bool is_secret_key(std::string_view text) {
  return has_length(text, 1, 253) && text != "." && !text.starts_with("..") &&
         std::ranges::all_of(text, is_name_character);
}

bool is_qualified_name(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return !text.empty() && is_label_value(text);
  const auto name = text.substr(slash + 1);
  return is_dns_subdomain(text.substr(0, slash)) && !name.empty() && is_label_value(name);
}

bool is_label_value(std::string_view text) {
  if (text.empty()) return true;
  return text.size() <= 63 && is_alphanumeric(text.front()) && is_alphanumeric(text.back()) &&
         std::ranges::all_of(text, is_name_character);
}

bool is_header_name(std::string_view text) {
  return std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

bool is_json_pointer(std::string_view text) {
  if (!text.starts_with('/')) return false;
  for (auto at = text.find('~'); at != std::string_view::npos; at = text.find('~', at + 1)) {
    if (at + 1 == text.size() || (text[at + 1] != '0' && text[at + 1] != '1')) return false;
  }
  return true;
}

bool is_bootstrap_servers(std::string_view text) {
  return all_parts(text, ',', [](std::string_view broker) {
    const auto colon = broker.rfind(':');
    return colon != std::string_view::npos && is_host(broker.substr(0, colon)) &&
           is_port(broker.substr(colon + 1));
  });
}

bool has_legal_ports(std::string_view bootstrap_servers) {
  return all_parts(bootstrap_servers, ',', [](std::string_view broker) {
    const auto port = broker.substr(broker.rfind(':') + 1);
    return port.size() < 5 ||
           (port.size() == 5 && port <= "65535");  // digits of one length compare as numbers do
  });
}

bool is_directory_uri(std::string_view text) {
  const auto colon = text.find("://");
  if (colon == std::string_view::npos || colon == 0 || colon + 3 == text.size()) return false;
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto is_in_scheme = [&](char c) { return is_lower(c) || (c >= '0' && c <= '9'); };
  const auto is_visible = [](char c) { return c > ' ' && c < 0x7f && c != '\\' && c != '"'; };
  return is_lower(text.front()) && std::ranges::all_of(text.substr(0, colon), is_in_scheme) &&
         std::ranges::all_of(text.substr(colon + 3), is_visible);
}

}  // namespace fusion::api
