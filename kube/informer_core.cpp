#include "kube/informer_core.h"

#include <pthread.h>

#include <nlohmann/json.hpp>
#include <random>

namespace fusion::kube {
namespace {

using nlohmann::json;

struct Identity {
  ObjectKey key;
  std::string uid;
  std::string resource_version;
};

Expected<Identity> identity_of(const json& object) {
  try {
    const auto& metadata = object.at("metadata");
    return Identity{{metadata.value("namespace", ""), metadata.at("name").get<std::string>()},
                    metadata.value("uid", ""),
                    metadata.at("resourceVersion").get<std::string>()};
  } catch (const json::exception& e) {
    return fail(
        {Reason::Invalid, std::string("an object without name or resourceVersion: ") + e.what(), {}, 0});
  }
}

Error malformed(const ResourceType& type, std::string_view line) {
  return {Reason::Invalid,
          "watch " + type.plural +
              ": the server sent what is not a watch event: " + std::string(line.substr(0, 100)),
          {},
          0};
}

}  // namespace

InformerCore::InformerCore(Api& api, InformerOptions options, ErasedProjection project,
                           ErasedCallbacks callbacks)
    : api_(api),
      options_(std::move(options)),
      project_(std::move(project)),
      callbacks_(std::move(callbacks)),
      random_(std::random_device{}()),
      backoff_(options_.backoff, random_()) {}

InformerCore::~InformerCore() { stop(); }

void InformerCore::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) {
    const auto& name = options_.name.empty() ? options_.type.plural : options_.name;
    pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
    run(stop);
  });
}

void InformerCore::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

bool InformerCore::has_synced() const {
  const std::lock_guard lock(mutex_);
  return has_synced_;
}

bool InformerCore::wait_for_sync(std::chrono::milliseconds limit) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, limit, [this] { return has_synced_; });
}

Health InformerCore::health() const {
  const std::lock_guard lock(mutex_);
  return health_;
}

Expected<ErasedObject> InformerCore::get(const ObjectKey& key) const {
  const std::lock_guard lock(mutex_);
  const auto it = entries_.find(key);
  if (it != entries_.end()) {
    if (it->second.rejection) return fail(*it->second.rejection);
    return it->second.object;
  }
  if (has_synced_) return ErasedObject();
  return fail({Reason::Unreachable, options_.type.plural + " have not been listed yet", {}, 0});
}

void InformerCore::for_each(const std::string& ns,
                            const std::function<void(const ObjectKey&, const ErasedObject&)>& visit) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [key, entry] : entries_) {
    if (entry.object && (ns.empty() || key.ns == ns)) visit(key, entry.object);
  }
}

std::size_t InformerCore::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

void InformerCore::run(const std::stop_token& stop) {
  auto next = Next::List;
  while (!stop.stop_requested()) {
    next = next == Next::List ? list_all(stop) : watch_once(stop);
  }
}

InformerCore::Next InformerCore::list_all(const std::stop_token& stop) {
  std::unordered_set<ObjectKey> listed;
  ListOptions options{options_.label_selector, options_.field_selector, options_.page_size, {}};
  do {
    const auto page = api_.list(options_.type, options_.ns, options, stop);
    // Half a list says nothing about what it does not hold: forget it and begin anew.
    if (!page) return failed(page.error(), Next::List, stop);
    for (const auto& object : page->items) {
      const auto identity = identity_of(object);
      if (!identity) return failed(identity.error(), Next::List, stop);
      listed.insert(identity->key);
      upsert(object);
    }
    options.continue_token = page->continue_token;
    resource_version_ = page->resource_version;
  } while (!options.continue_token.empty());

  erase_all_but(listed);
  {
    const std::lock_guard lock(mutex_);
    has_synced_ = true;
  }
  changed_.notify_all();
  set_health(Health::State::Live, std::nullopt);
  return Next::Watch;
}

InformerCore::Next InformerCore::watch_once(const std::stop_token& stop) {
  const auto base = options_.watch_duration;
  WatchOptions options{options_.label_selector, options_.field_selector, resource_version_,
                       base + std::chrono::seconds(random_() % (base.count() + 1)),
                       [this] { set_health(Health::State::Live, std::nullopt); }};
  std::optional<Error> bad_event;
  bool heard = false;
  const auto ended = api_.watch(
      options_.type, options_.ns, options,
      [&](std::string_view line) {
        if (auto handled = handle_line(line); !handled) {
          bad_event = handled.error();
          return false;
        }
        backoff_.reset();
        return heard = true;
      },
      stop);

  if (stop.stop_requested()) return Next::Watch;
  if (bad_event) {
    // Gone is how the server asks for a new list; that is no failure, unless it does so again and again.
    if (bad_event->reason == Reason::Gone && heard) return Next::List;
    return failed(*bad_event, Next::List, stop);
  }
  if (!ended && ended.error().http_status == 0) return failed(ended.error(), Next::Watch, stop);
  if (!ended) return failed(ended.error(), Next::List, stop);
  if (!heard)
    wait(backoff_.next(), stop);  // a server that ends silent watches at once must not be asked in a loop
  return Next::Watch;
}

Expected<void> InformerCore::handle_line(std::string_view line) {
  const auto event = json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!event.is_object() || !event.contains("type") || !event["type"].is_string() ||
      !event.contains("object") || !event["object"].is_object()) {
    return fail(malformed(options_.type, line));
  }
  const auto& type = event["type"].get_ref<const std::string&>();
  const auto& object = event["object"];
  if (type == "ERROR") {
    const auto code = object.value("code", json());
    return fail(error_from_response(code.is_number_integer() ? code.get<int>() : 500,
                                    "watch " + options_.type.plural, object.dump(), {}));
  }
  const auto version = object.value(json::json_pointer("/metadata/resourceVersion"), json());
  if (!version.is_string()) return fail(malformed(options_.type, line));
  if (type == "ADDED" || type == "MODIFIED" || type == "DELETED") {
    const auto identity = identity_of(object);
    if (!identity) return fail(identity.error());
    if (type == "DELETED") {
      erase(identity->key);
    } else {
      upsert(object);
    }
  } else if (type != "BOOKMARK") {
    return fail(malformed(options_.type, line));
  }
  resource_version_ = version;
  return {};
}

void InformerCore::upsert(const json& object) {
  const auto identity = *identity_of(object);
  Entry before;
  {
    const std::lock_guard lock(mutex_);
    if (const auto it = entries_.find(identity.key); it != entries_.end()) before = it->second;
  }
  if (before.resource_version == identity.resource_version && before.uid == identity.uid) return;

  const auto projected = project(object);
  Entry after{identity.uid, identity.resource_version, nullptr, std::nullopt};
  if (projected) {
    after.object = *projected;
  } else {
    after.rejection = projected.error();
  }
  {
    const std::lock_guard lock(mutex_);
    entries_[identity.key] = after;
  }
  if (after.rejection) {
    if (callbacks_.on_rejected) callbacks_.on_rejected(identity.key, *after.rejection);
    return;
  }
  if (!callbacks_.on_change) return;
  const bool another = before.object && before.uid != after.uid;
  if (another) callbacks_.on_change(identity.key, before.object, nullptr);
  callbacks_.on_change(identity.key, another ? nullptr : before.object, after.object);
}

Expected<ErasedObject> InformerCore::project(const json& object) const {
  try {
    return project_(object);
  } catch (const std::exception& e) {
    return fail({Reason::Invalid, options_.type.kind + " cannot be read: " + e.what(), {}, 0});
  }
}

void InformerCore::erase(const ObjectKey& key) {
  ErasedObject before;
  {
    const std::lock_guard lock(mutex_);
    const auto it = entries_.find(key);
    if (it == entries_.end()) return;
    before = std::move(it->second.object);
    entries_.erase(it);
  }
  if (callbacks_.on_change) callbacks_.on_change(key, before, nullptr);
}

void InformerCore::erase_all_but(const std::unordered_set<ObjectKey>& listed) {
  std::vector<ObjectKey> gone;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, entry] : entries_) {
      if (!listed.contains(key)) gone.push_back(key);
    }
  }
  for (const auto& key : gone) erase(key);
}

InformerCore::Next InformerCore::failed(const Error& error, Next next, const std::stop_token& stop) {
  if (stop.stop_requested()) return next;
  set_health(Health::State::Unknown, error);
  wait(std::max(backoff_.next(), error.retry_after), stop);
  return next;
}

void InformerCore::set_health(Health::State state, std::optional<Error> error) {
  Health told;
  bool changed = false;
  {
    const std::lock_guard lock(mutex_);
    const auto reason = [](const Health& health) {
      return health.last_error ? std::optional(health.last_error->reason) : std::nullopt;
    };
    told = {state, std::move(error)};
    changed = health_.state != state || reason(health_) != reason(told);
    health_ = told;
  }
  if (changed && callbacks_.on_health) callbacks_.on_health(told);
}

void InformerCore::wait(std::chrono::milliseconds duration, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, stop, duration, [] { return false; });
}

}  // namespace fusion::kube
