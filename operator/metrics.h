#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fusion::op {

/// What is known of one bridge, exact; status has the same figures bucketed.
struct BridgeFigures {
  std::string bridge;
  std::optional<std::int64_t> lag_records;
  std::optional<double> lag_seconds;
  std::optional<std::int64_t> records;
  std::optional<double> records_per_second;
  std::optional<std::int64_t> duplicates;
  std::optional<std::int64_t> bytes;
  std::optional<double> skew_seconds;
  std::optional<double> watermark_seconds;  ///< seconds since the epoch
  int replicas = 0;
  int ready_replicas = 0;
};

/// What is known of one stage, exact.
struct StageFigures {
  std::string stage;
  std::optional<std::int64_t> lag_records = {};
  std::optional<double> watermark_seconds = {};   ///< since the epoch
  std::optional<double> checkpoint_seconds = {};  ///< since the epoch, of the newest that completed
  std::optional<std::int64_t> checkpoint_bytes = {};
  std::optional<std::int64_t> checkpoints_completed = {};
  std::optional<std::int64_t> checkpoints_failed = {};
};

/// The operator's own metrics, in Prometheus' text format. Thread-safe.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// `result` is one of Done, Parked, Failed, Conflict.
  void count_reconcile(std::string_view result, std::chrono::duration<double> took);
  void count_kube_request(std::string_view verb, int http_status);
  /// `result` is Ok or the reason of the failure.
  void count_kafka_request(std::string_view request, std::string_view result);
  /// A pipeline was let go in a terminating namespace and its topics were kept.
  void count_cleanup_given_up();
  /// Kafka owed an answer and was not waited for any longer.
  void count_missing_answer();
  void set_leader(bool leads);
  /// Whether the informer of that kind is up to date.
  void set_watch_live(std::string_view kind, bool live);
  /// Asked when the metrics are read.
  void set_queue_depth_source(std::function<std::size_t()> depth);

  void set_bridges(const std::string& ns, const std::string& pipeline, std::vector<BridgeFigures> bridges);
  void set_stages(const std::string& ns, const std::string& pipeline, std::vector<StageFigures> stages);
  void forget_pipeline(const std::string& ns, const std::string& pipeline);

  /// The whole page.
  std::string text() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace fusion::op
