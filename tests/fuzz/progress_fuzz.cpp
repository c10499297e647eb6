#include <string_view>

#include "contract/progress.h"
#include "tests/fuzz/check.h"

/// The metadata of a committed offset, which anybody may have written who may commit for the group.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fusion::contract;
  const auto progress = parse_metadata({reinterpret_cast<const char*>(data), size});
  if (!progress) {
    FUSION_CHECK(!progress.error().empty());
    return 0;
  }
  const auto metadata = to_metadata(*progress);
  constexpr std::size_t kMostBytes = 4'096;  // a topic id may leave no room for zeros that were left out
  if (metadata.size() <= kMostBytes) FUSION_CHECK(parse_metadata(metadata) == *progress);
  return 0;
}
