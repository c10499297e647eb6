#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "operator/log.h"

namespace fusion::op {

/// What the operator is told on its command line.
struct Options {
  std::filesystem::path kubeconfig;     ///< empty: $KUBECONFIG, the pod's service account, ~/.kube/config
  std::vector<std::string> namespaces;  ///< watched; empty: all
  std::filesystem::path kafka_config;   ///< the default connection's file; empty: there is none
  std::string installation_id;          ///< empty: derived, see README; required with --namespaces
  std::string bridge_image;
  int workers = 2;
  int max_concurrent_rollouts = 5;  ///< pipelines whose pods a new operator version replaces at a time
  std::chrono::milliseconds status_interval{10'000};
  std::chrono::milliseconds kafka_resync{30'000};
  std::chrono::milliseconds engine_discovery{60'000};  ///< how often newly installed engines are looked for
  bool engine_progress = true;  ///< whether Flink jobs are asked how far they have come
  std::string listen_host = "0.0.0.0";
  std::uint16_t listen_port = 8080;  ///< 0: any free port, which is logged
  LogLevel log_level = LogLevel::kInfo;
  bool leader_elect = true;
  std::string lease_namespace;  ///< empty: the pod's own namespace, else that of the kubeconfig
  std::string lease_name = "fusion-operator";
};

/// Why main should end at once: `text` goes to stdout when `exit_code` is 0 (help, version), else to stderr.
struct Exit {
  int exit_code = 0;
  std::string text;
};

/// Never throws. A wrong option is an Exit with code 2 that names the option.
tl::expected<Options, Exit> parse_options(int argc, const char* const* argv);

}  // namespace fusion::op
