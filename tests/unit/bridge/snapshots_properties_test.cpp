#include <filesystem>
#include <fstream>
#include <optional>

#include "bridge/log.h"
#include "bridge/snapshots.h"
#include "tests/unit/bridge/simulated_bridge.h"

namespace fusion::bridge {
namespace {

/// Replicas with a volume each, on which they write snapshots in small slices while they carry. A crash finds
/// there what the last whole snapshot was, or one of any age and of either replica, or a torn one. Now and
/// then all replicas end and somebody sets the offsets back by hand.
class SnapshotsProperties : public SimulatedBridge, public ::testing::WithParamInterface<int> {
 protected:
  SnapshotsProperties() : SimulatedBridge(GetParam()) {
    set_log_level("error");
    std::filesystem::create_directories(directory_);
  }
  ~SnapshotsProperties() override {
    set_log_level("info");
    std::filesystem::remove_all(directory_);
  }

  static IdSnapshot about() { return {1, "group", "topic", "Header", "id", {}}; }
  std::filesystem::path file(const Replica& replica) const {
    return directory_ / ("ids-" + std::to_string(replica.ordinal));
  }

  void between(Replica& replica) override {
    auto& copying = copies_[replica.ordinal];
    if (!copying && pick(2) > 0) return;
    if (!copying) copying.emplace(SnapshotCopy(about(), replica.deduplicator), "");
    copying->second += copying->first.next(replica.deduplicator, 1 + pick(100));
    if (!copying->first.is_complete()) return;
    written_.push_back(copying->second);
    put(file(replica), written_.back());
    copying.reset();
  }

  void recall(Replica& replica) override {
    copies_[replica.ordinal].reset();
    if (!written_.empty() && pick(3) == 0) {
      auto content = written_[pick(written_.size())];
      if (pick(3) == 0) content.resize(pick(content.size()));
      put(file(replica), content);
    }
    auto before = replica.deduplicator.to_read_again();
    Snapshots(file(replica), about(), metrics_).recall(replica.deduplicator, [] { return true; });
    if (replica.deduplicator.to_read_again() != before) ++recalled_;
  }

  void put(const std::filesystem::path& file, const std::string& content) {
    std::ofstream(file, std::ios::binary) << content;
  }

  void set_offsets_back() {
    const auto partition = static_cast<std::int32_t>(pick(kPartitions));
    auto& position = committed_[partition];
    position = {position.offset - static_cast<std::int64_t>(pick(static_cast<std::uint64_t>(
                                      std::min<std::int64_t>(position.offset, kWindow) + 1))),
                {}};
    std::erase_if(carried_, [&](const auto& carried) { return carried.second.first == partition; });
    for (std::size_t ordinal = 0; ordinal < replicas_.size(); ++ordinal) start(ordinal);
    give_partitions();
  }

  const std::filesystem::path directory_ =
      std::filesystem::temp_directory_path() /
      ("snapshots-properties-" + std::to_string(getpid()) + "-" + std::to_string(GetParam()));
  Metrics metrics_{"demo/test", "test"};
  std::array<std::optional<std::pair<SnapshotCopy, std::string>>, 2> copies_;
  std::vector<std::string> written_;
  int recalled_ = 0;
};

TEST_P(SnapshotsProperties, NoIdIsLostOrRepeatedWhateverSnapshotACrashFinds) {
  give_partitions();
  for (int i = 0; i < 1'500; ++i) {
    step();
    if (pick(40) == 0) set_offsets_back();
  }
  carry_everything();
  EXPECT_EQ(ever_carried_.size(), next_id_);
  EXPECT_GT(recalled_, 10) << "snapshots were of use";
}

INSTANTIATE_TEST_SUITE_P(Seeds, SnapshotsProperties, ::testing::Range(0, 20));

}  // namespace
}  // namespace fusion::bridge
