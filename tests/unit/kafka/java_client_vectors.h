#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

namespace fusion::kafka {

/// What the Java client computed: see vectors/JavaClientVectors.java.
inline nlohmann::json java_client_vectors() {
  std::ifstream file(std::string(FUSION_SOURCE_DIR) + "/tests/unit/kafka/java_client_vectors.json");
  return nlohmann::json::parse(file);
}

}  // namespace fusion::kafka
