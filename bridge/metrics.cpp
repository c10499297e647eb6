#include "bridge/metrics.h"

#include <prometheus/text_serializer.h>

namespace fusion::bridge {
namespace {

using Labels = std::map<std::string, std::string>;

template <class Builder>
auto& family(Builder builder, const char* name, const char* help, const Labels& labels,
             prometheus::Registry& registry) {
  return builder.Name(name).Help(help).Labels(labels).Register(registry);
}

prometheus::Counter& counter(const char* name, const char* help, const Labels& labels,
                             prometheus::Registry& registry) {
  return family(prometheus::BuildCounter(), name, help, labels, registry).Add({});
}

prometheus::Family<prometheus::Counter>& transactions(const Labels& labels, prometheus::Registry& registry) {
  return family(prometheus::BuildCounter(), "fusion_bridge_transactions_total",
                "Transactions that ended, by result.", labels, registry);
}

prometheus::Family<prometheus::Counter>& snapshots(const Labels& labels, prometheus::Registry& registry) {
  return family(prometheus::BuildCounter(), "fusion_bridge_snapshots_total",
                "Snapshots of the ids on the checkpoint volume that ended, by result.", labels, registry);
}

}  // namespace

Metrics::Metrics(const std::string& pipeline, const std::string& bridge)
    : records_(counter("fusion_bridge_records_total", "Records carried and committed.",
                       {{"pipeline", pipeline}, {"bridge", bridge}}, registry_)),
      bytes_(counter("fusion_bridge_bytes_total", "Bytes of keys and values carried and committed.",
                     {{"pipeline", pipeline}, {"bridge", bridge}}, registry_)),
      duplicates_(counter("fusion_bridge_duplicates_total", "Repeats dropped and committed.",
                          {{"pipeline", pipeline}, {"bridge", bridge}}, registry_)),
      dead_letters_(counter("fusion_bridge_dead_letters_total",
                            "Records written to the dead-letter topic and committed.",
                            {{"pipeline", pipeline}, {"bridge", bridge}}, registry_)),
      ids_(family(prometheus::BuildGauge(), "fusion_bridge_ids", "Ids held to find repeats by.",
                  {{"pipeline", pipeline}, {"bridge", bridge}}, registry_)
               .Add({})),
      committed_(transactions({{"pipeline", pipeline}, {"bridge", bridge}}, registry_)
                     .Add({{"result", "committed"}})),
      aborted_(
          transactions({{"pipeline", pipeline}, {"bridge", bridge}}, registry_).Add({{"result", "aborted"}})),
      snapshots_written_(
          snapshots({{"pipeline", pipeline}, {"bridge", bridge}}, registry_).Add({{"result", "written"}})),
      snapshots_failed_(
          snapshots({{"pipeline", pipeline}, {"bridge", bridge}}, registry_).Add({{"result", "failed"}})),
      commit_duration_(family(prometheus::BuildHistogram(), "fusion_bridge_commit_duration_seconds",
                              "How long commits of transactions took.",
                              {{"pipeline", pipeline}, {"bridge", bridge}}, registry_)
                           .Add({}, prometheus::Histogram::BucketBoundaries{0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
                                                                            1, 2.5, 5, 10, 30})),
      assigned_partitions_(family(prometheus::BuildGauge(), "fusion_bridge_assigned_partitions",
                                  "Partitions of the input that this replica carries.",
                                  {{"pipeline", pipeline}, {"bridge", bridge}}, registry_)
                               .Add({})),
      lag_family_(family(prometheus::BuildGauge(), "fusion_bridge_lag_records",
                         "Offsets between the committed position and the end of the partition.",
                         {{"pipeline", pipeline}, {"bridge", bridge}}, registry_)),
      watermark_family_(family(prometheus::BuildGauge(), "fusion_bridge_watermark_timestamp_seconds",
                               "The event time up to which this replica's partitions were carried.",
                               {{"pipeline", pipeline}, {"bridge", bridge}}, registry_)),
      paused_partitions_(family(prometheus::BuildGauge(), "fusion_bridge_paused_partitions",
                                "Partitions that wait, because they are ahead by more than maxDrift.",
                                {{"pipeline", pipeline}, {"bridge", bridge}}, registry_)
                             .Add({})) {}

void Metrics::set_watermark(std::optional<std::int64_t> watermark_ms, std::size_t paused_partitions) {
  paused_partitions_.Set(static_cast<double>(paused_partitions));
  if (!watermark_ms) return;
  if (watermark_ == nullptr) watermark_ = &watermark_family_.Add({});
  watermark_->Set(static_cast<double>(*watermark_ms) / 1'000);
}

void Metrics::set_ids(std::size_t ids) { ids_.Set(static_cast<double>(ids)); }

void Metrics::committed(const OffsetTracker::Carried& carried, std::chrono::duration<double> duration) {
  records_.Increment(static_cast<double>(carried.records));
  bytes_.Increment(static_cast<double>(carried.bytes));
  duplicates_.Increment(static_cast<double>(carried.duplicates));
  dead_letters_.Increment(static_cast<double>(carried.dead_letters));
  committed_.Increment();
  commit_duration_.Observe(duration.count());
}

void Metrics::aborted() { aborted_.Increment(); }

void Metrics::snapshot_ended(bool is_written) {
  (is_written ? snapshots_written_ : snapshots_failed_).Increment();
}

void Metrics::set_lag(const std::map<std::int32_t, std::int64_t>& lag) {
  std::erase_if(lag_, [&](const auto& entry) {
    if (lag.contains(entry.first)) return false;
    lag_family_.Remove(entry.second);
    return true;
  });
  for (const auto& [partition, records] : lag) {
    auto& gauge = lag_[partition];
    if (gauge == nullptr) gauge = &lag_family_.Add({{"partition", std::to_string(partition)}});
    gauge->Set(static_cast<double>(records));
  }
  assigned_partitions_.Set(static_cast<double>(lag.size()));
}

std::string Metrics::text() const { return prometheus::TextSerializer().Serialize(registry_.Collect()); }

}  // namespace fusion::bridge
