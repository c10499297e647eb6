#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace fusion::kafka {

/// What went wrong, as a word that can become the reason of a condition.
enum class Reason {
  Unreachable,           ///< no broker answers: down, wrong address, TLS handshake refused, not Kafka at all
  AuthenticationFailed,  ///< a broker answers, and refuses the credentials
  NotAuthorized,         ///< the user is known and may not do this
  TopicNotFound,         ///< no such topic, or no such partition of it
  TopicAlreadyExists,
  InvalidTopicName,  ///< forbidden by Kafka's naming rules, or clashes with a topic that exists (a.b and a_b)
  InvalidPartitions,         ///< zero, too many, or fewer than the topic has
  InvalidReplicationFactor,  ///< zero, or more than there are brokers
  InvalidConfig,             ///< a key that Kafka does not know, or a value that it refuses
  InvalidRequest,            ///< Kafka or librdkafka refuses the request as malformed
  PolicyViolation,           ///< the cluster's create.topic.policy or alter.config.policy refuses
  GroupNotFound,
  GroupNotEmpty,      ///< a consumer group with members cannot be deleted
  UnstableOffsets,    ///< a transaction that commits offsets is still open
  Unsupported,        ///< the broker is too old for this request, or has it switched off
  InvalidConnection,  ///< the connection's settings are unusable before anything is sent (a broken PEM)
  Busy,               ///< Kafka asks to come back later: throttled, loading, electing a leader
  Timeout,            ///< a broker was reached and gave no answer in time
  Closed,             ///< this client was shut down before the answer came
  Fatal,              ///< the client instance cannot go on: make a new one (a fenced producer)
  Other,
};

/// The word itself, as written above: "TopicNotFound".
std::string_view to_string(Reason reason);

struct Error {
  Reason reason = Reason::Other;
  /// A sentence for the user: what, where, what to do. Never contains a secret.
  std::string message;
  /// The same call may succeed later although nobody changes the call or the connection. False does not
  /// mean never: somebody may change Kafka (grant a right, delete a topic), which nothing announces.
  bool retriable = false;

  bool operator==(const Error&) const = default;
};

template <class T>
using Result = tl::expected<T, Error>;

}  // namespace fusion::kafka
