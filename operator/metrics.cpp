#include "operator/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <mutex>
#include <utility>

namespace fusion::op {
namespace {

template <class Builder>
auto& family(prometheus::Registry& registry, Builder builder, const char* name, const char* help) {
  return builder.Name(name).Help(help).Register(registry);
}

const prometheus::Histogram::BucketBoundaries kDurationBuckets{0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 30};

using prometheus::MetricType;

/// What is known of each bridge or stage, by namespace and pipeline.
template <class Thing>
using ByPipeline = std::map<std::pair<std::string, std::string>, std::vector<Thing>>;

/// A figure of a bridge or a stage; left out where it has no value.
template <class Thing>
struct Figure {
  const char* name;
  const char* help;
  MetricType type;
  std::optional<double> (*value)(const Thing&);
};

std::optional<double> as_double(const std::optional<std::int64_t>& value) {
  if (!value) return std::nullopt;
  return static_cast<double>(*value);
}

const std::vector<Figure<BridgeFigures>> kOfBridges{
    {"fusion_bridge_lag_records",
     "Offsets between what a bridge has committed and its input's last stable offset.", MetricType::Gauge,
     [](const BridgeFigures& b) { return as_double(b.lag_records); }},
    {"fusion_bridge_lag_seconds",
     "How long a bridge has been behind: since its input's end was first seen beyond what is committed "
     "now.",
     MetricType::Gauge, [](const BridgeFigures& b) { return b.lag_seconds; }},
    {"fusion_bridge_records_per_second", "Records that a bridge carried a second over the last half minute.",
     MetricType::Gauge, [](const BridgeFigures& b) { return b.records_per_second; }},
    {"fusion_bridge_records_total", "Records that a bridge has carried since its group exists.",
     MetricType::Counter, [](const BridgeFigures& b) { return as_double(b.records); }},
    {"fusion_bridge_duplicates_total", "Repeats that a bridge has dropped since its group exists.",
     MetricType::Counter, [](const BridgeFigures& b) { return as_double(b.duplicates); }},
    {"fusion_bridge_bytes_total", "Bytes of keys and values of those records.", MetricType::Counter,
     [](const BridgeFigures& b) { return as_double(b.bytes); }},
    {"fusion_bridge_skew_seconds",
     "From the watermark of what is yet to be carried to the time of the input's newest record.",
     MetricType::Gauge, [](const BridgeFigures& b) { return b.skew_seconds; }},
    {"fusion_bridge_watermark_seconds", "The watermark, in seconds since the epoch.", MetricType::Gauge,
     [](const BridgeFigures& b) { return b.watermark_seconds; }},
    {"fusion_bridge_replicas", "Replicas that a bridge shall have.", MetricType::Gauge,
     [](const BridgeFigures& b) { return std::optional<double>(b.replicas); }},
    {"fusion_bridge_ready_replicas", "Replicas that are ready.", MetricType::Gauge,
     [](const BridgeFigures& b) { return std::optional<double>(b.ready_replicas); }},
};

const std::vector<Figure<StageFigures>> kOfStages{
    {"fusion_stage_lag_records",
     "Offsets between what a stage's groups have committed and their inputs' last stable offsets.",
     MetricType::Gauge, [](const StageFigures& s) { return as_double(s.lag_records); }},
    {"fusion_stage_watermark_seconds", "The watermark, in seconds since the epoch.", MetricType::Gauge,
     [](const StageFigures& s) { return s.watermark_seconds; }},
    {"fusion_stage_checkpoint_timestamp_seconds",
     "When the engine's newest checkpoint completed, in seconds since the epoch.", MetricType::Gauge,
     [](const StageFigures& s) { return s.checkpoint_seconds; }},
    {"fusion_stage_checkpoint_state_bytes", "The state in that checkpoint.", MetricType::Gauge,
     [](const StageFigures& s) { return as_double(s.checkpoint_bytes); }},
    {"fusion_stage_checkpoints_completed_total", "Checkpoints that completed since the job's master started.",
     MetricType::Counter, [](const StageFigures& s) { return as_double(s.checkpoints_completed); }},
    {"fusion_stage_checkpoints_failed_total", "Checkpoints that failed since then.", MetricType::Counter,
     [](const StageFigures& s) { return as_double(s.checkpoints_failed); }},
};

/// `label` names the things, and `name` is their member that holds the name.
template <class Thing>
void add_families(const ByPipeline<Thing>& things, const std::vector<Figure<Thing>>& figures,
                  const char* label, std::string Thing::*name,
                  std::vector<prometheus::MetricFamily>& families) {
  for (const auto& figure : figures) {
    prometheus::MetricFamily family{figure.name, figure.help, figure.type, {}};
    for (const auto& [pipeline, list] : things) {
      for (const auto& thing : list) {
        const auto value = figure.value(thing);
        if (!value) continue;
        prometheus::ClientMetric metric;
        metric.label = {{"namespace", pipeline.first}, {"pipeline", pipeline.second}, {label, thing.*name}};
        (figure.type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = *value;
        family.metric.push_back(std::move(metric));
      }
    }
    if (!family.metric.empty()) families.push_back(std::move(family));
  }
}

}  // namespace

struct Metrics::Parts {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& reconciles = family(
      registry, prometheus::BuildCounter(), "fusion_operator_reconcile_total", "Reconciles by result.");
  prometheus::Histogram& durations =
      family(registry, prometheus::BuildHistogram(), "fusion_operator_reconcile_duration_seconds",
             "How long a worker was busy with one reconcile.")
          .Add({}, kDurationBuckets);
  prometheus::Family<prometheus::Counter>& kube_requests =
      family(registry, prometheus::BuildCounter(), "fusion_operator_kube_requests_total",
             "Requests to the API server by verb and HTTP status; 0: no answer came.");
  prometheus::Family<prometheus::Counter>& kafka_requests =
      family(registry, prometheus::BuildCounter(), "fusion_operator_kafka_requests_total",
             "Requests to Kafka by kind and result.");
  prometheus::Counter& cleanups_given_up =
      family(registry, prometheus::BuildCounter(), "fusion_operator_cleanup_given_up_total",
             "Pipelines let go in a terminating namespace, their topics kept.")
          .Add({});
  prometheus::Counter& missing_answers =
      family(registry, prometheus::BuildCounter(), "fusion_operator_kafka_answers_missing_total",
             "Questions to Kafka whose answer was not waited for any longer.")
          .Add({});
  prometheus::Gauge& leader =
      family(registry, prometheus::BuildGauge(), "fusion_operator_leader", "1 while this process may write.")
          .Add({});
  prometheus::Family<prometheus::Gauge>& watches =
      family(registry, prometheus::BuildGauge(), "fusion_operator_watch_live",
             "1 while what is cached of a kind is up to date.");
  prometheus::Gauge& queue_depth = family(registry, prometheus::BuildGauge(), "fusion_operator_queue_depth",
                                          "Pipelines that wait for a worker.")
                                       .Add({});

  std::mutex mutex;
  std::function<std::size_t()> depth_source;  // guarded by mutex
  ByPipeline<BridgeFigures> bridges;          // guarded by mutex
  ByPipeline<StageFigures> stages;            // guarded by mutex
};

Metrics::Metrics() : parts_(std::make_unique<Parts>()) {}
Metrics::~Metrics() = default;

void Metrics::count_reconcile(std::string_view result, std::chrono::duration<double> took) {
  parts_->reconciles.Add({{"result", std::string(result)}}).Increment();
  parts_->durations.Observe(took.count());
}

void Metrics::count_kube_request(std::string_view verb, int http_status) {
  parts_->kube_requests.Add({{"verb", std::string(verb)}, {"code", std::to_string(http_status)}}).Increment();
}

void Metrics::count_kafka_request(std::string_view request, std::string_view result) {
  parts_->kafka_requests.Add({{"request", std::string(request)}, {"result", std::string(result)}})
      .Increment();
}

void Metrics::count_cleanup_given_up() { parts_->cleanups_given_up.Increment(); }

void Metrics::count_missing_answer() { parts_->missing_answers.Increment(); }

void Metrics::set_leader(bool leads) { parts_->leader.Set(leads ? 1 : 0); }

void Metrics::set_watch_live(std::string_view kind, bool live) {
  parts_->watches.Add({{"kind", std::string(kind)}}).Set(live ? 1 : 0);
}

void Metrics::set_queue_depth_source(std::function<std::size_t()> depth) {
  std::lock_guard lock(parts_->mutex);
  parts_->depth_source = std::move(depth);
}

void Metrics::set_bridges(const std::string& ns, const std::string& pipeline,
                          std::vector<BridgeFigures> bridges) {
  std::lock_guard lock(parts_->mutex);
  parts_->bridges[{ns, pipeline}] = std::move(bridges);
}

void Metrics::set_stages(const std::string& ns, const std::string& pipeline,
                         std::vector<StageFigures> stages) {
  std::lock_guard lock(parts_->mutex);
  parts_->stages[{ns, pipeline}] = std::move(stages);
}

void Metrics::forget_pipeline(const std::string& ns, const std::string& pipeline) {
  std::lock_guard lock(parts_->mutex);
  parts_->bridges.erase({ns, pipeline});
  parts_->stages.erase({ns, pipeline});
}

std::string Metrics::text() const {
  std::vector<prometheus::MetricFamily> of_pipelines;
  {
    std::lock_guard lock(parts_->mutex);
    if (parts_->depth_source) parts_->queue_depth.Set(static_cast<double>(parts_->depth_source()));
    add_families(parts_->bridges, kOfBridges, "bridge", &BridgeFigures::bridge, of_pipelines);
    add_families(parts_->stages, kOfStages, "stage", &StageFigures::stage, of_pipelines);
  }
  auto families = parts_->registry.Collect();
  families.insert(families.end(), std::make_move_iterator(of_pipelines.begin()),
                  std::make_move_iterator(of_pipelines.end()));
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace fusion::op
