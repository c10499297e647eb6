#include "tests/integration/bridge/records.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "kafka/client_conf.h"

namespace fusion::bridge {
namespace {

constexpr auto kLongestSilence = std::chrono::seconds(120);

void check(rd_kafka_error_t* raw) {
  const kafka::ErrorHandle error(raw);
  if (error) throw std::runtime_error(rd_kafka_error_string(error.get()));
}

void check(rd_kafka_resp_err_t error) {
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error(rd_kafka_err2str(error));
}

void* data_of(const std::optional<std::string>& text) {
  return text ? const_cast<char*>(text->data()) : nullptr;
}

std::size_t size_of(const std::optional<std::string>& text) { return text ? text->size() : 0; }

std::optional<std::string> text_of(const void* data, std::size_t size) {
  if (data == nullptr) return std::nullopt;
  return std::string(static_cast<const char*>(data), size);
}

Record record_of(rd_kafka_message_t& message) {
  Record record;
  record.key = text_of(message.key, message.key_len);
  record.value = text_of(message.payload, message.len);
  record.timestamp_ms = rd_kafka_message_timestamp(&message, nullptr);
  record.partition = message.partition;
  record.offset = message.offset;
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return record;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == 0; ++i) {
    record.headers.emplace_back(name, text_of(value, size));
  }
  return record;
}

}  // namespace

void PrintTo(const Record& record, std::ostream* out) {
  *out << "partition " << record.partition << " offset " << record.offset << " key "
       << record.key.value_or("(null)") << " value " << record.value.value_or("(null)").substr(0, 80)
       << " time " << record.timestamp_ms;
  for (const auto& [name, value] : record.headers) *out << " " << name << ":" << value.value_or("(null)");
}

Writer::Writer(const std::string& bootstrap, const std::string& transactional_id,
               const std::map<std::string, std::string>& more) {
  kafka::Settings settings{{"partitioner", "murmur2_random"},
                           {"message.max.bytes", "20000000"},
                           {"linger.ms", "5"},
                           {"enable.idempotence", "true"}};
  for (const auto& [key, value] : more) settings[key] = value;
  if (!transactional_id.empty()) settings["transactional.id"] = transactional_id;
  auto conf = std::move(kafka::client_conf({bootstrap, {}, {}}, settings).value());
  rd_kafka_conf_set_opaque(conf.get(), this);
  rd_kafka_conf_set_dr_msg_cb(conf.get(), delivered);
  producer_ = std::move(kafka::new_producer(std::move(conf)).value());
  if (!transactional_id.empty()) check(rd_kafka_init_transactions(producer_.get(), 30'000));
}

void Writer::begin() { check(rd_kafka_begin_transaction(producer_.get())); }
void Writer::commit() { check(rd_kafka_commit_transaction(producer_.get(), 30'000)); }
void Writer::abort() { check(rd_kafka_abort_transaction(producer_.get(), 30'000)); }

void Writer::write(const std::string& topic, const Record& record) {
  for (;;) {
    rd_kafka_headers_t* headers = nullptr;
    if (!record.headers.empty()) headers = rd_kafka_headers_new(record.headers.size());
    for (const auto& [name, value] : record.headers) {
      rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), data_of(value),
                          value ? static_cast<ssize_t>(value->size()) : 0);
    }
    const auto error = rd_kafka_producev(
        producer_.get(), RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(record.partition),
        RD_KAFKA_V_KEY(data_of(record.key), size_of(record.key)),
        RD_KAFKA_V_VALUE(data_of(record.value), size_of(record.value)),
        RD_KAFKA_V_TIMESTAMP(record.timestamp_ms), RD_KAFKA_V_HEADERS(headers),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) break;
    if (headers != nullptr) rd_kafka_headers_destroy(headers);
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) check(error);
    rd_kafka_poll(producer_.get(), 100);
  }
  rd_kafka_poll(producer_.get(), 0);
}

void Writer::flush() {
  check(rd_kafka_flush(producer_.get(), 60'000));
  check(failure_);
}

void Writer::delivered(rd_kafka_t*, const rd_kafka_message_t* report, void* writer) {
  if (report->err != RD_KAFKA_RESP_ERR_NO_ERROR) static_cast<Writer*>(writer)->failure_ = report->err;
}

void for_each_committed(const std::string& bootstrap, const std::string& topic, int partitions,
                        const std::function<void(rd_kafka_message_t&)>& seen) {
  const kafka::Settings settings{{"group.id", "reader"},
                                 {"isolation.level", "read_committed"},
                                 {"enable.auto.commit", "false"},
                                 {"enable.partition.eof", "true"}};
  const auto consumer =
      std::move(kafka::new_consumer(kafka::client_conf({bootstrap, {}, {}}, settings).value()).value());
  rd_kafka_poll_set_consumer(consumer.get());
  const kafka::TopicPartitionListHandle list(rd_kafka_topic_partition_list_new(partitions));
  for (int partition = 0; partition < partitions; ++partition) {
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset =
        RD_KAFKA_OFFSET_BEGINNING;
  }
  check(rd_kafka_assign(consumer.get(), list.get()));
  auto deadline = std::chrono::steady_clock::now() + kLongestSilence;
  for (int ended = 0; ended < partitions;) {
    const kafka::MessageHandle message(rd_kafka_consumer_poll(consumer.get(), 1'000));
    const auto now = std::chrono::steady_clock::now();
    if (message && message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      seen(*message);
      deadline = now + kLongestSilence;
    } else if (message && message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      ++ended;
    } else if (now > deadline) {
      throw std::runtime_error("cannot read " + topic + " to its end");
    }
  }
}

std::vector<Record> read_committed(const std::string& bootstrap, const std::string& topic, int partitions) {
  std::vector<Record> records;
  for_each_committed(bootstrap, topic, partitions,
                     [&](rd_kafka_message_t& message) { records.push_back(record_of(message)); });
  std::sort(records.begin(), records.end(), [](const Record& a, const Record& b) {
    return std::pair(a.partition, a.offset) < std::pair(b.partition, b.offset);
  });
  return records;
}

}  // namespace fusion::bridge
