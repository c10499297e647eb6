#pragma once

#include "cli/letter.h"

namespace fusion::cli {

/// A letter as a bridge from topic `orders` writes it.
inline Letter a_letter(const std::string& reason = "NoId") {
  return {{"orders-dlq", 0, 12},
          1'769'846'400'500,
          {reason, "it has no header fusion-id", "orders", 3, 1042, 1'700'000'000'000},
          {"k1", "{}", {{"a", "1"}}}};
}

/// The record that lies in the dead-letter topic for it.
inline Record stored(const Letter& letter) {
  Record record = letter.record;
  for (auto& header : contract::to_headers(letter.origin)) record.headers.push_back(std::move(header));
  return record;
}

}  // namespace fusion::cli
