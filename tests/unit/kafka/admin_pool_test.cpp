#include "kafka/admin_pool.h"

#include <gmock/gmock.h>

#include <utility>

namespace fusion::kafka {
namespace {

using namespace std::chrono_literals;

/// Counts how many of it are open; its calls are never made.
class IdleAdmin : public Admin {
 public:
  explicit IdleAdmin(int& open) : open_(open) { ++open_; }
  ~IdleAdmin() override { --open_; }

  void describe_cluster(Callback<Result<ClusterDescription>>) override {}
  void describe_topics(std::vector<std::string>, Callback<PerTopic<TopicDescription>>) override {}
  void describe_configs(std::vector<std::string>, Callback<PerTopic<Config>>) override {}
  void describe_broker_configs(std::int32_t, Callback<Result<Config>>) override {}
  void create_topics(std::vector<NewTopic>, Callback<PerTopic<void>>) override {}
  void add_partitions(std::vector<NewPartitions>, Callback<PerTopic<void>>) override {}
  void alter_configs(std::vector<ConfigChange>, Callback<PerTopic<void>>) override {}
  void delete_topics(std::vector<std::string>, Callback<PerTopic<void>>) override {}
  void list_offsets(std::vector<TopicPartition>, OffsetSpec, IsolationLevel,
                    Callback<PerPartition<ListedOffset>>) override {}
  void group_offsets(std::string, std::vector<TopicPartition>, bool,
                     Callback<Result<PerPartition<CommittedOffset>>>) override {}
  void describe_group(std::string, Callback<Result<GroupDescription>>) override {}
  void delete_group(std::string, Callback<Result<void>>) override {}
  void renew_group(std::string, std::string, Callback<Result<void>>) override {}

 private:
  int& open_;
};

struct AdminPoolTest : testing::Test {
  Connection connection(const std::string& password = "hunter2") {
    return {"kafka:9092", {}, Sasl{SaslMechanism::Plain, "flights", Secret(password)}};
  }

  AdminPool::Factory factory = [this](const Connection& wanted) -> Result<std::unique_ptr<Admin>> {
    if (wanted.bootstrap_servers == "broken") {
      return tl::make_unexpected(Error{Reason::InvalidConnection, "broken", false});
    }
    return std::make_unique<IdleAdmin>(open);
  };

  int open = 0;
  std::chrono::steady_clock::time_point now{};
  AdminPool pool{factory, 60s, [this] { return now; }};
};

TEST_F(AdminPoolTest, EqualConnectionsShareAnAdmin) {
  const auto one = pool.lease(connection());
  const auto other = pool.lease(connection());
  const auto different = pool.lease(connection("hunter3"));
  ASSERT_TRUE(one && other && different);
  EXPECT_EQ(*one, *other);
  EXPECT_NE(*one, *different);
  EXPECT_EQ(open, 2);
}

TEST_F(AdminPoolTest, ClosesWhatNobodyLeasesAfterTheIdleLimit) {
  { const auto lease = pool.lease(connection()); }
  now += 59s;
  pool.close_idle();
  EXPECT_EQ(open, 1);
  now += 1s;
  pool.close_idle();
  EXPECT_EQ(open, 0);
  EXPECT_EQ(pool.size(), 0u);
}

TEST_F(AdminPoolTest, KeepsWhatIsLeasedHoweverLong) {
  auto lease = pool.lease(connection());
  now += 24h;
  pool.close_idle();
  EXPECT_EQ(open, 1);

  lease->reset();  // the idle time begins here
  now += 59s;
  pool.close_idle();
  EXPECT_EQ(open, 1);
  now += 1s;
  pool.close_idle();
  EXPECT_EQ(open, 0);
}

TEST_F(AdminPoolTest, ANewLeaseBeginsTheIdleTimeAnew) {
  pool.lease(connection());
  now += 59s;
  pool.lease(connection());
  now += 59s;
  pool.close_idle();
  EXPECT_EQ(open, 1);
}

TEST_F(AdminPoolTest, OpensAgainWhatWasClosed) {
  pool.lease(connection());
  now += 60s;
  pool.close_idle();
  const auto lease = pool.lease(connection());
  ASSERT_TRUE(lease);
  EXPECT_EQ(open, 1);
}

TEST_F(AdminPoolTest, PassesOnWhyAClientCannotBeMade) {
  const auto lease = pool.lease({"broken", {}, {}});
  ASSERT_FALSE(lease);
  EXPECT_EQ(lease.error().reason, Reason::InvalidConnection);
  EXPECT_EQ(pool.size(), 0u);
}

}  // namespace
}  // namespace fusion::kafka
