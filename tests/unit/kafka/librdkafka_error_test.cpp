#include "kafka/librdkafka_error.h"

#include <gmock/gmock.h>

#include <cstddef>
#include <set>

#include "kafka/handles.h"

namespace fusion::kafka {
namespace {

TEST(ToError, SaysWhatWhereAndWhatToDo) {
  const auto error = to_error(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, "topic flights", "");
  EXPECT_EQ(error.reason, Reason::NotAuthorized);
  EXPECT_EQ(error.message,
            "topic flights: Topic authorization failed: grant the right to the Kafka user of this "
            "connection");
  EXPECT_FALSE(error.retriable);
}

TEST(ToError, PrefersTheBrokersOwnWords) {
  EXPECT_EQ(
      to_error(RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS, "topic flights", "Topic 'flights' already exists.")
          .message,
      "topic flights: Topic 'flights' already exists");
}

TEST(ToError, DoesNotRepeatLibrdkafkasWordsForACode) {
  const auto* words = rd_kafka_err2str(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  EXPECT_EQ(to_error(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, "topic flights", words).message,
            "topic flights: Kafka has no such topic or partition");
}

TEST(ToError, WhatMayPassIsRetriable) {
  for (const auto code :
       {RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR_NOT_CONTROLLER,
        RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED,
        RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT}) {
    EXPECT_TRUE(to_error(code, "x", "").retriable) << rd_kafka_err2name(code);
  }
  for (const auto code : {RD_KAFKA_RESP_ERR_INVALID_CONFIG, RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS,
                          RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR_POLICY_VIOLATION,
                          RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR__FENCED}) {
    EXPECT_FALSE(to_error(code, "x", "").retriable) << rd_kafka_err2name(code);
  }
}

TEST(ToError, AFencedProducerIsFatal) {
  const ErrorHandle error(rd_kafka_error_new(RD_KAFKA_RESP_ERR__FENCED, "fenced by %s", "a newer one"));
  EXPECT_EQ(to_error(*error, "bridge profiles"),
            (Error{Reason::Fatal, "bridge profiles: fenced by a newer one", false}));
}

TEST(Reason, EachHasItsOwnWord) {
  std::set<std::string_view> words;
  for (int i = 0; i <= static_cast<int>(Reason::Other); ++i) words.insert(to_string(static_cast<Reason>(i)));
  EXPECT_EQ(words.size(), static_cast<std::size_t>(Reason::Other) + 1);
}

}  // namespace
}  // namespace fusion::kafka
