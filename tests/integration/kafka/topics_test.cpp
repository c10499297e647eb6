#include "kafka_fixture.h"

namespace fusion::kafka {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Optional;

class KafkaTopics : public KafkaTest {
 protected:
  Result<void> alter(ConfigChange change) {
    return ask<PerTopic<void>>([&](auto done) { admin->alter_configs({change}, done); }).at(change.topic);
  }

  Result<void> add_partitions(const std::string& topic, int total) {
    return ask<PerTopic<void>>([&](auto done) { admin->add_partitions({{topic, total}}, done); }).at(topic);
  }

  Result<void> remove(const std::string& topic) {
    return ask<PerTopic<void>>([&](auto done) { admin->delete_topics({topic}, done); }).at(topic);
  }

  std::string value(const std::string& topic, const std::string& key) {
    return config(topic).value().at(key).value.value_or("");
  }
};

TEST_F(KafkaTopics, AreDescribedAsTheyWereCreated) {
  const auto topic = created("described", 3, {{"retention.ms", "60000"}});
  const auto description = described(topic).value();
  EXPECT_EQ(description.name, topic);
  EXPECT_EQ(description.partitions.size(), 3u);
  EXPECT_EQ(description.replication_factor, 1);
  EXPECT_EQ(description.topic_id.size(), 22u);
  EXPECT_FALSE(description.internal);
  for (const auto& partition : description.partitions) {
    EXPECT_THAT(partition.leader, Optional(1));
    EXPECT_EQ(partition.replicas, 1);
    EXPECT_EQ(partition.in_sync_replicas, 1);
  }
  const auto retention = config(topic).value().at("retention.ms");
  EXPECT_EQ(retention.value, "60000");
  EXPECT_TRUE(retention.is_set_on_topic());
  EXPECT_FALSE(config(topic).value().at("cleanup.policy").is_set_on_topic());
}

TEST_F(KafkaTopics, TakeTheBrokersDefaultsWhereNothingIsSaid) {
  const auto topic = unique("defaults");
  ASSERT_THAT(create({topic, std::nullopt, std::nullopt, {}}), Succeeds());
  wait_until(topic, [&] { return described(topic).has_value(); });
  EXPECT_EQ(described(topic)->partitions.size(), 1u);
}

/// librdkafka 2.8.0 reads freed memory here (dev/librdkafka).
TEST_F(KafkaTopics, CreatedAnewAgainAndAgainAreDescribedAmongOthers) {
  std::vector<std::string> topics;
  std::set<std::string> ids;
  for (int i = 0; i < 6; ++i) {
    topics.push_back(created("again-" + std::to_string(i)));
    ids.insert(described(topics.back()).value().topic_id);
  }
  for (int round = 0; round < 10; ++round) {
    for (std::size_t i = 0; i < 3; ++i) {
      ASSERT_THAT(remove(topics[i]), Succeeds());
      // Nobody looks while it is not there, so that its id changes from one description to the next.
      wait_until("creation", [&] { return create({topics[i], 1, 1, {}}).has_value(); });
      wait_until("description", [&] { return !ids.contains(described(topics[i]).value().topic_id); });
      for (const auto& topic : topics) ids.insert(described(topic).value().topic_id);
    }
  }
  EXPECT_EQ(ids.size(), 6u + 30u);
}

TEST_F(KafkaTopics, CreatedAnewHaveAnotherId) {
  const auto topic = created("anew");
  const auto before = described(topic)->topic_id;
  ASSERT_THAT(remove(topic), Succeeds());
  wait_until("deletion", [&] { return !described(topic).has_value(); });
  EXPECT_THAT(described(topic), FailsWith(Reason::TopicNotFound));
  ASSERT_THAT(create({topic, 1, 1, {}}), Succeeds());
  wait_until("creation", [&] { return described(topic).has_value(); });
  EXPECT_NE(described(topic)->topic_id, before);
}

TEST_F(KafkaTopics, AreNotCreatedByDescribingThem) {
  const auto topic = unique("never-made");
  EXPECT_THAT(described(topic), FailsWith(Reason::TopicNotFound));
  EXPECT_THAT(config(topic), FailsWith(Reason::TopicNotFound));
  EXPECT_THAT(described(topic), FailsWith(Reason::TopicNotFound));
}

TEST_F(KafkaTopics, ThatExistAreNotCreatedAgain) {
  const auto topic = created("twice", 2);
  const auto again = create({topic, 5, 1, {}});
  EXPECT_THAT(again, FailsWith(Reason::TopicAlreadyExists));
  EXPECT_THAT(again.error().message, HasSubstr("topic " + topic));
  EXPECT_EQ(described(topic)->partitions.size(), 2u);
}

TEST_F(KafkaTopics, ChangeOnlyTheConfigThatIsNamed) {
  const auto topic = created("config", 1, {{"retention.ms", "60000"}, {"cleanup.policy", "compact"}});
  ASSERT_THAT(alter({topic, {{"retention.ms", "120000"}, {"max.message.bytes", "2000000"}}, {}}), Succeeds());
  EXPECT_EQ(value(topic, "retention.ms"), "120000");
  EXPECT_EQ(value(topic, "max.message.bytes"), "2000000");
  EXPECT_EQ(value(topic, "cleanup.policy"), "compact");

  ASSERT_THAT(alter({topic, {}, {"retention.ms", "segment.ms"}}), Succeeds());  // segment.ms was never set
  EXPECT_FALSE(config(topic)->at("retention.ms").is_set_on_topic());
  EXPECT_EQ(value(topic, "retention.ms"), "604800000");
  EXPECT_EQ(value(topic, "cleanup.policy"), "compact");
}

TEST_F(KafkaTopics, WithAnEmptyChangeStayAsTheyAre) {
  const auto topic = created("empty-change", 1, {{"retention.ms", "60000"}});
  EXPECT_THAT(alter({topic, {}, {}}), Succeeds());
  EXPECT_EQ(value(topic, "retention.ms"), "60000");
}

TEST_F(KafkaTopics, RefuseUnknownConfigAndBadValuesAsAWhole) {
  const auto topic = created("bad-config");
  const auto unknown = alter({topic, {{"retention.ms", "1"}, {"no.such.key", "1"}}, {}});
  EXPECT_THAT(unknown, FailsWith(Reason::InvalidConfig));
  EXPECT_THAT(unknown.error().message, AllOf(HasSubstr(topic), HasSubstr("no.such.key")));
  EXPECT_FALSE(config(topic)->at("retention.ms").is_set_on_topic());

  EXPECT_THAT(alter({topic, {{"retention.ms", "a week"}}, {}}), FailsWith(Reason::InvalidConfig));
  EXPECT_THAT(alter({topic, {{"retention.ms", std::string("1\0", 2)}}, {}}),
              FailsWith(Reason::InvalidConfig));
  EXPECT_THAT(create({unique("bad-config-at-birth"), 1, 1, {{"no.such.key", "1"}}}),
              FailsWith(Reason::InvalidConfig));
}

TEST_F(KafkaTopics, GetMorePartitionsAndNeverFewer) {
  const auto topic = created("growing", 2);
  ASSERT_THAT(add_partitions(topic, 5), Succeeds());
  wait_until("five partitions", [&] { return described(topic)->partitions.size() == 5; });

  const auto fewer = add_partitions(topic, 3);
  EXPECT_THAT(fewer, FailsWith(Reason::InvalidPartitions));
  EXPECT_THAT(fewer.error().message, AllOf(HasSubstr(topic), HasSubstr("5")));
  EXPECT_FALSE(fewer.error().retriable);
  EXPECT_THAT(add_partitions(topic, 5), FailsWith(Reason::InvalidPartitions));
  EXPECT_THAT(add_partitions(topic, 0), FailsWith(Reason::InvalidPartitions));
  EXPECT_THAT(add_partitions(topic, -1), FailsWith(Reason::InvalidPartitions));
  EXPECT_THAT(add_partitions(unique("absent"), 3), FailsWith(Reason::TopicNotFound));
  EXPECT_EQ(described(topic)->partitions.size(), 5u);
}

TEST_F(KafkaTopics, RefuseImpossibleSizes) {
  EXPECT_THAT(create({unique("none"), 0, 1, {}}), FailsWith(Reason::InvalidPartitions));
  EXPECT_THAT(create({unique("million"), 1'000'000, 1, {}}), FailsWith(Reason::InvalidPartitions));
  const auto replicated = create({unique("replicated"), 1, 3, {}});
  EXPECT_THAT(replicated, FailsWith(Reason::InvalidReplicationFactor));
  EXPECT_THAT(replicated.error().message, HasSubstr("3"));
}

TEST_F(KafkaTopics, RefuseForbiddenNames) {
  for (const auto& name : {std::string("a b"), std::string(".."), std::string(250, 'x'), std::string()}) {
    EXPECT_THAT(create({name, 1, 1, {}}), FailsWith(Reason::InvalidTopicName)) << name;
    EXPECT_THAT(described(name), FailsWith(Reason::InvalidTopicName)) << name;
  }
  const auto topic = created("clash.with_it");
  auto clashing = topic;
  clashing[clashing.find('.')] = '_';
  EXPECT_THAT(create({clashing, 1, 1, {}}), FailsWith(Reason::InvalidTopicName));
}

TEST_F(KafkaTopics, OneBadTopicNeverFailsItsNeighbours) {
  const auto a = created("batch-a"), b = created("batch-b"), absent = unique("batch-absent");

  const auto descriptions = ask<PerTopic<TopicDescription>>([&](auto done) {
    admin->describe_topics({a, absent, "b d", b}, done);
  });
  ASSERT_EQ(descriptions.size(), 4u);
  EXPECT_THAT(descriptions.at(a), Succeeds());
  EXPECT_THAT(descriptions.at(b), Succeeds());
  EXPECT_THAT(descriptions.at(absent), FailsWith(Reason::TopicNotFound));
  EXPECT_THAT(descriptions.at("b d"), FailsWith(Reason::InvalidTopicName));

  const auto configs = ask<PerTopic<Config>>([&](auto done) {
    admin->describe_configs({a, absent, b}, done);
  });
  EXPECT_THAT(configs.at(a), Succeeds());
  EXPECT_THAT(configs.at(b), Succeeds());
  EXPECT_THAT(configs.at(absent), FailsWith(Reason::TopicNotFound));

  const auto altered = ask<PerTopic<void>>([&](auto done) {
    admin->alter_configs({{a, {{"retention.ms", "1000"}}, {}},
                          {absent, {{"retention.ms", "1000"}}, {}},
                          {b, {{"nonsense", "1"}}, {}}},
                         done);
  });
  EXPECT_THAT(altered.at(a), Succeeds());
  EXPECT_THAT(altered.at(absent), FailsWith(Reason::TopicNotFound));
  EXPECT_THAT(altered.at(b), FailsWith(Reason::InvalidConfig));
  EXPECT_EQ(value(a, "retention.ms"), "1000");

  const auto grown = ask<PerTopic<void>>([&](auto done) {
    admin->add_partitions({{a, 2}, {absent, 2}, {b, 1'000'000}}, done);
  });
  EXPECT_THAT(grown.at(a), Succeeds());
  EXPECT_THAT(grown.at(absent), FailsWith(Reason::TopicNotFound));
  EXPECT_THAT(grown.at(b), FailsWith(Reason::InvalidPartitions));

  const auto c = unique("batch-c");
  const auto made = ask<PerTopic<void>>([&](auto done) {
    admin->create_topics({{c, 1, 1, {}}, {a, 1, 1, {}}, {unique("batch-huge"), 1'000'000, 1, {}}}, done);
  });
  EXPECT_THAT(made.at(c), Succeeds());
  EXPECT_THAT(made.at(a), FailsWith(Reason::TopicAlreadyExists));
  EXPECT_EQ(made.size(), 3u);

  const auto removed = ask<PerTopic<void>>([&](auto done) { admin->delete_topics({a, absent, b}, done); });
  EXPECT_THAT(removed.at(a), Succeeds());
  EXPECT_THAT(removed.at(b), Succeeds());
  EXPECT_THAT(removed.at(absent), FailsWith(Reason::TopicNotFound));
}

TEST_F(KafkaTopics, NamedTwiceInOneWriteAreLeftAlone) {
  const auto topic = unique("twice-in-one"), other = unique("once");
  const auto made = ask<PerTopic<void>>([&](auto done) {
    admin->create_topics({{topic, 1, 1, {}}, {topic, 2, 1, {}}, {other, 1, 1, {}}}, done);
  });
  EXPECT_THAT(made.at(topic), FailsWith(Reason::InvalidRequest));
  EXPECT_THAT(made.at(other), Succeeds());
  wait_until(other, [&] { return described(other).has_value(); });
  EXPECT_THAT(described(topic), FailsWith(Reason::TopicNotFound));
}

}  // namespace
}  // namespace fusion::kafka
