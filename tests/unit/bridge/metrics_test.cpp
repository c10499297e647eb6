#include "bridge/metrics.h"

#include <gmock/gmock.h>

namespace fusion::bridge {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(Metrics, CountsWhatWasCommitted) {
  Metrics metrics("demo/flights", "profiles");
  metrics.committed({3, 300, 1}, std::chrono::milliseconds(20));
  metrics.committed({2, 200, 0}, std::chrono::milliseconds(20));
  metrics.aborted();
  EXPECT_THAT(
      metrics.text(),
      AllOf(HasSubstr("fusion_bridge_records_total{bridge=\"profiles\",pipeline=\"demo/flights\"} 5\n"),
            HasSubstr("fusion_bridge_bytes_total{bridge=\"profiles\",pipeline=\"demo/flights\"} 500\n"),
            HasSubstr("pipeline=\"demo/flights\",result=\"committed\"} 2\n"),
            HasSubstr("pipeline=\"demo/flights\",result=\"aborted\"} 1\n"),
            HasSubstr("fusion_bridge_commit_duration_seconds_count{bridge=\"profiles\",pipeline=\"demo/"
                      "flights\"} 2\n")));
}

TEST(Metrics, ReportsLagOfAssignedPartitionsOnly) {
  Metrics metrics("demo/flights", "profiles");
  metrics.set_lag({{0, 5}, {1, 7}});
  metrics.set_lag({{1, 8}});
  EXPECT_THAT(metrics.text(),
              AllOf(HasSubstr("partition=\"1\"} 8\n"), Not(HasSubstr("partition=\"0\"")),
                    HasSubstr("fusion_bridge_assigned_partitions{bridge=\"profiles\",pipeline=\"demo/"
                              "flights\"} 1\n")));
  metrics.set_lag({{0, 1}, {1, 8}});
  EXPECT_THAT(metrics.text(), HasSubstr("partition=\"0\"} 1\n"));
}

}  // namespace
}  // namespace fusion::bridge
