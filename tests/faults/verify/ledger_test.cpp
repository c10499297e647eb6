#include "tests/faults/verify/ledger.h"

#include <gmock/gmock.h>

namespace fusion::faults {
namespace {

using testing::ElementsAre;

/// A source of 2 partitions with 5 records each, and a target of one partition that is a copy of it, until a
/// test tampers with that. Ids are "0" to "9"; even ones are in partition 0.
class LedgerTest : public testing::Test {
 protected:
  struct Row {
    int id = 0;
    std::string value = "value";
    std::string key = "key";
  };

  Ledger::Counts judged(Ledger::Repeats repeats = Ledger::Repeats::kCarried) {
    Ledger ledger(repeats);
    std::int64_t offset = 0;
    for (const Row& row : source_) ledger.in_source(sighting(row, row.id % 2, offset++));
    for (const auto& row : moved_) ledger.in_source(sighting(row, 1 - row.id % 2, offset++));
    ledger.close_source();
    offset = 0;
    for (const Row& row : target_) ledger.in_target(sighting(row, 0, offset++));
    return ledger.counts();
  }

  static std::vector<std::int64_t> faults(const Ledger::Counts& counts) {
    std::vector<std::int64_t> records;
    for (const auto& count : counts.faults) records.push_back(count.records);
    return records;
  }

  static Sighting sighting(const Row& row, int partition, std::int64_t offset) {
    static std::string id;
    id = std::to_string(row.id);
    return {partition, offset, id, row.key, row.value, 1'000};
  }

  static std::vector<Row> rows() {
    std::vector<Row> rows;
    for (int id = 0; id < 10; ++id) rows.push_back({id});
    return rows;
  }

  std::vector<Row> source_ = rows();
  std::vector<Row> moved_;  ///< that the source holds in the other partition
  std::vector<Row> target_ = rows();
};

TEST_F(LedgerTest, ACopyIsWell) {
  const auto counts = judged();
  EXPECT_TRUE(counts.all_well());
  EXPECT_EQ(counts.source_records, 10);
  EXPECT_EQ(counts.source_ids, 10);
  EXPECT_EQ(counts.target_records, 10);
}

TEST_F(LedgerTest, FindsWhatWasLost) {
  target_.erase(target_.begin() + 3);
  target_.pop_back();
  const auto counts = judged();
  EXPECT_FALSE(counts.all_well());
  EXPECT_THAT(faults(counts), ElementsAre(2, 0, 0, 0, 0));
  EXPECT_THAT(counts.faults[Ledger::kLost].first, testing::StartsWith("source partition 1 offset "));
}

TEST_F(LedgerTest, FindsWhatWasRepeated) {
  target_.push_back({4});
  target_.push_back({4});
  const auto counts = judged();
  EXPECT_THAT(faults(counts), ElementsAre(0, 2, 0, 0, 0));
  EXPECT_EQ(counts.faults[Ledger::kRepeated].first, "target partition 0 offset 10");
}

TEST_F(LedgerTest, FindsWhatChangedItsPlaceWithinItsKeyAndPartition) {
  std::swap(target_[2], target_[4]);
  EXPECT_THAT(faults(judged()), ElementsAre(0, 0, 1, 0, 0));
}

TEST_F(LedgerTest, RecordsOfOneKeyFromTwoPartitionsHaveNoOrder) {
  std::swap(target_[2], target_[3]);
  EXPECT_TRUE(judged().all_well());
}

TEST_F(LedgerTest, RecordsOfTwoKeysHaveNoOrder) {
  source_[2].key = target_[2].key = "another";
  std::swap(target_[2], target_[4]);
  EXPECT_TRUE(judged().all_well());
}

TEST_F(LedgerTest, FindsWhatTheSourceDoesNotHold) {
  target_.push_back({77});
  EXPECT_THAT(faults(judged()), ElementsAre(0, 0, 0, 1, 0));
}

TEST_F(LedgerTest, FindsAnotherValueAndAnotherKey) {
  target_[1].value = "another";
  target_[2].key = "another";
  EXPECT_THAT(faults(judged()), ElementsAre(0, 0, 0, 0, 2));
}

TEST_F(LedgerTest, ARepeatOfTheSourceIsCarriedUnlessItMustBeDropped) {
  source_.push_back({4});
  EXPECT_THAT(faults(judged(Ledger::Repeats::kDropped)), ElementsAre(0, 0, 0, 0, 0));
  EXPECT_THAT(faults(judged(Ledger::Repeats::kCarried)), ElementsAre(1, 0, 0, 0, 0));
  target_.push_back({4});
  EXPECT_THAT(faults(judged(Ledger::Repeats::kDropped)), ElementsAre(0, 1, 0, 0, 0));
  EXPECT_THAT(faults(judged(Ledger::Repeats::kCarried)), ElementsAre(0, 0, 0, 0, 0));
}

TEST_F(LedgerTest, TheFirstOfRepeatsInOnePartitionGivesTheOrder) {
  source_.push_back({2});
  target_.erase(target_.begin() + 2);
  target_.push_back({2});
  EXPECT_THAT(faults(judged(Ledger::Repeats::kDropped)), ElementsAre(0, 0, 1, 0, 0));
}

TEST_F(LedgerTest, SaysOfHowManyIdsItCannotJudgeTheOrder) {
  moved_ = {{2}, {3}};
  std::swap(target_[2], target_[4]);
  const auto counts = judged(Ledger::Repeats::kDropped);
  EXPECT_TRUE(counts.all_well());
  EXPECT_EQ(counts.unordered_ids, 2);
}

}  // namespace
}  // namespace fusion::faults
