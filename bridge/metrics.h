#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "bridge/offset_tracker.h"

namespace fusion::bridge {

/// The metrics of one replica, as Prometheus reads them. Records and bytes count what was committed.
///
/// Written by the carrying thread alone; `text()` is thread-safe.
class Metrics {
 public:
  /// `pipeline` and `bridge` become labels of all metrics.
  Metrics(const std::string& pipeline, const std::string& bridge);

  void committed(const OffsetTracker::Carried& carried, std::chrono::duration<double> duration);
  /// The ids that are held to find repeats by.
  void set_ids(std::size_t ids);
  void aborted();
  /// The event time up to which this replica has carried its partitions, in milliseconds since 1970, none if
  /// it is not known; and how many of them wait for others.
  void set_watermark(std::optional<std::int64_t> watermark_ms, std::size_t paused_partitions);
  /// A snapshot of the ids was written, or could not be.
  void snapshot_ended(bool is_written);
  /// Records between the committed position and the end of the log, markers included; by assigned partition.
  /// Partitions that are not named are no longer reported.
  void set_lag(const std::map<std::int32_t, std::int64_t>& lag);

  /// The exposition format of Prometheus, version 0.0.4.
  std::string text() const;

 private:
  prometheus::Registry registry_;
  prometheus::Counter& records_;
  prometheus::Counter& bytes_;
  prometheus::Counter& duplicates_;
  prometheus::Counter& dead_letters_;
  prometheus::Gauge& ids_;
  prometheus::Counter& committed_;
  prometheus::Counter& aborted_;
  prometheus::Counter& snapshots_written_;
  prometheus::Counter& snapshots_failed_;
  prometheus::Histogram& commit_duration_;
  prometheus::Gauge& assigned_partitions_;
  prometheus::Family<prometheus::Gauge>& lag_family_;
  std::map<std::int32_t, prometheus::Gauge*> lag_;
  prometheus::Family<prometheus::Gauge>& watermark_family_;
  prometheus::Gauge* watermark_ = nullptr;  ///< null: not known
  prometheus::Gauge& paused_partitions_;
};

}  // namespace fusion::bridge
