#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace fusion::kube {

/// Why a call to the API server did not do what was asked, told apart by what a caller must do next.
enum class Reason {
  Conflict,  ///< 409, or 422 for metadata.uid: not the resourceVersion or UID that was expected; read again,
             ///< then decide again
  NotFound,  ///< 404: no such object, namespace, or resource type
  AlreadyExists,  ///< 409 on create: look at who owns it before touching it
  Forbidden,      ///< 403: RBAC, admission, quota, or a namespace that is being deleted
  Unauthorized,   ///< 401: credentials are missing, wrong, or expired
  Throttled,      ///< 429: wait for `retry_after`
  Unreachable,    ///< no answer: refused, reset, TLS failure; a write may or may not have happened
  Invalid,  ///< 400, 405, 415, 422, or an answer or a file that cannot be understood: retrying does not help
  InvalidTemplate,  ///< 500 "failed to create typed patch object": a typo in an applied object; final, not a
                    ///< retry
  Gone,             ///< 410: the resourceVersion or continue token is too old; list again
  Timeout,          ///< 408, 504, or no answer in time; a write may or may not have happened
  Cancelled,        ///< the caller's stop token was triggered
  ServerError,      ///< any other 5xx: retry with backoff
};

/// The CamelCase word for conditions, events and logs, such as "AlreadyExists".
std::string_view to_string(Reason reason);

/// A failed call. `message` is a sentence for a user: what was asked, of which object, what the server said.
/// It never holds a credential.
struct Error {
  Reason reason = Reason::ServerError;
  std::string message = {};
  std::chrono::milliseconds retry_after{0};  ///< the server's Retry-After; zero when it named none
  int http_status = 0;                       ///< zero when no HTTP answer came
};

/// Whether the same call may succeed later without anybody changing anything.
bool is_transient(const Error& error);

template <class T>
using Expected = tl::expected<T, Error>;

/// For `return fail({Reason::Invalid, "..."})` in functions that answer an Expected.
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

/// Maps an HTTP answer that is not 2xx to an Error.
///
/// `call` says what was asked, such as "create statefulsets demo/flights". `body` is the answer's body: a
/// `metav1.Status` by the API conventions, or anything at all. `retry_after` is the header's value.
Error error_from_response(int http_status, std::string_view call, std::string_view body,
                          std::string_view retry_after);

}  // namespace fusion::kube
