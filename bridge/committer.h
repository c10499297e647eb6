#pragma once

#include <functional>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "bridge/offset_tracker.h"

namespace fusion::bridge {

class Source;

/// How what was written becomes permanent, and with it the positions of the input.
///
/// Calls wait for Kafka. Not thread-safe.
class Committer {
 public:
  struct Failure {
    /// After an abortable failure `abort` must follow; after a fatal one only a new process helps.
    enum class Class { kAbortable, kFatal };
    Class error_class = Class::kFatal;
    std::string message;

    bool is_fatal() const { return error_class == Class::kFatal; }
  };
  using Outcome = tl::expected<void, Failure>;

  virtual ~Committer() = default;

  /// Once, before the first `begin`. Gives up with a fatal failure when `give_up` becomes true; until then an
  /// absent Kafka is waited for.
  virtual Outcome initialize(const std::function<bool()>& give_up) = 0;

  virtual Outcome begin() = 0;
  virtual bool is_open() const = 0;

  /// Why nothing may be committed; none: it may.
  using Objection = std::function<std::optional<std::string>()>;

  /// Commits what was written since `begin` and these positions of the source's topic; begins by itself if
  /// there is nothing but positions. `objection` is asked right before the call that commits; one makes it
  /// fail.
  virtual Outcome commit(const Positions& positions, Source& source, const Objection& objection) = 0;

  /// Nothing that was written since `begin` is under way any more.
  virtual Outcome abort() = 0;
};

}  // namespace fusion::bridge
