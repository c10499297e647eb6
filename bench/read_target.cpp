#include <librdkafka/rdkafka.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "bench/sample_records.h"
#include "kafka/client_conf.h"

namespace fusion::bench {
namespace {

volatile std::sig_atomic_t ended = 0;

struct Options {
  std::string brokers;
  std::string topic;
  std::vector<std::int32_t> partitions;
  bool latency = false;
  double skip_s = 0;
  double seconds = 10;
};

std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

kafka::ConsumerHandle open(const Options& options) {
  kafka::Connection connection;
  connection.bootstrap_servers = options.brokers;
  auto conf = kafka::client_conf(connection, {{"client.id", "bench-read-target"},
                                              {"group.id", "bench-read-target"},  // it joins none
                                              {"isolation.level", "read_committed"},
                                              {"enable.auto.commit", "false"},
                                              {"enable.partition.eof", "true"},
                                              {"auto.offset.reset", "error"},
                                              {"fetch.wait.max.ms", "10"},
                                              {"fetch.queue.backoff.ms", "1"},
                                              {"log.queue", "false"}});
  if (!conf) throw std::runtime_error(conf.error().message);
  auto consumer = kafka::new_consumer(std::move(*conf));
  if (!consumer) throw std::runtime_error(consumer.error().message);
  rd_kafka_poll_set_consumer(consumer->get());
  const kafka::TopicPartitionListHandle list(
      rd_kafka_topic_partition_list_new(static_cast<int>(options.partitions.size())));
  for (const auto partition : options.partitions) {
    rd_kafka_topic_partition_list_add(list.get(), options.topic.c_str(), partition)->offset =
        options.latency ? RD_KAFKA_OFFSET_END : RD_KAFKA_OFFSET_BEGINNING;
  }
  if (const auto error = rd_kafka_assign(consumer->get(), list.get())) {
    throw std::runtime_error(rd_kafka_err2str(error));
  }
  return std::move(*consumer);
}

std::int64_t time_of(std::string_view value) {
  std::int64_t time_us = 0;
  if (value.size() < SampleRecords::kTimeField.size() + SampleRecords::kTimeDigits) return time_us;
  const char* digits = value.data() + SampleRecords::kTimeField.size();
  std::from_chars(digits, digits + SampleRecords::kTimeDigits, time_us);
  return time_us;
}

/// Reads to the end of each partition.
void count(rd_kafka_t* consumer, std::size_t partitions) {
  std::uint64_t records = 0;
  std::set<std::int32_t> at_end;
  while (ended == 0 && at_end.size() < partitions) {
    const kafka::MessageHandle message(rd_kafka_consumer_poll(consumer, 100));
    if (!message) continue;
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      at_end.insert(message->partition);
    } else if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      throw std::runtime_error(rd_kafka_message_errstr(message.get()));
    } else {
      ++records;
    }
  }
  std::printf("{\"records\": %llu}\n", static_cast<unsigned long long>(records));
}

double percentile(std::vector<double>& sorted, double share) {
  if (sorted.empty()) return -1;
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

/// Follows the records that come from now on, and measures those that were written in a stretch of time that
/// begins `skip_s` after the first record and takes `seconds`, and ends with the first record after it.
void measure_latency(rd_kafka_t* consumer, const Options& options) {
  std::vector<double> latencies_ms;
  std::int64_t from_us = 0;
  std::int64_t until_us = 0;
  while (ended == 0) {
    const kafka::MessageHandle message(rd_kafka_consumer_poll(consumer, 100));
    if (!message || message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) continue;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
      throw std::runtime_error(rd_kafka_message_errstr(message.get()));
    const auto written_us = time_of({static_cast<const char*>(message->payload), message->len});
    if (from_us == 0) {
      from_us = written_us + static_cast<std::int64_t>(options.skip_s * 1e6);
      until_us = from_us + static_cast<std::int64_t>(options.seconds * 1e6);
    }
    if (written_us >= until_us) break;
    if (written_us >= from_us) latencies_ms.push_back(static_cast<double>(now_us() - written_us) / 1e3);
  }
  std::sort(latencies_ms.begin(), latencies_ms.end());
  std::printf("{\"records\": %zu, \"complete\": %s, \"p50_ms\": %.1f, \"p99_ms\": %.1f, \"max_ms\": %.1f}\n",
              latencies_ms.size(), ended == 0 ? "true" : "false", percentile(latencies_ms, 0.5),
              percentile(latencies_ms, 0.99), percentile(latencies_ms, 1));
}

void read(const Options& options) {
  const auto consumer = open(options);
  if (options.latency) {
    measure_latency(consumer.get(), options);
  } else {
    count(consumer.get(), options.partitions.size());
  }
  rd_kafka_consumer_close(consumer.get());
}

}  // namespace
}  // namespace fusion::bench

int main(int argc, char** argv) {
  fusion::bench::Options options;
  CLI::App app("Reads committed records: counts them, or measures how long after their writing it saw them.");
  app.add_option("--brokers", options.brokers)->required();
  app.add_option("--topic", options.topic)->required();
  app.add_option("--partition", options.partitions, "may be given several times")->required();
  app.add_flag("--latency", options.latency, "measure instead of counting; SIGTERM ends it early");
  app.add_option("--skip-s", options.skip_s, "leave out what was written so long after the first record");
  app.add_option("--seconds", options.seconds, "measure what was written in so many seconds after that");
  CLI11_PARSE(app, argc, argv);
  for (const int signal : {SIGTERM, SIGINT}) {
    std::signal(signal, [](int) { fusion::bench::ended = 1; });
  }
  try {
    fusion::bench::read(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench-read-target: topic %s: %s\n", options.topic.c_str(), error.what());
    return 1;
  }
  return 0;
}
