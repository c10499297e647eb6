#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "kafka/client_conf.h"
#include "tests/faults/verify/ledger.h"
#include "tests/integration/bridge/records.h"

namespace fusion::faults {
namespace {

struct Options {
  std::string bootstrap;
  std::string source;
  std::string target;
  std::string id = "id";
  bool deduplicated = false;
};

int partitions_of(const std::string& bootstrap, const std::string& name) {
  const auto client = kafka::new_producer(kafka::client_conf({bootstrap, {}, {}}).value()).value();
  const kafka::TopicHandle topic(rd_kafka_topic_new(client.get(), name.c_str(), nullptr));
  const rd_kafka_metadata_t* raw = nullptr;
  const auto error = rd_kafka_metadata(client.get(), 0, topic.get(), &raw, 30'000);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error(rd_kafka_err2str(error));
  const kafka::Handle<const rd_kafka_metadata_t, rd_kafka_metadata_destroy> metadata(raw);
  const auto& described = metadata->topics[0];
  if (described.err != RD_KAFKA_RESP_ERR_NO_ERROR || described.partition_cnt == 0) {
    throw std::runtime_error("topic " + name + ": " + rd_kafka_err2str(described.err));
  }
  return described.partition_cnt;
}

std::string_view bytes(const void* data, std::size_t size) {
  return {static_cast<const char*>(data), data == nullptr ? 0 : size};
}

std::optional<std::string_view> id_of(const rd_kafka_message_t& message, const std::string& header) {
  rd_kafka_headers_t* headers = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
      rd_kafka_header_get_last(headers, header.c_str(), &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return std::nullopt;
  }
  return bytes(value, size);
}

Sighting sighting(const rd_kafka_message_t& message, std::string_view id) {
  Sighting record{message.partition, message.offset, id, {}, bytes(message.payload, message.len), 0};
  if (message.key != nullptr) record.key = bytes(message.key, message.key_len);
  record.timestamp_ms = rd_kafka_message_timestamp(&message, nullptr);
  return record;
}

/// Counts on a terminal, once in half a second.
class Progress {
 public:
  explicit Progress(std::string what) : what_(std::move(what)) {}
  ~Progress() {
    if (shown_) std::cerr << "\r\x1b[K" << std::flush;
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void count() {
    if (++records_ % 10'000 != 0 || !is_terminal_) return;
    const auto now = std::chrono::steady_clock::now();
    if (now < next_) return;
    next_ = now + std::chrono::milliseconds(500);
    shown_ = true;
    std::cerr << "\r\x1b[K" << what_ << ": " << records_ << " records" << std::flush;
  }

 private:
  const std::string what_;
  const bool is_terminal_ = isatty(STDERR_FILENO) == 1;
  std::int64_t records_ = 0;
  bool shown_ = false;
  std::chrono::steady_clock::time_point next_;
};

template <class Seen>
void read(const Options& options, const std::string& topic, Seen seen) {
  Progress progress(topic);
  bridge::for_each_committed(options.bootstrap, topic, partitions_of(options.bootstrap, topic),
                             [&](rd_kafka_message_t& message) {
                               seen(message, id_of(message, options.id));
                               progress.count();
                             });
}

Ledger::Counts compare(const Options& options) {
  Ledger ledger(options.deduplicated ? Ledger::Repeats::kDropped : Ledger::Repeats::kCarried);
  read(options, options.source, [&](const rd_kafka_message_t& message, const auto& id) {
    if (!id) {
      throw std::runtime_error("topic " + options.source + " partition " + std::to_string(message.partition) +
                               " offset " + std::to_string(message.offset) + " has no header " + options.id +
                               ": name the header that holds the id with --id");
    }
    ledger.in_source(sighting(message, *id));
  });
  ledger.close_source();
  read(options, options.target, [&](const rd_kafka_message_t& message, const auto& id) {
    if (!id) return ledger.in_target_without_id(message.partition, message.offset);
    ledger.in_target(sighting(message, *id));
  });
  return ledger.counts();
}

void print(const Ledger::Counts& counts) {
  std::cout << "source " << counts.source_records << " records, " << counts.source_ids << " ids\n"
            << "target " << counts.target_records << " records\n"
            << "order not judged " << counts.unordered_ids << " ids\n";
  for (std::size_t fault = 0; fault < counts.faults.size(); ++fault) {
    const auto& count = counts.faults[fault];
    std::cout << Ledger::kNames[fault] << ' ' << count.records;
    if (!count.first.empty()) std::cout << ", for example " << count.first;
    std::cout << '\n';
  }
}

}  // namespace
}  // namespace fusion::faults

int main(int argc, char** argv) {
  using namespace fusion::faults;
  Options options;
  CLI::App app{
      "Counts records that were lost, repeated, misordered or changed on their way from one topic to "
      "another,\n"
      "and ones that the source does not hold. Reads both topics from their beginning, committed records "
      "only.\n"
      "\n"
      "Order is judged for each key, within one partition of the source and one of the target.\n"
      "\n"
      "Exit code: 0 all counts are zero, 1 one is not, 2 something could not be read.",
      "fusion-verify"};
  app.add_option("--bootstrap-servers", options.bootstrap)->required();
  app.add_option("--source", options.source, "topic that was read")->required();
  app.add_option("--target", options.target, "topic that was written")->required();
  app.add_option("--id", options.id, "header that holds a record's id")->capture_default_str();
  app.add_flag("--deduplicated", options.deduplicated,
               "an id must be in the target once, however often the source holds it");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    const auto counts = compare(options);
    print(counts);
    return counts.all_well() ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << '\n';
    return 2;
  }
}
