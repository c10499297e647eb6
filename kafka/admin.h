#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kafka/error.h"

namespace fusion::kafka {

struct ClusterDescription {
  std::string id;                     ///< the cluster id, as Kafka prints it
  std::vector<std::int32_t> brokers;  ///< ids of the brokers that are up, ascending
};

struct PartitionDescription {
  std::optional<std::int32_t> leader;  ///< broker id; none while there is no leader
  int replicas = 0;
  int in_sync_replicas = 0;
};

struct TopicDescription {
  std::string name;
  std::string
      topic_id;  ///< 22 characters of URL-safe base64, as Kafka prints it; empty from brokers before 2.8
  std::vector<PartitionDescription> partitions;  ///< by partition number
  int replication_factor = 0;                    ///< the lowest of all partitions
  bool internal = false;
};

enum class ConfigSource { Unknown, Topic, Broker, BrokerDefault, StaticBroker, Default };

struct ConfigEntry {
  std::optional<std::string> value;  ///< none: sensitive, or null
  ConfigSource source = ConfigSource::Unknown;
  bool read_only = false;

  /// Set on this very topic, by whomever; otherwise it is inherited.
  bool is_set_on_topic() const { return source == ConfigSource::Topic; }
};
using Config = std::map<std::string, ConfigEntry, std::less<>>;

struct NewTopic {
  std::string name;
  std::optional<int> partitions;          ///< none: the broker's num.partitions
  std::optional<int> replication_factor;  ///< none: the broker's default.replication.factor
  std::map<std::string, std::string> config;
};

struct NewPartitions {
  std::string topic;
  int total = 0;  ///< how many there shall be, not how many more
};

struct ConfigChange {
  std::string topic;
  std::map<std::string, std::string> set;
  std::vector<std::string> reset;  ///< keys to inherit again; one that is not set is no error
};

struct TopicPartition {
  std::string topic;
  std::int32_t partition = 0;

  auto operator<=>(const TopicPartition&) const = default;
};

enum class IsolationLevel { ReadUncommitted, ReadCommitted };

/// Which offset of a partition is asked for.
struct OffsetSpec {
  enum class Kind { Earliest, Latest, AtTimestamp, Newest };
  Kind kind = Kind::Latest;
  std::int64_t timestamp_ms = 0;  ///< AtTimestamp: the first record at or after it (milliseconds since 1970)

  static OffsetSpec earliest() { return {Kind::Earliest, 0}; }
  static OffsetSpec latest() { return {Kind::Latest, 0}; }  ///< ReadCommitted: the last stable offset
  static OffsetSpec at(std::int64_t timestamp_ms) { return {Kind::AtTimestamp, timestamp_ms}; }
  /// The record with the highest time (KIP-734; brokers before 3.0 answer with an error). The marker that
  /// ends a transaction counts as a record with the time of writing (measured with Kafka 4.1), and with
  /// ReadCommitted there is none while the highest time is in an open transaction.
  static OffsetSpec newest() { return {Kind::Newest, 0}; }
};

struct ListedOffset {
  std::optional<std::int64_t> offset;        ///< none: no record at or after the timestamp, or none at all
  std::optional<std::int64_t> timestamp_ms;  ///< AtTimestamp, Newest: that record's own
};

struct CommittedOffset {
  std::int64_t offset = 0;
  std::string metadata;  ///< what was committed with it, byte for byte; empty when there was none
};

enum class GroupState { Unknown, PreparingRebalance, CompletingRebalance, Stable, Dead, Empty };

struct GroupDescription {
  GroupState state = GroupState::Unknown;  ///< Dead: there is no such group
  std::size_t members = 0;
};

/// One result for each topic or partition that was asked for: a bad one never fails its neighbours.
template <class T>
using PerTopic = std::map<std::string, Result<T>>;
template <class T>
using PerPartition = std::map<TopicPartition, Result<T>>;

template <class T>
using Callback = std::function<void(T)>;

/// Administers one Kafka cluster over one connection, without blocking the caller.
///
/// Each callback is called exactly once, on the Admin's own thread, never from inside the call: so it must
/// be short and must not destroy the Admin. What is outstanding when the Admin is destroyed is answered with
/// Closed before the destructor returns. A list may be empty (the callback gets an empty map) and may name a
/// topic twice where it only reads; a topic twice in one call that writes is InvalidRequest for that topic.
///
/// Batches: calls of one kind that come within the linger travel as one request, whoever made them, and
/// several waiting reads of one kind of one topic are answered by one. Groups have a request each: librdkafka
/// takes one group a request.
///
/// Order: work on one topic (or on one group) happens in the order in which it was submitted. A write waits
/// until everything submitted before it for that topic has been answered, and what is submitted after it
/// waits for its answer. Reads run side by side. Different topics do not wait for each other.
///
/// Time: an answer comes within twice the request timeout: at most one waiting for earlier work on the same
/// topic, one for Kafka. After Timeout, Unreachable or Closed a *write* may or may not have happened:
/// describe before doing it again. Right after a create, brokers may answer TopicNotFound for a moment.
///
/// Thread-safe. Describing never creates a topic.
class Admin {
 public:
  virtual ~Admin() = default;

  virtual void describe_cluster(Callback<Result<ClusterDescription>> done) = 0;

  virtual void describe_topics(std::vector<std::string> topics,
                               Callback<PerTopic<TopicDescription>> done) = 0;
  virtual void describe_configs(std::vector<std::string> topics, Callback<PerTopic<Config>> done) = 0;
  /// Of one broker of `ClusterDescription::brokers`; most settings are the same on all of them.
  virtual void describe_broker_configs(std::int32_t broker, Callback<Result<Config>> done) = 0;

  virtual void create_topics(std::vector<NewTopic> topics, Callback<PerTopic<void>> done) = 0;
  virtual void add_partitions(std::vector<NewPartitions> topics, Callback<PerTopic<void>> done) = 0;
  /// Incremental (KIP-339): keys that are not named stay as they are; all keys of one topic or none.
  virtual void alter_configs(std::vector<ConfigChange> changes, Callback<PerTopic<void>> done) = 0;
  /// By name, because librdkafka 2.8 cannot delete by topic id: whoever must not delete a topic that was
  /// created anew under the old name compares the id right before, and accepts the moment in between.
  virtual void delete_topics(std::vector<std::string> topics, Callback<PerTopic<void>> done) = 0;

  virtual void list_offsets(std::vector<TopicPartition> partitions, OffsetSpec spec, IsolationLevel isolation,
                            Callback<PerPartition<ListedOffset>> done) = 0;

  /// Committed offsets of `partitions`, or of all where the list is empty. Partitions without a commit are
  /// absent, and a group that does not exist has none. `require_stable`: offsets that an open transaction is
  /// about to replace are UnstableOffsets (KIP-447); otherwise the last committed ones are given.
  virtual void group_offsets(std::string group, std::vector<TopicPartition> partitions, bool require_stable,
                             Callback<Result<PerPartition<CommittedOffset>>> done) = 0;
  virtual void describe_group(std::string group, Callback<Result<GroupDescription>> done) = 0;
  virtual void delete_group(std::string group, Callback<Result<void>> done) = 0;

  /// Starts anew the time after which Kafka forgets what an empty group has committed
  /// (offsets.retention.minutes). That time counts from when the group became empty (KIP-211), so committing
  /// the same offsets again would not prolong it: a member joins, subscribed to `topic`, and leaves. It
  /// neither reads nor commits, so it changes no offset, however late it is; members that run go through two
  /// rebalances, so describe the group before.
  ///
  /// Groups are renewed one after another, each in the time of one rebalance, without regard to other work on
  /// the group. An answer comes within three times the request timeout.
  virtual void renew_group(std::string group, std::string topic, Callback<Result<void>> done) = 0;
};

}  // namespace fusion::kafka
