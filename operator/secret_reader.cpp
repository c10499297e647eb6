#include "operator/secret_reader.h"

#include <openssl/evp.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "api/fusion_pipeline.h"

namespace fusion::op {
namespace {

using nlohmann::json;
using State = controllers::ObservedSecret::State;

/// Nothing if `text` is no padded base64, as the API server writes it.
std::optional<std::string> from_base64(const std::string& text) {
  if (text.empty()) return std::string();
  if (text.size() % 4 != 0) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  // The decoder counts padding as zero bytes.
  std::size_t padding = 0;
  while (padding < 2 && text[text.size() - 1 - padding] == '=') ++padding;
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return bytes;
}

bool is_labelled(const json& object) {
  const json labels = object.value("metadata", json::object()).value("labels", json::object());
  const auto label = labels.find(api::kCredentialsLabel);
  return label != labels.end() && *label == "true";
}

}  // namespace

SecretReader::SecretReader(kube::Api& api, std::chrono::milliseconds keep_for, Clock clock)
    : api_(api), keep_for_(keep_for), clock_(std::move(clock)) {}

ReadSecret SecretReader::read(const kube::ObjectKey& key) {
  {
    std::lock_guard lock(mutex_);
    const auto found = entries_.find(key);
    if (found != entries_.end() && clock_() - found->second.read_at < life_of(found->second.secret)) {
      return found->second.secret;
    }
  }
  ReadSecret secret = fetch(key);
  std::lock_guard lock(mutex_);
  entries_[key] = {secret, clock_()};
  return secret;
}

void SecretReader::forget_old() {
  std::lock_guard lock(mutex_);
  const auto now = clock_();
  std::erase_if(entries_, [&](const auto& entry) { return now - entry.second.read_at > 4 * keep_for_; });
}

std::chrono::milliseconds SecretReader::life_of(const ReadSecret& secret) const {
  return secret.observed.state == State::kFound && secret.observed.labelled ? keep_for_ : keep_for_ / 10;
}

ReadSecret SecretReader::fetch(const kube::ObjectKey& key) {
  ReadSecret secret;
  const auto object = api_.get(kube::resources::secrets(), key);
  if (!object) {
    const auto& error = object.error();
    secret.problem = error.message;
    if (error.reason == kube::Reason::NotFound) secret.observed.state = State::kNotFound;
    if (error.reason == kube::Reason::Forbidden) secret.observed.state = State::kForbidden;
    return secret;
  }
  secret.observed.state = State::kFound;
  secret.observed.labelled = is_labelled(*object);
  const json data = object->value("data", json::object());
  if (!secret.observed.labelled || !data.is_object()) return secret;
  for (const auto& [name, value] : data.items()) {
    if (!value.is_string()) continue;
    auto text = from_base64(value.get_ref<const std::string&>());
    if (!text) continue;
    secret.observed.keys.insert(name);
    secret.values.emplace(name, kafka::Secret(std::move(*text)));
  }
  return secret;
}

}  // namespace fusion::op
