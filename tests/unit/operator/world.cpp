#include "tests/unit/operator/world.h"

#include <utility>

#include "controllers/bridges/child_name.h"
#include "controllers/children.h"

namespace fusion::op::testing {

using nlohmann::json;
namespace types = kube::resources;

World::World()
    : queue_({},
             [this] { return std::chrono::steady_clock::time_point{} + std::chrono::hours(1) + passed_; }),
      secrets_(api_, std::chrono::seconds(30),
               [this] { return std::chrono::steady_clock::time_point{} + passed_; }),
      pool_(
          [this](const kafka::Connection&) -> kafka::Result<std::unique_ptr<kafka::Admin>> {
            return kafka_.connect();
          },
          std::chrono::minutes(2), [] { return std::chrono::steady_clock::now(); }),
      jobs_({.interval = std::chrono::seconds(10),
             .clock =
                 [this] { return std::chrono::steady_clock::time_point{} + std::chrono::hours(1) + passed_; },
             .ask =
                 [this](const std::string& url, const std::stop_token&) {
                   asked_.push_back(url);
                   return job_;
                 },
             .wake = [this](const kube::ObjectKey& key) { queue_.add(key); }},
            Log(LogLevel::kError)) {
  setup_->settings.installation_id = "test";
  setup_->settings.bridge_image = "fusion:1";
  reconciler_ = std::make_unique<Reconciler>(
      Environment{
          .api = api_,
          .kafka = pool_,
          .cluster = *this,
          .claims = claims_,
          .secrets = secrets_,
          .queue = queue_,
          .metrics = metrics_,
          .rollouts = rollouts_,
          .status_pacer = pacer_,
          .renewal_pacer = renewal_pacer_,
          .jobs = &jobs_,
          .setup = [this] { return std::shared_ptr<const op::Setup>(setup_); },
          .may_write = [this] { return leads_; },
          .namespaces = {},
          .instance = "test",
          .steady =
              [this] { return std::chrono::steady_clock::time_point{} + std::chrono::hours(1) + passed_; },
          .wall =
              [this] {
                return std::chrono::system_clock::time_point{} + std::chrono::hours(480'000) + passed_;
              }},
      Log(LogLevel::kError));
}

World::~World() { reconciler_.reset(); }

json World::spec_with_bridge() {
  return {{"kafka", {{"bootstrapServers", "k:9092"}}},
          {"topics",
           {{{"name", "in"}, {"partitions", 3}}, {{"name", "out"}, {"config", {{"retention.ms", "1000"}}}}}},
          {"bridges", {{{"name", "carry"}, {"from", {{"topic", "in"}}}, {"to", {{"topic", "out"}}}}}}};
}

void World::apply_pipeline(json spec) {
  json object = server_.find(types::fusion_pipelines(), key_);
  if (object.is_null()) {
    object = {{"apiVersion", api::kApiVersion},
              {"kind", api::kKind},
              {"metadata", {{"namespace", key_.ns}, {"name", key_.name}, {"generation", 1}}}};
  } else {
    object["metadata"]["generation"] = object["metadata"].value("generation", 1) + 1;
  }
  object["spec"] = std::move(spec);
  server_.put(types::fusion_pipelines(), object);
}

void World::use_default_connection(topics::TopicPolicy policy) {
  api::Kafka kafka;
  kafka.bootstrap_servers = "k:9092";
  auto setup = std::make_shared<op::Setup>(*setup_);
  setup->settings.default_connection = controllers::DefaultConnection{kafka, std::move(policy)};
  setup->default_connection = kafka::Connection{"k:9092", {}, {}};
  setup_ = std::move(setup);
}

void World::delete_pipeline() { ASSERT_TRUE(server_.delete_object(types::fusion_pipelines(), key_, {})); }

bool World::step() {
  std::string now = server_.find(types::fusion_pipelines(), key_).dump();
  for (const auto& type :
       {types::stateful_sets(), types::config_maps(), types::pods(), types::persistent_volume_claims()}) {
    for (const auto& object : objects(type, "")) now += object.dump();
  }
  if (now != seen_) {
    seen_ = std::move(now);
    claims_.set_pipeline(key_, pipeline(key_));
    queue_.add(key_);
  }
  bool busy = false;
  while (const auto key = queue_.try_take()) {
    reconciler_->reconcile(*key);
    queue_.done(*key);
    ++reconciles_;
    busy = true;
  }
  while (jobs_.ask_next()) busy = true;
  return kafka_.answer() > 0 || busy;
}

bool World::settle() {
  constexpr int kFarTooMany = 100;
  for (int round = 0; round < kFarTooMany; ++round) {
    if (!step()) return true;
  }
  return false;
}

void World::pass(std::chrono::seconds time) {
  for (; time.count() > 0; --time) {
    passed_ += std::chrono::seconds(1);
    ASSERT_TRUE(settle()) << "a hot loop";
  }
}

json World::status() const {
  const json object = server_.find(types::fusion_pipelines(), key_);
  return object.is_null() ? json::object() : object.value("status", json::object());
}

std::string World::condition(const std::string& type) const {
  for (const auto& condition : status().value("conditions", json::array())) {
    if (condition["type"] == type) {
      return condition["status"].get<std::string>() + " " + condition["reason"].get<std::string>();
    }
  }
  return "none";
}

std::string World::message(const std::string& type) const {
  for (const auto& condition : status().value("conditions", json::array())) {
    if (condition["type"] == type) return condition["message"];
  }
  return "none";
}

std::vector<json> World::objects(const kube::ResourceType& type, const std::string& ns) const {
  auto page = server_.list(type, ns, {});
  return std::move(page->items);
}

std::vector<std::string> World::names(const kube::ResourceType& type) const {
  std::vector<std::string> names;
  for (const auto& object : objects(type, "")) {
    names.push_back(object["metadata"]["name"]);
  }
  return names;
}

std::vector<std::string> World::new_writes() {
  std::vector<std::string> writes;
  for (const auto& write : server_.writes()) {
    if (write.find(" events ") == std::string::npos) writes.push_back(write);
  }
  server_.forget_writes();
  return writes;
}

std::shared_ptr<const KnownPipeline> World::pipeline(const kube::ObjectKey& key) const {
  const json object = server_.find(types::fusion_pipelines(), key);
  return object.is_null() ? nullptr : std::make_shared<const KnownPipeline>(project_pipeline(object));
}

Children World::children(const kube::ObjectKey& key) const {
  const auto labelled = [&](const kube::ResourceType& type) {
    auto found = objects(type, key.ns);
    std::erase_if(found, [&](const json& object) {
      const json labels = object["metadata"].value("labels", json::object());
      return labels.value(controllers::kPipelineLabel, "") != bridges::label_value(key.name);
    });
    return found;
  };
  Children children;
  for (const auto& set : labelled(types::stateful_sets())) {
    children.stateful_sets.push_back(
        {bridges::project_stateful_set(set), set["metadata"]["resourceVersion"]});
  }
  for (const auto& map : labelled(types::config_maps())) {
    children.config_maps.push_back({bridges::project_config_map(map), map["metadata"]["resourceVersion"]});
  }
  for (const auto& pod : labelled(types::pods())) children.pods.push_back(bridges::project_pod(pod));
  for (const auto& claim : labelled(types::persistent_volume_claims())) {
    children.claims.push_back(checkpoints::project_claim(claim));
  }
  return children;
}

}  // namespace fusion::op::testing
