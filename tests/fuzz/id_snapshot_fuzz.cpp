#include <string>

#include "bridge/id_snapshot.h"
#include "tests/fuzz/check.h"

using fusion::bridge::IdSnapshot;

namespace {

/// What is accepted is written again to the byte.
void check(const std::string& end, std::uint64_t file_bytes) {
  const auto snapshot = fusion::bridge::decode(end, file_bytes);
  if (!snapshot) {
    FUSION_CHECK(!snapshot.error().empty());
    return;
  }
  FUSION_CHECK(end.ends_with(encode(*snapshot)));
}

}  // namespace

/// A file where a snapshot of ids should be. The first byte tells how many ids stand before the rest; the
/// rest is taken as it is, and as contents that somebody has given a right checksum.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::uint64_t ids_bytes = data[0] * IdSnapshot::kIdBytes;
  const std::string rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  check(rest, rest.size());
  const auto end = rest + fusion::bridge::tail_of(rest);
  check(end, ids_bytes + end.size());
  if (rest.size() >= IdSnapshot::kIdBytes) {
    std::string again;
    append_id(again, fusion::bridge::read_id(rest.data()));
    FUSION_CHECK(rest.starts_with(again));
  }
  return 0;
}
