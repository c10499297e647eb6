#include <string_view>

#include "contract/bridge_config.h"
#include "tests/fuzz/check.h"

/// The file /etc/fusion/bridge.json.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fusion::contract;
  const auto config = parse_bridge_config({reinterpret_cast<const char*>(data), size});
  if (!config) {
    FUSION_CHECK(config.error().starts_with("bridge configuration: "));
    return 0;
  }
  const auto text = to_json(*config);
  FUSION_CHECK(parse_bridge_config(text) == *config);
  return 0;
}
