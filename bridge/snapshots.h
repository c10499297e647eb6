#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bridge/metrics.h"
#include "bridge/snapshot_copy.h"
#include "bridge/snapshot_file.h"

namespace fusion::bridge {

/// Keeps a replica's ids in a file, so that after a crash only what came after them is read again.
///
/// A minute after the last one a new snapshot is begun if anything was committed since; slices of it are
/// copied between the rounds of the carrying loop and written by a thread that runs for one slice at a time.
/// When the disk is slower than the loop, the loop skips it and nothing waits. A window that had to forget
/// ids before their time is not written: some may be missing in its midst.
///
/// Whatever goes wrong with the file is a warning and a metric, never a reason to stop: the ids are read
/// again.
///
/// Not thread-safe. `metrics` must outlive it. The destructor waits for the slice that is being written.
class Snapshots {
 public:
  using Clock = std::chrono::steady_clock;

  /// `about` says whose ids they are; a snapshot of the file that says the same gives its seed instead.
  Snapshots(std::filesystem::path file, IdSnapshot about, Metrics& metrics);

  /// Of all fingerprints that the deduplicator gets.
  std::uint64_t seed() const { return about_.seed; }

  /// Partitions were assigned: takes ids that are to be read again out of the snapshot, where it is of use.
  /// `may_go_on` is asked between slices; what is left out then is read again.
  void recall(Deduplicator& deduplicator, const std::function<bool()>& may_go_on);

  /// Takes the next step, if one is due and the disk has taken the last. Never waits for the disk.
  void round(const Deduplicator& deduplicator, Clock::time_point now);
  /// A step is under way, or its result was not looked at yet.
  bool is_writing() const { return step_.valid(); }

  /// Writes what is known now, and waits for the disk until `deadline`.
  void finish(const Deduplicator& deduplicator, Clock::time_point deadline);

 private:
  struct Step {
    std::unique_ptr<AsideFile> aside;  ///< to go on with; none when it was put in place, or failed
    std::string error;                 ///< empty: none
  };

  static Step write(const std::filesystem::path& file, std::unique_ptr<AsideFile> aside,
                    const std::string& slice, bool is_last);
  void recall_part(const ReadableFile& file, std::uint64_t at, const IdSnapshot::Part& part,
                   Deduplicator& deduplicator, const std::function<bool()>& may_go_on) const;
  void hand_over(std::unique_ptr<AsideFile> aside, std::string bytes, bool is_last);
  std::unique_ptr<AsideFile> take_result(Clock::time_point now);
  /// `error`: empty if it was written.
  void ended(const std::string& error, Clock::time_point now);
  void give_up();

  const std::filesystem::path file_;
  IdSnapshot about_;
  Metrics& metrics_;

  Clock::time_point due_ = Clock::now();
  std::optional<SnapshotCopy> copy_;   ///< none: no snapshot is being written
  std::future<Step> step_;             ///< valid while one is under way or not looked at
  std::vector<IdStretch> last_begun_;  ///< what was known when the last one was begun that was not given up
};

}  // namespace fusion::bridge
