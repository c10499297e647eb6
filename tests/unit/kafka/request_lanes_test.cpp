#include "kafka/request_lanes.h"

#include <gmock/gmock.h>

#include <sstream>

namespace fusion::kafka {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

const RequestLanes::Time kStart{};

RequestLanes lanes(std::size_t max_batch = 100) { return {5ms, 1000ms, max_batch}; }

Item item(RequestKind kind, const std::string& name, std::chrono::milliseconds at = 0ms) {
  Item item{kind, name, {}, nullptr, kStart + at};
  if (kind == RequestKind::ListOffsets) item.question = OffsetsQuestion{{0}, OffsetSpec::latest(), {}};
  if (kind == RequestKind::GroupOffsets) item.question = GroupOffsetsQuestion{};
  return item;
}

Item offsets(const std::string& name, OffsetSpec spec, IsolationLevel isolation) {
  auto result = item(RequestKind::ListOffsets, name);
  result.question = OffsetsQuestion{{0}, spec, isolation};
  return result;
}

/// "a b*2": the names in a batch, and how many items share the answer.
std::string names(const Batch& batch) {
  std::ostringstream out;
  for (const auto& [name, items] : batch.items) {
    out << (out.tellp() > 0 ? " " : "") << name;
    if (items.size() > 1) out << "*" << items.size();
  }
  return out.str();
}

std::vector<std::string> names(const std::vector<Batch>& batches) {
  std::vector<std::string> result;
  for (const auto& batch : batches) result.push_back(names(batch));
  return result;
}

TEST(RequestLanes, CallsOfOneKindTravelTogether) {
  auto waiting = lanes();
  waiting.add(item(RequestKind::DescribeTopics, "a", 0ms));
  waiting.add(item(RequestKind::DescribeTopics, "b", 4ms));
  waiting.add(item(RequestKind::DescribeConfigs, "a", 4ms));

  EXPECT_THAT(waiting.take_due(kStart + 4ms), IsEmpty());
  EXPECT_EQ(waiting.next_due(), kStart + 5ms);
  EXPECT_THAT(names(waiting.take_due(kStart + 5ms)), ElementsAre("a b"));
  EXPECT_EQ(waiting.next_due(), kStart + 9ms);
  EXPECT_THAT(names(waiting.take_due(kStart + 9ms)), ElementsAre("a"));
  EXPECT_EQ(waiting.next_due(), std::nullopt);
}

TEST(RequestLanes, EqualReadsShareOneAnswer) {
  auto waiting = lanes();
  for (int i = 0; i < 3; ++i) waiting.add(item(RequestKind::DescribeTopics, "a"));
  EXPECT_THAT(names(waiting.take_due(kStart + 5ms)), ElementsAre("a*3"));
}

TEST(RequestLanes, AWriteWaitsForReadsBeforeIt) {
  auto waiting = lanes();
  waiting.add(item(RequestKind::DescribeTopics, "a"));
  waiting.add(item(RequestKind::AddPartitions, "a"));

  const auto reads = waiting.take_due(kStart + 5ms);
  ASSERT_THAT(names(reads), ElementsAre("a"));
  EXPECT_EQ(reads[0].kind, RequestKind::DescribeTopics);
  EXPECT_THAT(waiting.take_due(kStart + 50ms), IsEmpty());

  waiting.finish(reads[0]);
  const auto writes = waiting.take_due(kStart + 50ms);
  ASSERT_THAT(names(writes), ElementsAre("a"));
  EXPECT_EQ(writes[0].kind, RequestKind::AddPartitions);
}

TEST(RequestLanes, WhatComesAfterAWriteSeesIt) {
  auto waiting = lanes();
  waiting.add(item(RequestKind::CreateTopics, "a"));
  waiting.add(item(RequestKind::DescribeTopics, "a"));
  waiting.add(item(RequestKind::AlterConfigs, "a"));
  waiting.add(item(RequestKind::DescribeConfigs, "a"));

  std::vector<RequestKind> order;
  for (auto due = waiting.take_due(kStart + 5ms); !due.empty(); due = waiting.take_due(kStart + 5ms)) {
    ASSERT_EQ(due.size(), 1u);
    order.push_back(due[0].kind);
    waiting.finish(due[0]);
  }
  EXPECT_THAT(order, ElementsAre(RequestKind::CreateTopics, RequestKind::DescribeTopics,
                                 RequestKind::AlterConfigs, RequestKind::DescribeConfigs));
}

TEST(RequestLanes, TopicsDoNotWaitForEachOther) {
  auto waiting = lanes();
  waiting.add(item(RequestKind::CreateTopics, "slow"));
  ASSERT_THAT(names(waiting.take_due(kStart + 5ms)), ElementsAre("slow"));
  waiting.add(item(RequestKind::DescribeTopics, "slow", 5ms));
  waiting.add(item(RequestKind::DescribeTopics, "other", 5ms));
  EXPECT_THAT(names(waiting.take_due(kStart + 10ms)), ElementsAre("other"));
}

TEST(RequestLanes, ATopicAndAGroupOfOneNameAreDistinct) {
  auto waiting = lanes();
  waiting.add(item(RequestKind::DeleteTopics, "a"));
  waiting.add(item(RequestKind::DescribeGroup, "a"));
  EXPECT_EQ(waiting.take_due(kStart + 5ms).size(), 2u);
}

TEST(RequestLanes, ReadsOfDifferentKindsRunSideBySide) {
  auto waiting = lanes();
  waiting.add(item(RequestKind::DescribeTopics, "a"));
  waiting.add(item(RequestKind::DescribeConfigs, "a"));
  waiting.add(item(RequestKind::ListOffsets, "a"));
  EXPECT_EQ(waiting.take_due(kStart + 5ms).size(), 3u);
}

TEST(RequestLanes, AWriteThatWaitsIsNotOvertakenByLaterReads) {
  auto waiting = lanes();
  waiting.add(item(RequestKind::DescribeTopics, "a"));
  const auto reads = waiting.take_due(kStart + 5ms);
  waiting.add(item(RequestKind::DeleteTopics, "a", 6ms));
  waiting.add(item(RequestKind::DescribeTopics, "a", 7ms));
  EXPECT_THAT(waiting.take_due(kStart + 20ms), IsEmpty());
  waiting.finish(reads[0]);
  const auto next = waiting.take_due(kStart + 20ms);
  ASSERT_EQ(next.size(), 1u);
  EXPECT_EQ(next[0].kind, RequestKind::DeleteTopics);
}

TEST(RequestLanes, OffsetsTravelApartByWhatIsAsked) {
  auto waiting = lanes();
  waiting.add(offsets("a", OffsetSpec::earliest(), IsolationLevel::ReadCommitted));
  waiting.add(offsets("b", OffsetSpec::earliest(), IsolationLevel::ReadCommitted));
  waiting.add(offsets("a", OffsetSpec::latest(), IsolationLevel::ReadCommitted));
  waiting.add(offsets("a", OffsetSpec::latest(), IsolationLevel::ReadUncommitted));
  waiting.add(offsets("a", OffsetSpec::at(7), IsolationLevel::ReadCommitted));
  EXPECT_THAT(names(waiting.take_due(kStart + 5ms)), testing::UnorderedElementsAre("a b", "a", "a", "a"));
}

TEST(RequestLanes, EachGroupHasARequestOfItsOwn) {
  auto waiting = lanes();
  waiting.add(item(RequestKind::GroupOffsets, "g"));
  waiting.add(item(RequestKind::GroupOffsets, "g"));
  waiting.add(item(RequestKind::GroupOffsets, "h"));
  EXPECT_THAT(names(waiting.take_due(kStart + 5ms)), testing::UnorderedElementsAre("g", "g", "h"));
}

TEST(RequestLanes, ABatchHasALimit) {
  auto waiting = lanes(2);
  for (const auto* name : {"a", "b", "c", "d", "e"}) waiting.add(item(RequestKind::DescribeTopics, name));
  EXPECT_THAT(names(waiting.take_due(kStart + 5ms)), ElementsAre("a b", "c d", "e"));
}

TEST(RequestLanes, GivesUpOnWhatWaitsInVain) {
  auto waiting = lanes();
  waiting.add(item(RequestKind::CreateTopics, "a", 0ms));
  const auto stuck = waiting.take_due(kStart + 5ms);
  waiting.add(item(RequestKind::DescribeTopics, "a", 100ms));
  waiting.add(item(RequestKind::DescribeTopics, "a", 200ms));

  EXPECT_EQ(waiting.next_due(), kStart + 1100ms);
  EXPECT_THAT(waiting.take_expired(kStart + 1099ms), IsEmpty());
  EXPECT_EQ(waiting.take_expired(kStart + 1100ms).size(), 1u);
  waiting.finish(stuck[0]);
  EXPECT_THAT(names(waiting.take_due(kStart + 1100ms)), ElementsAre("a"));
}

TEST(RequestLanes, DrainTakesWhatWaitsAndLeavesWhatFlies) {
  auto waiting = lanes();
  waiting.add(item(RequestKind::CreateTopics, "a"));
  const auto flying = waiting.take_due(kStart + 5ms);
  waiting.add(item(RequestKind::DescribeTopics, "a"));
  waiting.add(item(RequestKind::DescribeTopics, "b"));
  EXPECT_EQ(waiting.drain().size(), 2u);
  EXPECT_EQ(waiting.next_due(), std::nullopt);
  waiting.finish(flying[0]);
  EXPECT_THAT(waiting.drain(), IsEmpty());
}

}  // namespace
}  // namespace fusion::kafka
