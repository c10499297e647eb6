#include <librdkafka/rdkafka.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <thread>

#include "bench/sample_records.h"
#include "kafka/client_conf.h"

namespace fusion::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::string brokers;
  std::string topic;
  std::uint64_t records = 0;
  std::uint64_t first_number = 0;
  std::size_t value_bytes = 1'024;
  double rate = 0;
};

std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

void must(rd_kafka_resp_err_t error) {
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error(rd_kafka_err2str(error));
}

kafka::ProducerHandle open(const Options& options, std::uint64_t& failed) {
  kafka::Connection connection;
  connection.bootstrap_servers = options.brokers;
  auto conf = kafka::client_conf(connection, {{"client.id", "bench-write-input"},
                                              {"compression.codec", "lz4"},
                                              {"partitioner", "murmur2_random"},
                                              {"enable.idempotence", "true"},
                                              // A record that is late because its batch waited is not the
                                              // fault of who carries it.
                                              {"linger.ms", options.rate > 0 ? "5" : "20"},
                                              {"log.queue", "false"}});
  if (!conf) throw std::runtime_error(conf.error().message);
  rd_kafka_conf_set_opaque(conf->get(), &failed);
  rd_kafka_conf_set_dr_msg_cb(conf->get(), [](rd_kafka_t*, const rd_kafka_message_t* report, void* failed) {
    if (report->err != RD_KAFKA_RESP_ERR_NO_ERROR) ++*static_cast<std::uint64_t*>(failed);
  });
  auto producer = kafka::new_producer(std::move(*conf));
  if (!producer) throw std::runtime_error(producer.error().message);
  return std::move(*producer);
}

void write(const Options& options) {
  std::uint64_t failed = 0;
  const auto producer = open(options, failed);
  SampleRecords samples(options.value_bytes, options.value_bytes);
  const auto started = Clock::now();
  for (std::uint64_t i = 0; i < options.records; ++i) {
    if (options.rate > 0) {
      const auto due = started + std::chrono::duration_cast<Clock::duration>(
                                     std::chrono::duration<double>(static_cast<double>(i) / options.rate));
      // Woken for each millisecond's records together: sleeping for each would cost more than the writing.
      if (due > Clock::now() + std::chrono::milliseconds(1)) std::this_thread::sleep_until(due);
    }
    const std::uint64_t number = options.first_number + i;
    const auto key = samples.key(number);
    const auto value = samples.value(number, now_us());
    const auto id = samples.id(number);
    for (;;) {
      const auto error = rd_kafka_producev(
          producer.get(), RD_KAFKA_V_TOPIC(options.topic.c_str()), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
          RD_KAFKA_V_KEY(key.data(), key.size()),
          RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()),
          RD_KAFKA_V_HEADER("fusion-id", id.data(), static_cast<ssize_t>(id.size())), RD_KAFKA_V_END);
      if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
        must(error);
        break;
      }
      rd_kafka_poll(producer.get(), 10);
    }
    if (i % 1'000 == 0) rd_kafka_poll(producer.get(), 0);
  }
  must(rd_kafka_flush(producer.get(), 60'000));
  if (failed > 0) throw std::runtime_error(std::to_string(failed) + " records were not written");
  const std::chrono::duration<double> took = Clock::now() - started;
  std::printf("{\"records\": %llu, \"seconds\": %.3f}\n", static_cast<unsigned long long>(options.records),
              took.count());
}

}  // namespace
}  // namespace fusion::bench

int main(int argc, char** argv) {
  fusion::bench::Options options;
  CLI::App app("Writes sample records, each with a key and the header fusion-id, into a topic.");
  app.add_option("--brokers", options.brokers)->required();
  app.add_option("--topic", options.topic)->required();
  app.add_option("--records", options.records)->required();
  app.add_option("--first-number", options.first_number, "of the first record; ids follow from numbers");
  app.add_option("--value-bytes", options.value_bytes)->check(CLI::Range(100, 1'000'000));
  app.add_option("--rate", options.rate, "records a second; 0: as fast as it goes");
  CLI11_PARSE(app, argc, argv);
  try {
    fusion::bench::write(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench-write-input: topic %s: %s\n", options.topic.c_str(), error.what());
    return 1;
  }
  return 0;
}
