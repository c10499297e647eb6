#include "kafka/connectivity.h"

#include <gmock/gmock.h>

namespace fusion::kafka {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr auto kTimedOut = RD_KAFKA_RESP_ERR__TIMED_OUT;

TEST(Connectivity, ATimeoutBeforeAnyAnswerMeansUnreachable) {
  const Connectivity connectivity("kafka:9092 (PLAINTEXT)");
  const auto error = connectivity.explain(kTimedOut, "topic flights", "Failed while waiting for broker");
  EXPECT_EQ(error.reason, Reason::Unreachable);
  EXPECT_EQ(
      error.message,
      "Kafka at kafka:9092 (PLAINTEXT) cannot be reached: no broker has answered in time, which is also how "
      "a port that expects TLS or SASL looks: check the bootstrap servers, and that the brokers are up");
  EXPECT_TRUE(error.retriable);
}

TEST(Connectivity, ATimeoutAfterAnAnswerIsATimeout) {
  Connectivity connectivity("kafka:9092");
  connectivity.answered();
  const auto error = connectivity.explain(kTimedOut, "group g", "Failed while waiting for coordinator");
  EXPECT_EQ(error.reason, Reason::Timeout);
  EXPECT_THAT(error.message, AllOf(HasSubstr("group g"), HasSubstr("waiting for coordinator")));
}

TEST(Connectivity, SaysWhatLibrdkafkaSaidWithoutWhatChangesEachTime) {
  Connectivity connectivity("kafka:9092");
  connectivity.failed(
      RD_KAFKA_RESP_ERR__TRANSPORT,
      "kafka:9092/bootstrap: Connect to ipv4#10.0.0.1:9092 failed: Connection refused (after 3ms in "
      "state CONNECT, 7 identical error(s) suppressed)");
  connectivity.failed(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, "1/1 brokers are down");
  const auto error = connectivity.explain(kTimedOut, "topic flights", "");
  EXPECT_EQ(error.reason, Reason::Unreachable);
  EXPECT_EQ(error.message,
            "Kafka at kafka:9092 cannot be reached: Connect to ipv4#10.0.0.1:9092 failed: Connection "
            "refused: check "
            "the bootstrap servers, and that the brokers are up");
}

TEST(Connectivity, ARefusedLoginIsToldApart) {
  Connectivity connectivity("kafka:9092 (SASL_SSL, user flights)");
  connectivity.failed(RD_KAFKA_RESP_ERR__TRANSPORT, "a:1/bootstrap: Connection refused");
  connectivity.failed(RD_KAFKA_RESP_ERR__AUTHENTICATION,
                      "b:1/bootstrap: SASL authentication error: no (after 9ms)");
  connectivity.failed(RD_KAFKA_RESP_ERR__TRANSPORT, "c:1/bootstrap: Connection refused");
  const auto error = connectivity.explain(kTimedOut, "topic flights", "");
  EXPECT_EQ(error.reason, Reason::AuthenticationFailed);
  EXPECT_THAT(error.message,
              AllOf(HasSubstr("user flights"), HasSubstr("SASL authentication error: no: check")));
  EXPECT_FALSE(error.retriable);
}

TEST(Connectivity, TheOrderOfTroublesDoesNotChangeTheSentence) {
  Connectivity one("kafka"), other("kafka");
  one.failed(RD_KAFKA_RESP_ERR__TRANSPORT, "a:1/1: refused");
  one.failed(RD_KAFKA_RESP_ERR__RESOLVE, "b:1/2: no such host");
  other.failed(RD_KAFKA_RESP_ERR__RESOLVE, "b:1/2: no such host");
  other.failed(RD_KAFKA_RESP_ERR__TRANSPORT, "a:1/1: refused");
  EXPECT_EQ(one.explain(kTimedOut, "x", ""), other.explain(kTimedOut, "x", ""));
}

TEST(Connectivity, AnAnswerEndsTheTroubles) {
  Connectivity connectivity("kafka");
  connectivity.failed(RD_KAFKA_RESP_ERR__AUTHENTICATION, "a:1/1: wrong");
  connectivity.answered();
  EXPECT_EQ(connectivity.explain(kTimedOut, "x", "").reason, Reason::Timeout);
}

TEST(Connectivity, LeavesBrokersAnswersAlone) {
  Connectivity connectivity("kafka");
  connectivity.failed(RD_KAFKA_RESP_ERR__TRANSPORT, "a:1/1: refused");
  const auto error = connectivity.explain(RD_KAFKA_RESP_ERR_INVALID_PARTITIONS, "topic flights",
                                          "Topic currently has 6 partitions.");
  EXPECT_EQ(error.reason, Reason::InvalidPartitions);
  EXPECT_EQ(error.message, "topic flights: Topic currently has 6 partitions");
}

}  // namespace
}  // namespace fusion::kafka
