#pragma once

#include <string_view>

namespace fusion::api {

/// Whether `text` is an amount as Kubernetes writes them and not negative: digits, maybe a fraction, and a
/// suffix such as `m`, `k`, `Mi` or `e3`; at most 32 characters
/// (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/).
bool is_quantity(std::string_view text);

/// The sizes that a volume may have: whole or fractional bytes with K, M, G, T, P or E, and `i` for powers of
/// 1024; at most 20 characters, 12 digits and 3 decimals.
bool is_size(std::string_view text);

/// Whether the amount is more than 0. `text` satisfies is_quantity or is_size.
bool is_positive(std::string_view text);

}  // namespace fusion::api
