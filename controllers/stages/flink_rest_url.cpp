#include "controllers/stages/flink_rest_url.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "controllers/served_object.h"
#include "controllers/stages/flink_answers.h"

namespace fusion::stages {
namespace {

using Json = nlohmann::json;
using namespace controllers::served;

constexpr std::string_view kServiceSuffix = "-rest";

/// One label of a name in DNS, as Kubernetes has them: nothing that a URL could take for more.
bool is_label(std::string_view text) {
  constexpr std::size_t kMostCharacters = 63;
  return !text.empty() && text.size() <= kMostCharacters && text.front() != '-' && text.back() != '-' &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

/// An option as text, whether it was written as text, as a number or as a boolean.
std::string option(const Json& configuration, const char* name) {
  if (!configuration.is_object() || !configuration.contains(name)) return {};
  const auto& value = configuration[name];
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::optional<int> port_of(const Json& configuration) {
  constexpr int kDefault = 8081;
  constexpr int kHighest = 65535;
  const auto text = option(configuration, "rest.port");
  if (text.empty()) return kDefault;
  int port = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc() || stop != end || port < 1 || port > kHighest) return std::nullopt;
  return port;
}

}  // namespace

std::string flink_rest_url(const Json& object, const std::string& cluster, const Json& configuration) {
  const auto ns = text(object, "/metadata/namespace");
  const auto job = text(object, "/status/jobStatus/jobId");
  const auto service = cluster + std::string(kServiceSuffix);
  const auto port = port_of(configuration);
  const bool is_usable = is_label(service) && is_label(ns) && is_flink_id(job) && port &&
                         option(configuration, "security.ssl.rest.enabled") != "true";
  if (!is_usable) return {};
  return "http://" + service + "." + ns + ".svc:" + std::to_string(*port) + "/jobs/" + job;
}

}  // namespace fusion::stages
