#include <algorithm>
#include <atomic>
#include <iterator>
#include <mutex>

#include "kafka_fixture.h"

namespace fusion::kafka {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class KafkaBatches : public KafkaTest {
 protected:
  KafkaBatches() {
    admin = connect({bootstrap, {}, {}},
                    {.linger = 50ms, .log = {}, .on_request = [this](const RequestSample& sample) {
                       const std::lock_guard lock(mutex_);
                       samples_.push_back(sample);
                     }});
  }
  ~KafkaBatches() override { admin.reset(); }  // before what its callback uses

  std::vector<RequestSample> samples(RequestKind kind) {
    const std::lock_guard lock(mutex_);
    std::vector<RequestSample> result;
    std::copy_if(samples_.begin(), samples_.end(), std::back_inserter(result),
                 [kind](const auto& sample) { return sample.kind == kind; });
    return result;
  }

 private:
  std::mutex mutex_;
  std::vector<RequestSample> samples_;
};

TEST_F(KafkaBatches, TwoHundredTopicsOfTwoHundredCallersAreDescribedByOneRequest) {
  std::vector<NewTopic> topics;
  for (int i = 0; i < 200; ++i) topics.push_back({unique("many-" + std::to_string(i)), 1, 1, {}});
  const auto made = ask<PerTopic<void>>([&](auto done) { admin->create_topics(topics, done); });
  ASSERT_EQ(made.size(), 200u);
  for (const auto& [name, result] : made) ASSERT_THAT(result, Succeeds()) << name;
  wait_until("the last topic", [&] { return described(topics.back().name).has_value(); });
  const auto before = samples(RequestKind::DescribeTopics).size();

  std::vector<std::future<bool>> answers;
  for (const auto& topic : topics) {
    const auto promise = std::make_shared<std::promise<bool>>();
    answers.push_back(promise->get_future());
    admin->describe_topics({topic.name}, [promise,
                                          name = topic.name](const PerTopic<TopicDescription>& result) {
      promise->set_value(result.size() == 1 && result.at(name).has_value() && result.at(name)->name == name);
    });
  }
  for (auto& answer : answers) EXPECT_TRUE(answer.get());

  EXPECT_EQ(samples(RequestKind::CreateTopics).size(), 1u);
  ASSERT_EQ(samples(RequestKind::DescribeTopics).size(), before + 1);
  EXPECT_EQ(samples(RequestKind::DescribeTopics).back().items, 200u);
  EXPECT_EQ(samples(RequestKind::DescribeTopics).back().failed, std::nullopt);
}

TEST_F(KafkaBatches, WorkOnOneTopicKeepsItsOrder) {
  const auto topic = unique("ordered");
  std::mutex mutex;
  std::vector<std::string> order;
  const auto note = [&](const std::string& what) {
    return [&, what](const PerTopic<void>& result) {
      const std::lock_guard lock(mutex);
      order.push_back(what + (result.at(topic) ? "" : ": " + result.at(topic).error().message));
    };
  };
  // Nothing is awaited in between: each but the first fails if it overtakes.
  admin->create_topics({{topic, 1, 1, {}}}, note("create"));
  admin->add_partitions({{topic, 3}}, note("add partitions"));
  admin->alter_configs({{topic, {{"retention.ms", "60000"}}, {}}}, note("alter"));
  admin->delete_topics({topic}, note("delete"));
  const auto again = ask<PerTopic<void>>([&](auto done) { admin->create_topics({{topic, 2, 1, {}}}, done); });

  EXPECT_THAT(again.at(topic), Succeeds());
  const std::lock_guard lock(mutex);
  EXPECT_THAT(order, ElementsAre("create", "add partitions", "alter", "delete"));
}

TEST_F(KafkaBatches, EmptyListsAreAnswered) {
  EXPECT_TRUE(ask<PerTopic<TopicDescription>>([&](auto done) { admin->describe_topics({}, done); }).empty());
  EXPECT_TRUE(ask<PerTopic<void>>([&](auto done) { admin->create_topics({}, done); }).empty());
  EXPECT_TRUE(ask<PerPartition<ListedOffset>>([&](auto done) {
                admin->list_offsets({}, OffsetSpec::latest(), IsolationLevel::ReadCommitted, done);
              }).empty());
}

TEST_F(KafkaBatches, CallbacksMayCallAgainAndRunOnOneThread) {
  const auto topic = created("nested");
  const auto threads = ask<std::vector<std::thread::id>>([&](auto done) {
    admin->describe_topics({topic}, [this, topic, done](const auto&) {
      const auto first = std::this_thread::get_id();
      admin->describe_configs({topic}, [done, first](const auto&) {
        done({first, std::this_thread::get_id()});
      });
    });
  });
  EXPECT_EQ(threads[0], threads[1]);
  EXPECT_NE(threads[0], std::this_thread::get_id());
}

TEST_F(KafkaBatches, ManyThreadsMayCallAtOnce) {
  const auto topic = created("threads");
  std::vector<std::thread> callers;
  std::atomic<int> succeeded = 0;
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([&] {
      for (int j = 0; j < 20; ++j) succeeded += described(topic).has_value();
    });
  }
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(succeeded, 160);
}

}  // namespace
}  // namespace fusion::kafka
