#include "operator/own_writes.h"

#include <gmock/gmock.h>

namespace fusion::op {
namespace {

using namespace std::chrono_literals;

std::shared_ptr<const KnownPipeline> pipeline_at(const std::string& version) {
  auto known = std::make_shared<KnownPipeline>();
  known->pipeline.metadata.uid = "uid-1";
  known->pipeline.metadata.resource_version = version;
  return known;
}

Known<bridges::ObservedStatefulSet> set_at(const std::string& version) {
  bridges::ObservedStatefulSet set;
  set.name = "a";
  set.uid = "uid-a";
  return {set, version};
}

std::string version_of(const std::shared_ptr<const KnownPipeline>& known) {
  return known->pipeline.metadata.resource_version;
}

TEST(OwnWrites, StandInForAnOlderPipeline) {
  OwnWrites writes;
  writes.wrote_pipeline("5", *pipeline_at("6"));
  EXPECT_EQ(version_of(writes.newest(pipeline_at("5"))), "6");
  EXPECT_EQ(version_of(writes.newest(pipeline_at("6"))), "6");
  EXPECT_EQ(version_of(writes.newest(pipeline_at("7"))), "7") << "somebody else wrote after us";
}

TEST(OwnWrites, StandInForWhatWasSeenBeforeSeveralOfThem) {
  OwnWrites writes;
  writes.wrote_pipeline("5", *pipeline_at("6"));
  writes.wrote_pipeline("6", *pipeline_at("7"));
  EXPECT_EQ(version_of(writes.newest(pipeline_at("5"))), "7");
}

TEST(OwnWrites, ACreatedChildIsThereBeforeTheWatchShowsIt) {
  OwnWrites writes;
  writes.wrote("", set_at("9"), {});
  Children seen;
  writes.complete(seen, {});
  ASSERT_EQ(seen.stateful_sets.size(), 1u);
  EXPECT_EQ(seen.stateful_sets[0].resource_version, "9");
}

TEST(OwnWrites, WhatTheWatchShowsWins) {
  OwnWrites writes;
  writes.wrote("3", set_at("9"), {});
  Children seen;
  seen.stateful_sets.push_back(set_at("12"));
  writes.complete(seen, {});
  ASSERT_EQ(seen.stateful_sets.size(), 1u);
  EXPECT_EQ(seen.stateful_sets[0].resource_version, "12");
}

TEST(OwnWrites, AreNotBelievedForEver) {
  OwnWrites writes;
  writes.wrote("", set_at("9"), {});
  Children seen;
  writes.complete(seen, std::chrono::steady_clock::time_point{} + 11s);
  EXPECT_TRUE(seen.stateful_sets.empty()) << "it may have been deleted before the watch saw it";
}

}  // namespace
}  // namespace fusion::op
