#include "kafka/admin_loop.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "kafka/answers.h"
#include "kafka/requests.h"

namespace fusion::kafka {
namespace {

/// An answer that only a broker can have given, be it a refusal.
bool shows_a_broker(const std::pair<const std::string, Answer>& entry) {
  if (entry.second) return true;
  const Reason reason = entry.second.error().reason;
  return reason != Reason::Unreachable && reason != Reason::AuthenticationFailed && reason != Reason::Timeout;
}

}  // namespace

AdminLoop::AdminLoop(ProducerHandle client, std::string where, AdminSettings settings)
    : settings_(std::move(settings)),
      client_(std::move(client)),
      queue_(rd_kafka_queue_new(client_.get())),
      lanes_(settings_.linger, settings_.request_timeout, settings_.max_batch),
      connectivity_(std::move(where)) {
  const QueueHandle main(rd_kafka_queue_get_main(client_.get()));
  rd_kafka_queue_forward(main.get(), queue_.get());  // error events come there
  rd_kafka_set_log_queue(client_.get(), queue_.get());
  thread_ = std::thread([this] { run(); });
}

AdminLoop::~AdminLoop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  rd_kafka_queue_yield(queue_.get());
  thread_.join();
}

void AdminLoop::post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    inbox_.push_back(std::move(task));
  }
  rd_kafka_queue_yield(queue_.get());
}

void AdminLoop::run() {
  pthread_setname_np(pthread_self(), "kafka-admin");
  while (run_tasks()) {
    const auto now = Clock::now();
    for (auto& batch : lanes_.take_due(now)) send(std::move(batch));
    for (const auto& item : lanes_.take_expired(now)) {
      item.answer(tl::make_unexpected(
          Error{Reason::Timeout,
                subject(item.kind, item.name) +
                    ": not sent, because earlier work on it has not been answered in time",
                true}));
    }
    const EventHandle event(rd_kafka_queue_poll(queue_.get(), wait_ms()));
    if (event) handle(event.get());
  }
  close();
}

/// False when it is time to stop.
bool AdminLoop::run_tasks() {
  std::vector<Task> tasks;
  bool stopping = false;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(inbox_);
    stopping = stopping_;
  }
  for (auto& task : tasks) task();
  return !stopping;
}

int AdminLoop::wait_ms() const {
  const auto due = lanes_.next_due();
  if (!due) return -1;  // rd_kafka_queue_yield() ends it
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*due - Clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
}

void AdminLoop::send(Batch batch) {
  const auto sending = kafka::send(client_.get(), queue_.get(), batch, settings_.request_timeout);
  if (!sending.sent) lanes_.finish(batch);
  for (const auto& [name, error] : sending.refused) {
    for (const auto& item : batch.items.at(name)) item.answer(tl::make_unexpected(error));
    if (sending.sent) free_lane(batch, name);
  }
  if (!sending.sent) return;
  const auto id = batch.id;
  in_flight_.emplace(id, InFlight{std::move(batch), Clock::now()});
}

void AdminLoop::free_lane(Batch& batch, const std::string& name) {
  Batch refused{0, batch.kind, {}};
  refused.items.insert(batch.items.extract(name));
  lanes_.finish(refused);
}

void AdminLoop::handle(rd_kafka_event_t* event) {
  switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_LOG:
      return log(event);
    case RD_KAFKA_EVENT_ERROR:
      return connectivity_.failed(rd_kafka_event_error(event), rd_kafka_event_error_string(event));
    default:
      break;
  }
  const auto id = reinterpret_cast<std::uintptr_t>(rd_kafka_event_opaque(event));
  const auto found = in_flight_.extract(id);
  if (!found) return;
  const InFlight& flight = found.mapped();
  lanes_.finish(flight.batch);
  sample(flight, rd_kafka_event_error(event));  // first: who has an answer finds its request counted
  answer(flight.batch, event);
}

void AdminLoop::sample(const InFlight& flight, rd_kafka_resp_err_t failed) const {
  if (!settings_.on_request) return;
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - flight.sent);
  RequestSample sample{flight.batch.kind, flight.batch.items.size(), took, std::nullopt};
  if (failed) sample.failed = connectivity_.explain(failed, "", "").reason;
  settings_.on_request(sample);
}

void AdminLoop::answer(const Batch& batch, rd_kafka_event_t* event) {
  const Explain explain = [this](auto code, auto what, auto detail) {
    return connectivity_.explain(code, what, detail);
  };
  const auto failed = rd_kafka_event_error(event);
  std::map<std::string, Answer> answers;
  if (!failed) {
    answers = answers_of(event, batch.kind, explain);
    if (std::any_of(answers.begin(), answers.end(), shows_a_broker)) connectivity_.answered();
  }
  for (const auto& [name, items] : batch.items) {
    const auto found = answers.find(name);
    const std::string what = subject(batch.kind, name);
    for (const auto& item : items) {
      if (failed) {
        item.answer(tl::make_unexpected(explain(failed, what, rd_kafka_event_error_string(event))));
      } else if (found != answers.end()) {
        item.answer(found->second);
      } else {
        item.answer(tl::make_unexpected(Error{Reason::Other, what + ": Kafka's answer leaves it out", true}));
      }
    }
  }
}

void AdminLoop::log(rd_kafka_event_t* event) const {
  const char* facility = nullptr;
  const char* text = nullptr;
  int level = 0;  // of syslog(3)
  if (!settings_.log || rd_kafka_event_log(event, &facility, &text, &level) != 0) return;
  const auto ours = level <= 3   ? LogLevel::Error
                    : level == 4 ? LogLevel::Warning
                    : level <= 6 ? LogLevel::Info
                                 : LogLevel::Debug;
  settings_.log({ours, facility, text});
}

void AdminLoop::close() {
  for (auto& [_, flight] : in_flight_) {
    for (auto& [name, items] : flight.batch.items) {
      for (auto& item : items) lanes_.add(std::move(item));
    }
  }
  in_flight_.clear();
  // In rounds: a callback may call again.
  for (auto items = lanes_.drain(); !items.empty(); run_tasks(), items = lanes_.drain()) {
    for (const auto& item : items) {
      item.answer(tl::make_unexpected(
          Error{Reason::Closed,
                subject(item.kind, item.name) + ": the Kafka client was closed before the answer", false}));
    }
  }
}

}  // namespace fusion::kafka
