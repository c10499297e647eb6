#include "bridge/snapshots.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

#include "bridge/log.h"

namespace fusion::bridge {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
namespace fs = std::filesystem;
using Clock = Snapshots::Clock;

constexpr std::int64_t kEra = 7;
constexpr std::int64_t kIds = 20;
constexpr std::int64_t kFirstOf1 = 1'000'000;

Fingerprint id(std::int64_t number) { return fingerprint(std::to_string(number), 1); }

/// Two partitions: the ids of 0 are 0 to 19, those of 1 are kFirstOf1 and so on, at the offsets 0 to 19.
class SnapshotsTest : public ::testing::Test {
 protected:
  SnapshotsTest() {
    set_log_level("error");
    fs::create_directories(directory_);
  }
  ~SnapshotsTest() override {
    set_log_level("info");
    fs::remove_all(directory_);
  }

  static IdSnapshot about() { return {1, "group", "topic", "Header", "id", {}}; }
  Snapshots snapshots(IdSnapshot about = SnapshotsTest::about()) {
    return {file_, std::move(about), metrics_};
  }

  static Deduplicator empty(std::uint32_t max_ids = 1'000, std::int64_t new_era = kEra) {
    return {{100'000, std::chrono::seconds(0), max_ids}, new_era};
  }
  static Position at(std::int64_t offset, std::optional<std::int64_t> window_start = 0,
                     std::int64_t era = kEra) {
    Position position;
    position.offset = offset;
    position.progress.window_start = window_start;
    position.progress.window_era = era;
    return position;
  }
  static Positions both(const Position& position) { return {{0, position}, {1, position}}; }

  static void carry(Deduplicator& deduplicator, std::int64_t from, std::int64_t until) {
    for (auto offset = from; offset < until; ++offset) {
      EXPECT_FALSE(deduplicator.is_repeat(0, offset, 0, id(offset)));
      EXPECT_FALSE(deduplicator.is_repeat(1, offset, 0, id(kFirstOf1 + offset)));
    }
    deduplicator.commit(both(at(until)));
  }
  static Deduplicator carried(std::int64_t until = kIds) {
    auto deduplicator = empty(until == kIds ? 1'000 : 100'000);
    deduplicator.assign(both(at(0, {})));
    carry(deduplicator, 0, until);
    return deduplicator;
  }
  void write() { snapshots().finish(carried(), Clock::time_point::max()); }

  /// From where the partitions are read again that were committed like this.
  std::map<std::int32_t, std::int64_t> left_after_recall(const Positions& positions,
                                                         IdSnapshot about = SnapshotsTest::about()) {
    auto deduplicator = empty(100'000, kEra + 100);
    deduplicator.assign(positions);
    snapshots(std::move(about)).recall(deduplicator, [] { return true; });
    return left(deduplicator);
  }
  static std::map<std::int32_t, std::int64_t> left(const Deduplicator& deduplicator) {
    std::map<std::int32_t, std::int64_t> from;
    for (const auto& [partition, position] : deduplicator.to_read_again()) from[partition] = position.offset;
    return from;
  }

  std::string content() const {
    std::ifstream in(file_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  void put(const std::string& content) { std::ofstream(file_, std::ios::binary) << content; }

  const fs::path directory_ = fs::temp_directory_path() / ("snapshots-test-" + std::to_string(getpid()));
  const fs::path file_ = directory_ / "ids";
  Metrics metrics_{"demo/test", "test"};
};

TEST_F(SnapshotsTest, SpareReadingWhatTheyCover) {
  write();
  auto deduplicator = empty();
  deduplicator.assign(both(at(kIds + 5)));
  snapshots().recall(deduplicator, [] { return true; });
  EXPECT_EQ(left(deduplicator), (std::map<std::int32_t, std::int64_t>{{0, kIds}, {1, kIds}}));
  EXPECT_EQ(deduplicator.ids(), 2u * kIds);
  for (std::int32_t partition : {0, 1}) deduplicator.reached(partition, kIds + 5);
  EXPECT_TRUE(deduplicator.is_repeat(0, kIds + 5, 0, id(0)));
  EXPECT_TRUE(deduplicator.is_repeat(0, kIds + 5, 0, id(kFirstOf1 + 19)));
  EXPECT_FALSE(deduplicator.is_repeat(0, kIds + 5, 0, id(kIds)));
}

TEST_F(SnapshotsTest, SpareAllReadingAfterAnOrderlyEnd) {
  write();
  EXPECT_THAT(left_after_recall(both(at(kIds))), IsEmpty());
}

TEST_F(SnapshotsTest, GiveWhatTheWindowStillHoldsAlone) {
  write();
  auto deduplicator = empty();
  deduplicator.assign({{0, at(kIds, 15)}});
  snapshots().recall(deduplicator, [] { return true; });
  EXPECT_EQ(deduplicator.ids(), 5u);
  EXPECT_FALSE(deduplicator.is_repeat(0, kIds, 0, id(14)));
  EXPECT_TRUE(deduplicator.is_repeat(0, kIds + 1, 0, id(15)));
}

TEST_F(SnapshotsTest, GiveTheSeedOfTheirIds) {
  write();
  auto other = about();
  other.seed = 99;
  EXPECT_EQ(snapshots(other).seed(), 1u);
  fs::remove(file_);
  EXPECT_EQ(snapshots(other).seed(), 99u);
}

TEST_F(SnapshotsTest, OfAnotherGroupTopicOrDefinitionOfIdsAreIgnored) {
  write();
  using Text = std::string IdSnapshot::*;
  for (Text text : {&IdSnapshot::group, &IdSnapshot::topic_id, &IdSnapshot::id_from, &IdSnapshot::id_name}) {
    auto other = about();
    other.*text = "another";
    other.seed = 99;
    EXPECT_EQ(left_after_recall({{0, at(kIds)}}, other).at(0), 0) << other.*text;
    EXPECT_EQ(snapshots(other).seed(), 99u);
  }
}

TEST_F(SnapshotsTest, AheadOfTheCommittedOffsetAreIgnored) {
  write();
  EXPECT_EQ(left_after_recall({{0, at(kIds - 1)}, {1, at(kIds)}}),
            (std::map<std::int32_t, std::int64_t>{{0, 0}}));
}

TEST_F(SnapshotsTest, OfAnotherEraAreIgnored) {
  write();
  EXPECT_EQ(left_after_recall({{0, at(kIds, 0, kEra + 1)}}).at(0), 0);
  EXPECT_EQ(left_after_recall({{0, at(kIds, 0, 0)}}).at(0), 0) << "committed by a version without eras";
}

TEST_F(SnapshotsTest, ThatBeginAfterTheWindowAreIgnored) {
  auto later = empty();
  later.assign(both(at(5, {})));
  carry(later, 5, kIds);
  snapshots().finish(later, Clock::time_point::max());
  EXPECT_EQ(left_after_recall({{0, at(kIds, 4)}, {1, at(kIds, 5)}}),
            (std::map<std::int32_t, std::int64_t>{{0, 4}}));
}

TEST_F(SnapshotsTest, WithMoreIdsThanThereIsRoomForAreIgnored) {
  write();
  auto small = empty(kIds + 1);
  small.assign(both(at(kIds)));
  snapshots().recall(small, [] { return true; });
  EXPECT_EQ(left(small), (std::map<std::int32_t, std::int64_t>{{1, 0}}));
}

TEST_F(SnapshotsTest, ThatCannotBeReadInTimeAreReadAgainFromTheTopic) {
  write();
  auto deduplicator = empty();
  deduplicator.assign(both(at(kIds)));
  snapshots().recall(deduplicator, [] { return false; });
  EXPECT_EQ(left(deduplicator), (std::map<std::int32_t, std::int64_t>{{0, 0}, {1, 0}}));
  EXPECT_EQ(deduplicator.ids(), 0u);
}

TEST_F(SnapshotsTest, TornAnywhereAreIgnored) {
  write();
  const auto whole = content();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    put(whole.substr(0, size));
    auto deduplicator = empty();
    deduplicator.assign(both(at(kIds)));
    snapshots().recall(deduplicator, [] { return true; });
    ASSERT_EQ(left(deduplicator), (std::map<std::int32_t, std::int64_t>{{0, 0}, {1, 0}})) << size;
  }
}

TEST_F(SnapshotsTest, DamagedInAnyByteGiveNoIdOfTheDamagedPart) {
  write();
  const auto whole = content();
  for (std::size_t byte = 0; byte < whole.size(); ++byte) {
    auto damaged = whole;
    damaged[byte] = static_cast<char>(damaged[byte] ^ (1 << (byte % 8)));
    put(damaged);
    auto deduplicator = empty();
    deduplicator.assign(both(at(kIds)));
    snapshots().recall(deduplicator, [] { return true; });
    const auto again = left(deduplicator);
    ASSERT_FALSE(again.empty()) << byte;
    for (const auto& [partition, from] : again) ASSERT_EQ(from, 0) << byte;
    ASSERT_EQ(deduplicator.ids(), (2 - again.size()) * kIds) << byte;
  }
}

TEST_F(SnapshotsTest, AreWrittenInSlicesWhileRecordsAreCarried) {
  constexpr std::int64_t kMany = 40'000;  // more than a slice
  auto deduplicator = carried(kMany);
  auto writing = snapshots();
  auto position = kMany;
  while (content().empty()) {
    writing.round(deduplicator, Clock::now());
    carry(deduplicator, position, position + 1);
    ++position;
  }
  const auto again = left_after_recall(both(at(position)));
  for (std::int32_t partition : {0, 1}) {
    EXPECT_TRUE(!again.contains(partition) || again.at(partition) >= kMany) << partition;
  }
  EXPECT_GT(position, kMany + 2);
}

TEST_F(SnapshotsTest, AreWrittenOnceAMinuteIfSomethingChanged) {
  auto deduplicator = carried();
  auto writing = snapshots();
  const auto now = Clock::now();
  const auto written_at = [&](std::chrono::seconds after) {
    fs::remove(file_);
    do {
      writing.round(deduplicator, now + after);
    } while (writing.is_writing());
    return fs::exists(file_);
  };
  EXPECT_TRUE(written_at(std::chrono::seconds(1)));
  EXPECT_FALSE(written_at(std::chrono::seconds(100))) << "nothing was carried";
  carry(deduplicator, kIds, kIds + 1);
  EXPECT_FALSE(written_at(std::chrono::seconds(120)));
  EXPECT_TRUE(written_at(std::chrono::seconds(161)));
}

TEST_F(SnapshotsTest, AreNotWrittenOfIdsThatAreNotAllKnown) {
  auto reading = empty();
  reading.assign({{0, at(kIds)}});
  snapshots().finish(reading, Clock::time_point::max());
  EXPECT_FALSE(fs::exists(file_)) << "they are being read again";

  auto small = empty(10);
  small.assign(both(at(0, {})));
  carry(small, 0, kIds);
  snapshots().finish(small, Clock::time_point::max());
  EXPECT_FALSE(fs::exists(file_)) << "some had to be forgotten";
}

TEST_F(SnapshotsTest, ThatWereBegunBeforeAnAssignmentAreGivenUpAndWrittenAnew) {
  auto deduplicator = carried(40'000);
  auto writing = snapshots();
  writing.round(deduplicator, Clock::now());
  deduplicator.assign({{1, at(40'000)}});
  writing.recall(deduplicator, [] { return true; });
  do {
    writing.round(deduplicator, Clock::now());
  } while (writing.is_writing());
  EXPECT_EQ(left_after_recall(both(at(40'000))), (std::map<std::int32_t, std::int64_t>{{0, 0}}));
}

TEST_F(SnapshotsTest, ThatCannotBeWrittenAreCountedAndStopNothing) {
  const auto deduplicator = carried();
  fs::remove_all(directory_);
  snapshots().finish(deduplicator, Clock::time_point::max());
  EXPECT_THAT(metrics_.text(), HasSubstr("result=\"failed\"} 1\n"));

  fs::create_directories(directory_);
  fs::create_symlink("/dev/full", directory_ / "ids.new");
  snapshots().finish(deduplicator, Clock::time_point::max());
  EXPECT_THAT(metrics_.text(), HasSubstr("result=\"failed\"} 2\n"));
  snapshots().finish(deduplicator, Clock::time_point::max());
  EXPECT_THAT(metrics_.text(), HasSubstr("result=\"written\"} 1\n"));
}

}  // namespace
}  // namespace fusion::bridge
