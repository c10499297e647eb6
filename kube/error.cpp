#include "kube/error.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace fusion::kube {
namespace {

constexpr std::size_t kLongestQuote = 200;

Reason reason_of(int http_status, std::string_view status_reason, std::string_view message) {
  switch (http_status) {
    case 401:
      return Reason::Unauthorized;
    case 403:
      return Reason::Forbidden;
    case 404:
      return Reason::NotFound;
    case 408:
    case 504:
      return Reason::Timeout;
    case 409:
      return status_reason == "AlreadyExists" ? Reason::AlreadyExists : Reason::Conflict;
    case 410:
      return Reason::Gone;
    case 429:
      return Reason::Throttled;
    default:
      break;
  }
  if (http_status >= 500) {
    return message.find("failed to create typed patch object") != std::string_view::npos
               ? Reason::InvalidTemplate
               : Reason::ServerError;
  }
  return Reason::Invalid;
}

// A patch or an apply for another UID: the server calls it an attempt to change an immutable field.
bool is_about_uid(const nlohmann::json& status) {
  const auto causes = status.value(nlohmann::json::json_pointer("/details/causes"), nlohmann::json());
  if (!causes.is_array()) return false;
  return std::any_of(causes.begin(), causes.end(), [](const nlohmann::json& cause) {
    return cause.is_object() && cause.value("field", nlohmann::json()) == "metadata.uid";
  });
}

// What a proxy or a load balancer answers is shown as it is, as far as it is text.
std::string quote(std::string_view body) {
  std::string quoted;
  for (const char c : body.substr(0, kLongestQuote)) quoted += c >= ' ' && c <= '~' ? c : ' ';
  if (body.size() > kLongestQuote) quoted += "...";
  return quoted.empty() ? "no explanation" : quoted;
}

std::chrono::milliseconds seconds_from(std::string_view text) {
  long seconds = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (code != std::errc{} || end != text.data() + text.size() || seconds < 0) return {};
  return std::chrono::seconds(seconds);
}

}  // namespace

std::string_view to_string(Reason reason) {
  switch (reason) {
    case Reason::Conflict:
      return "Conflict";
    case Reason::NotFound:
      return "NotFound";
    case Reason::AlreadyExists:
      return "AlreadyExists";
    case Reason::Forbidden:
      return "Forbidden";
    case Reason::Unauthorized:
      return "Unauthorized";
    case Reason::Throttled:
      return "Throttled";
    case Reason::Unreachable:
      return "Unreachable";
    case Reason::Invalid:
      return "Invalid";
    case Reason::InvalidTemplate:
      return "InvalidTemplate";
    case Reason::Gone:
      return "Gone";
    case Reason::Timeout:
      return "Timeout";
    case Reason::Cancelled:
      return "Cancelled";
    case Reason::ServerError:
      return "ServerError";
  }
  return "ServerError";
}

bool is_transient(const Error& error) {
  switch (error.reason) {
    case Reason::Throttled:
    case Reason::Unreachable:
    case Reason::Timeout:
    case Reason::ServerError:
      return true;
    default:
      return false;
  }
}

Error error_from_response(int http_status, std::string_view call, std::string_view body,
                          std::string_view retry_after) {
  Error error;
  error.http_status = http_status;
  error.retry_after = seconds_from(retry_after);

  std::string explanation;
  std::string status_reason;
  const auto status = nlohmann::json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (status.is_object() && status.value("kind", nlohmann::json()) == "Status") {
    if (const auto it = status.find("message"); it != status.end() && it->is_string()) explanation = *it;
    if (const auto it = status.find("reason"); it != status.end() && it->is_string()) status_reason = *it;
    if (error.retry_after.count() == 0) {
      const auto seconds =
          status.value(nlohmann::json::json_pointer("/details/retryAfterSeconds"), nlohmann::json());
      if (seconds.is_number_integer() && seconds > 0)
        error.retry_after = std::chrono::seconds(seconds.get<int>());
    }
  }
  if (explanation.empty()) explanation = quote(body);

  error.reason = http_status == 422 && status.is_object() && is_about_uid(status)
                     ? Reason::Conflict
                     : reason_of(http_status, status_reason, explanation);
  error.message = std::string(call) + ": " + explanation + " (HTTP " + std::to_string(http_status) + ")";
  return error;
}

}  // namespace fusion::kube
