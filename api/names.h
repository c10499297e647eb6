#pragma once

#include <string_view>

namespace fusion::api {

// What Kafka and Kubernetes accept as names. All are pure and look at the text alone; lengths are in bytes,
// which are characters here, because all but ASCII is refused.

/// A topic: 1 to 249 of `a-z A-Z 0-9 . _ -`, but neither `.` nor `..` (Kafka's
/// org.apache.kafka.common.internals.Topic).
bool is_topic_name(std::string_view text);

/// A topic in which Kafka itself keeps its state, such as `__consumer_offsets`.
bool is_internal_topic(std::string_view text);

/// A label of RFC 1123: 1 to 63 of `a-z 0-9 -`, beginning and ending with a letter or a digit.
bool is_dns_label(std::string_view text);

/// A subdomain of RFC 1123, as most Kubernetes objects are named: lower case words joined by `.`, at most
/// 253. The words may be longer than a label's 63, as Kubernetes allows.
bool is_dns_subdomain(std::string_view text);

/// A key in a Secret's data: 1 to 253 of `a-z A-Z 0-9 . _ -`, but neither `.` nor beginning with `..`.
bool is_secret_key(std::string_view text);

/// The key of a label or an annotation: an optional subdomain and a slash, then 1 to 63 of `a-z A-Z 0-9 . _
/// -`, beginning and ending with a letter or a digit.
bool is_qualified_name(std::string_view text);

/// The value of a label: empty, or 1 to 63 as the name part of is_qualified_name.
bool is_label_value(std::string_view text);

/// A header of a Kafka record: without control characters, because Kafka's C client ends a name at the first
/// zero byte.
bool is_header_name(std::string_view text);

/// RFC 6901, except the pointer to the whole value: `~` stands only before `0` (a tilde) and `1` (a slash).
bool is_json_pointer(std::string_view text);

/// A URI with a scheme that begins with a letter, `://`, and no spaces: what engines take for a directory.
bool is_directory_uri(std::string_view text);

/// Brokers as `host:port`, joined by commas without spaces; IPv6 addresses in brackets; ports from 1 to
/// 99999, since the CRD's pattern does not see beyond digits. `has_legal_ports` is the rest of it.
bool is_bootstrap_servers(std::string_view text);

/// Whether each port of is_bootstrap_servers' text is at most 65535.
bool has_legal_ports(std::string_view bootstrap_servers);

}  // namespace fusion::api
