#include <librdkafka/rdkafka.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <string>

#include "kafka/client_conf.h"

namespace fusion::bench {
namespace {

volatile std::sig_atomic_t ended = 0;

struct Options {
  std::string brokers;
  std::string from;
  std::string to;
  std::string group;
  std::string codec = "lz4";
};

/// As bridge/source.cpp has them, where they have to do with speed.
kafka::Settings consumer_settings(const Options& options) {
  return {
      {"client.id", "bench-bare-loop"},
      {"group.id", options.group},
      {"isolation.level", "read_committed"},
      {"auto.offset.reset", "earliest"},
      {"check.crcs", "true"},
      {"queued.max.messages.kbytes", "16384"},
      {"fetch.max.bytes", "8388608"},
      {"fetch.queue.backoff.ms", "10"},
      {"log.queue", "false"},
  };
}

/// As bridge/sink.cpp has them, without what transactions need.
kafka::Settings producer_settings(const Options& options) {
  return {
      {"client.id", "bench-bare-loop"},
      {"compression.codec", options.codec},
      {"batch.size", "1000000"},
      {"linger.ms", "20"},
      {"queue.buffering.max.kbytes", "32768"},
      {"queue.buffering.max.messages", "500000"},
      {"partitioner", "murmur2_random"},
      {"log.queue", "false"},
  };
}

kafka::ConfHandle conf_of(const Options& options, const kafka::Settings& settings) {
  kafka::Connection connection;
  connection.bootstrap_servers = options.brokers;
  auto conf = kafka::client_conf(connection, settings);
  if (!conf) throw std::runtime_error(conf.error().message);
  return std::move(*conf);
}

kafka::ConsumerHandle open_consumer(const Options& options) {
  auto consumer = kafka::new_consumer(conf_of(options, consumer_settings(options)));
  if (!consumer) throw std::runtime_error(consumer.error().message);
  rd_kafka_poll_set_consumer(consumer->get());
  const kafka::TopicPartitionListHandle topics(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(topics.get(), options.from.c_str(), RD_KAFKA_PARTITION_UA);
  if (const auto error = rd_kafka_subscribe(consumer->get(), topics.get())) {
    throw std::runtime_error(rd_kafka_err2str(error));
  }
  return std::move(*consumer);
}

kafka::ProducerHandle open_producer(const Options& options) {
  auto conf = conf_of(options, producer_settings(options));
  rd_kafka_conf_set_dr_msg_cb(conf.get(), [](rd_kafka_t*, const rd_kafka_message_t* report, void*) {
    const kafka::MessageHandle consumed(static_cast<rd_kafka_message_t*>(report->_private));
    if (report->err == RD_KAFKA_RESP_ERR_NO_ERROR) return;
    std::fprintf(stderr, "bench-bare-loop: not delivered: %s\n", rd_kafka_err2str(report->err));
    ended = 1;
  });
  auto producer = kafka::new_producer(std::move(conf));
  if (!producer) throw std::runtime_error(producer.error().message);
  return std::move(*producer);
}

/// The payload is not copied: the consumed message lives until the report of its delivery.
void produce(rd_kafka_t* producer, rd_kafka_topic_t* target, kafka::MessageHandle message) {
  rd_kafka_headers_t* headers = nullptr;
  rd_kafka_message_detach_headers(message.get(), &headers);
  for (;;) {
    const auto error = rd_kafka_producev(
        producer, RD_KAFKA_V_RKT(target), RD_KAFKA_V_PARTITION(RD_KAFKA_PARTITION_UA), RD_KAFKA_V_MSGFLAGS(0),
        RD_KAFKA_V_KEY(message->key, message->key_len), RD_KAFKA_V_VALUE(message->payload, message->len),
        RD_KAFKA_V_TIMESTAMP(rd_kafka_message_timestamp(message.get(), nullptr)), RD_KAFKA_V_HEADERS(headers),
        RD_KAFKA_V_OPAQUE(message.get()), RD_KAFKA_V_END);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
      static_cast<void>(message.release());
      return;
    }
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) throw std::runtime_error(rd_kafka_err2str(error));
    rd_kafka_poll(producer, 100);
  }
}

void carry(const Options& options) {
  const auto consumer = open_consumer(options);
  const auto producer = open_producer(options);
  const kafka::TopicHandle target(rd_kafka_topic_new(producer.get(), options.to.c_str(), nullptr));
  constexpr int kRecordsPerRound = 1'000;
  while (ended == 0) {
    for (int i = 0; i < kRecordsPerRound; ++i) {
      kafka::MessageHandle message(rd_kafka_consumer_poll(consumer.get(), i == 0 ? 100 : 0));
      if (!message) break;
      if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
        throw std::runtime_error(rd_kafka_message_errstr(message.get()));
      produce(producer.get(), target.get(), std::move(message));
    }
    rd_kafka_poll(producer.get(), 0);
  }
  rd_kafka_flush(producer.get(), 10'000);
  rd_kafka_consumer_close(consumer.get());
}

}  // namespace
}  // namespace fusion::bench

int main(int argc, char** argv) {
  fusion::bench::Options options;
  CLI::App app("Consumes one topic and produces into another, without transactions, until SIGTERM.");
  app.add_option("--brokers", options.brokers)->required();
  app.add_option("--from", options.from)->required();
  app.add_option("--to", options.to)->required();
  app.add_option("--group", options.group)->required();
  app.add_option("--codec", options.codec);
  CLI11_PARSE(app, argc, argv);
  for (const int signal : {SIGTERM, SIGINT}) {
    std::signal(signal, [](int) { fusion::bench::ended = 1; });
  }
  try {
    fusion::bench::carry(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench-bare-loop: %s\n", error.what());
    return 1;
  }
  return 0;
}
