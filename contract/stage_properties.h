#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace fusion::contract {

/// The format of the stage contract; a stage may refuse one that it does not know.
inline constexpr int kStageContractVersion = 1;
/// Where a stage's pods find the contract as a file.
inline constexpr char kStagePropertiesFile[] = "stage.properties";
inline constexpr char kStageContractDirectory[] = "/etc/fusion";

/// What a stage's job is told: docs/stage-contract.md explains each. No secret is in it: credentials are
/// named by the file that holds them.
struct StageProperties {
  std::string namespace_name;
  std::string pipeline;
  std::string stage;
  std::string bootstrap_servers;
  std::string security_protocol;               ///< as Kafka's clients name it, such as PLAINTEXT or SASL_SSL
  std::string sasl_mechanism;                  ///< empty: none
  std::string sasl_username;                   ///< empty: none
  std::string sasl_password_file;              ///< empty: none
  std::string ca_file;                         ///< PEM; empty: the system's
  std::string certificate_file;                ///< PEM; empty: none
  std::string key_file;                        ///< PEM; empty: none
  std::vector<std::string> input_topics;       ///< in the order of the spec
  std::vector<std::string> input_groups;       ///< one for each input topic
  std::vector<std::string> output_topics;      ///< in the order of the spec
  std::vector<std::string> output_id_headers;  ///< one for each output topic, empty where there is none
  std::string transactional_id_prefix;         ///< never changes for this stage
  std::chrono::milliseconds transaction_timeout{0};
  std::chrono::milliseconds partition_discovery_interval{0};
  std::chrono::milliseconds source_idle_timeout{0};
  std::chrono::milliseconds max_out_of_orderness{0};
  std::string checkpoint_directory;  ///< a URI; empty: not for us to say

  bool operator==(const StageProperties&) const = default;
};

/// The properties by name, such as `input.topics`; what is empty is left out.
std::map<std::string, std::string> entries_of(const StageProperties& properties);

/// A file as java.util.Properties reads it, in ASCII, in the order of the names.
std::string to_properties_file(const StageProperties& properties);

/// `input.topics` as `FUSION_INPUT_TOPICS`.
std::string environment_name(const std::string& property);

}  // namespace fusion::contract
