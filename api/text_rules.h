#pragma once

#include "api/json_reader.h"
#include "api/names.h"

namespace fusion::api {

// Rules for strings that several parts of the spec share. Lengths are those of the CRD.

inline constexpr TextRule kDnsLabel{
    1, 63, is_dns_label, "is not a DNS label: use lower case letters, digits and '-', no '-' at either end"};
inline constexpr TextRule kObjectName{1, 253, is_dns_subdomain,
                                      "cannot be an object's name: use lower case letters, digits, '-' and "
                                      "'.', with a letter or digit at either end"};
inline constexpr TextRule kSecretKey{1, 253, is_secret_key,
                                     "cannot be a key of a Secret: use letters, digits, '.', '_' and '-'"};
inline constexpr TextRule kHeaderName{1, 256, is_header_name,
                                      "cannot be a header's name: it contains a control character"};
inline constexpr TextRule kJsonPointer{
    1, 512, is_json_pointer,
    "is not a JSON pointer: begin it with '/', such as /id or /order/id, and "
    "write '~' as ~0 and '/' in a name as ~1"};
/// A topic named by a stage or a bridge; that it exists is checked by validate.
inline constexpr TextRule kTopicReference{1, 249, is_topic_name,
                                          "cannot be a topic: use letters, digits, '.', '_' and '-'"};

}  // namespace fusion::api
