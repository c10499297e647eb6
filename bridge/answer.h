#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <utility>

#include "kafka/admin.h"

namespace fusion::bridge {

/// An answer that an Admin will give on its own thread. May be destroyed before it comes.
template <class T>
class Answer {
 public:
  Answer() : promise_(std::make_shared<std::promise<T>>()), future_(promise_->get_future()) {}

  /// To be called by the Admin, once.
  kafka::Callback<T> callback() {
    return [promise = promise_](T answer) { promise->set_value(std::move(answer)); };
  }

  /// Takes the answer if it has come.
  std::optional<T> poll() {
    if (future_.wait_for(std::chrono::milliseconds(0)) != std::future_status::ready) return std::nullopt;
    return future_.get();
  }

  /// Waits for the answer and takes it; Closed as soon as `give_up`, which is asked every 100 ms, says so.
  kafka::Result<T> wait(const std::function<bool()>& give_up) {
    while (future_.wait_for(std::chrono::milliseconds(100)) != std::future_status::ready) {
      if (give_up())
        return tl::make_unexpected(kafka::Error{kafka::Reason::Closed, "this process is ending", true});
    }
    return future_.get();
  }

 private:
  std::shared_ptr<std::promise<T>> promise_;
  std::future<T> future_;
};

}  // namespace fusion::bridge
