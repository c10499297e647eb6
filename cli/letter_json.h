#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "cli/letter.h"
#include "cli/replay_request.h"

namespace fusion::cli {

/// A letter as one line of JSON, without the line's end:
///
///   {"letter":{"topic":"orders-dlq","topicId":"8UI5...","partition":0,"offset":12,"time":"2026-01-31T08:00:00Z"},
///    "error":"NoId: it has no header fusion-id",
///    "source":{"topic":"orders","partition":3,"offset":1042,"timestampMs":1700000000000},
///    "key":"k1","value":"{}","headers":[{"name":"a","value":"1"},{"name":"b","valueBase64":"/w=="}]}
///
/// Bytes that are not UTF-8 stand in `keyBase64`, `valueBase64`, `nameBase64` instead. Null is JSON's null.
std::string to_json_line(const Letter& letter, const std::string& topic_id);

struct MendedLetter {
  std::string topic_id;  ///< of the dead-letter topic it was read from
  ReplayRequest request;
  bool operator==(const MendedLetter&) const = default;
};

/// Reads a line that to_json_line wrote and somebody may have edited. `letter` says which letter it is about
/// and must stay. Everything else may be changed: key, value, headers, `source.timestampMs`, and
/// `source.partition`, without which the record goes where its key belongs. An unknown field, a missing key
/// or value (null says that there is none) and a wrong type are errors that name the field. Never throws.
tl::expected<MendedLetter, std::string> parse_json_line(std::string_view line);

}  // namespace fusion::cli
