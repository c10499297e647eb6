#include "contract/stage_properties.h"

namespace fusion::contract {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) text += (i == 0 ? "" : ",") + words[i];
  return text;
}

std::string in_ms(std::chrono::milliseconds duration) { return std::to_string(duration.count()); }

/// java.util.Properties takes a file for ISO 8859-1: other bytes would need \u escapes. Names of topics and
/// groups, users and URIs may hold them, so bytes are written as the code units of their characters.
void append_unit(unsigned unit, std::string& text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  text += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) text += kDigits[(unit >> shift) & 0xf];
}

/// Decodes one character of UTF-8 that begins at `at`, and moves `at` behind it; a byte that begins none is
/// taken for itself.
unsigned next_character(const std::string& text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(at);
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  if (length == 1 || at + length > text.size()) {
    ++at;
    return first;
  }
  unsigned character = first & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) character = character << 6 | (byte(at + i) & 0x3fu);
  at += length;
  return character;
}

std::string escaped(const std::string& value) {
  std::string text;
  for (std::size_t at = 0; at < value.size();) {
    const bool leads = at == 0;
    const unsigned character = next_character(value, at);
    if (character == '\\') {
      text += "\\\\";
    } else if (character == ' ' && leads) {
      text += "\\ ";
    } else if (character >= ' ' && character < 0x7f) {
      text += static_cast<char>(character);
    } else if (character < 0x10000) {
      append_unit(character, text);
    } else {
      append_unit(0xd800 + ((character - 0x10000) >> 10), text);
      append_unit(0xdc00 + ((character - 0x10000) & 0x3ff), text);
    }
  }
  return text;
}

}  // namespace

std::map<std::string, std::string> entries_of(const StageProperties& p) {
  std::map<std::string, std::string> entries{
      {"version", std::to_string(kStageContractVersion)},
      {"namespace", p.namespace_name},
      {"pipeline", p.pipeline},
      {"stage", p.stage},
      {"bootstrap.servers", p.bootstrap_servers},
      {"security.protocol", p.security_protocol},
      {"sasl.mechanism", p.sasl_mechanism},
      {"sasl.username", p.sasl_username},
      {"sasl.password.file", p.sasl_password_file},
      {"ssl.ca.file", p.ca_file},
      {"ssl.certificate.file", p.certificate_file},
      {"ssl.key.file", p.key_file},
      {"input.topics", joined(p.input_topics)},
      {"input.groups", joined(p.input_groups)},
      {"output.topics", joined(p.output_topics)},
      {"output.id.headers", joined(p.output_id_headers)},
      {"isolation.level", "read_committed"},
      {"transactional.id.prefix", p.transactional_id_prefix},
      {"transaction.timeout.ms", in_ms(p.transaction_timeout)},
      {"partition.discovery.interval.ms", in_ms(p.partition_discovery_interval)},
      {"source.idle.timeout.ms", in_ms(p.source_idle_timeout)},
      {"max.out.of.orderness.ms", in_ms(p.max_out_of_orderness)},
      {"checkpoint.directory", p.checkpoint_directory}};
  std::erase_if(entries, [](const auto& entry) { return entry.second.empty(); });
  return entries;
}

std::string to_properties_file(const StageProperties& properties) {
  std::string text;
  for (const auto& [name, value] : entries_of(properties)) text += name + "=" + escaped(value) + "\n";
  return text;
}

std::string environment_name(const std::string& property) {
  std::string name = "FUSION_";
  for (const char c : property)
    name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c == '.' ? '_' : c;
  return name;
}

}  // namespace fusion::contract
