#include "bridge/event_time.h"

#include <gmock/gmock.h>

#include <limits>

#include "kafka/client_conf.h"

namespace fusion::bridge {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Format = EventTimeRule::Format;
using From = EventTimeRule::From;
using Reason = TimeError::Reason;

constexpr std::int64_t kMorning_ms = 1'769'846'400'000;  // 2026-01-31T08:00:00Z

tl::expected<std::int64_t, Reason> at(std::int64_t ms) { return ms; }
tl::expected<std::int64_t, Reason> refused(Reason reason) { return tl::unexpected(reason); }

TEST(ParseEventTime, ReadsUnixTimesInTheirUnit) {
  EXPECT_EQ(parse_event_time("1769846400250", Format::kUnixMillis), at(kMorning_ms + 250));
  EXPECT_EQ(parse_event_time("1769846400250999", Format::kUnixMicros), at(kMorning_ms + 250));
  EXPECT_EQ(parse_event_time("1769846400", Format::kUnixSeconds), at(kMorning_ms));
  EXPECT_EQ(parse_event_time("1", Format::kUnixMillis), at(1));
}

TEST(ParseEventTime, CutsOffWhatIsFinerThanAMillisecond) {
  EXPECT_EQ(parse_event_time("1769846400.2509", Format::kUnixSeconds), at(kMorning_ms + 250));
  EXPECT_EQ(parse_event_time("1769846400.5", Format::kUnixSeconds), at(kMorning_ms + 500));
  EXPECT_EQ(parse_event_time("1769846400250.9", Format::kUnixMillis), at(kMorning_ms + 250));
  EXPECT_EQ(parse_event_time("1769846400250999.9", Format::kUnixMicros), at(kMorning_ms + 250));
  EXPECT_EQ(parse_event_time("2026-01-31T08:00:00.250999999999Z", Format::kRfc3339), at(kMorning_ms + 250));
}

TEST(ParseEventTime, RefusesWhatIsNoDecimalNumber) {
  for (const auto* text :
       {"",    " ",   "x",   "-",   ".",     "1.",   ".5",  "+1", " 1",       "1 ",
        "1\n", "1,5", "1e3", "0x1", "1.5.5", "1.-5", "--1", "-x", "\xd9\xa1", "2026-01-31T08:00:00Z"}) {
    for (const auto format : {Format::kUnixMillis, Format::kUnixMicros, Format::kUnixSeconds})
      EXPECT_EQ(parse_event_time(text, format), refused(Reason::kNotATime)) << text;
  }
  EXPECT_EQ(parse_event_time(std::string_view("1\0", 2), Format::kUnixMillis), refused(Reason::kNotATime));
}

TEST(ParseEventTime, RefusesWhatIsNotAfter1970) {
  for (const auto* text : {"0", "-0", "0.0", "-1", "-1769846400000", "-99999999999999999999"}) {
    for (const auto format : {Format::kUnixMillis, Format::kUnixMicros, Format::kUnixSeconds})
      EXPECT_EQ(parse_event_time(text, format), refused(Reason::kNotAfter1970)) << text;
  }
  EXPECT_EQ(parse_event_time("999", Format::kUnixMicros), refused(Reason::kNotAfter1970));
  EXPECT_EQ(parse_event_time("0.0009", Format::kUnixSeconds), refused(Reason::kNotAfter1970));
  EXPECT_EQ(parse_event_time("1970-01-01T00:00:00Z", Format::kRfc3339), refused(Reason::kNotAfter1970));
  EXPECT_EQ(parse_event_time("1970-01-01T01:00:00+02:00", Format::kRfc3339), refused(Reason::kNotAfter1970));
  EXPECT_EQ(parse_event_time("0000-01-01T00:00:00Z", Format::kRfc3339), refused(Reason::kNotAfter1970));
}

TEST(ParseEventTime, RefusesWhatMillisecondsCannotHold) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(parse_event_time("9223372036854775807", Format::kUnixMillis), at(kMost));
  EXPECT_EQ(parse_event_time("9223372036854775808", Format::kUnixMillis), refused(Reason::kOutOfRange));
  EXPECT_EQ(parse_event_time("9223372036854775808", Format::kUnixMicros), refused(Reason::kOutOfRange));
  EXPECT_EQ(parse_event_time("9223372036854774.999", Format::kUnixSeconds), at(9'223'372'036'854'774'999));
  EXPECT_EQ(parse_event_time("9223372036854775", Format::kUnixSeconds), refused(Reason::kOutOfRange));
  EXPECT_EQ(parse_event_time(std::string(500, '9'), Format::kUnixSeconds), refused(Reason::kOutOfRange));
}

TEST(ParseEventTime, ReadsRfc3339) {
  for (const auto* text : {"2026-01-31T08:00:00Z", "2026-01-31t08:00:00z", "2026-01-31 08:00:00Z",
                           "2026-01-31T08:00:00.0Z", "2026-01-31T10:00:00+02:00", "2026-01-30T20:30:00-11:30",
                           "2026-01-31T08:00:00-00:00", "2026-02-01T07:59:00+23:59"})
    EXPECT_EQ(parse_event_time(text, Format::kRfc3339), at(kMorning_ms)) << text;
  EXPECT_EQ(parse_event_time("1970-01-01T00:00:00.001Z", Format::kRfc3339), at(1));
  EXPECT_EQ(parse_event_time("2024-02-29T00:00:00Z", Format::kRfc3339), at(1'709'164'800'000));
  EXPECT_EQ(parse_event_time("9999-12-31T23:59:59.999Z", Format::kRfc3339), at(253'402'300'799'999));
}

TEST(ParseEventTime, MapsTheLeapSecondToTheMillisecondBeforeMidnight) {
  constexpr std::int64_t k2017_ms = 1'483'228'800'000;
  EXPECT_EQ(parse_event_time("2016-12-31T23:59:60Z", Format::kRfc3339), at(k2017_ms - 1));
  EXPECT_EQ(parse_event_time("2016-12-31T23:59:60.9Z", Format::kRfc3339), at(k2017_ms - 1));
  EXPECT_EQ(parse_event_time("2017-01-01T01:59:60+02:00", Format::kRfc3339), at(k2017_ms - 1));
  EXPECT_EQ(parse_event_time("2016-12-31T23:58:60Z", Format::kRfc3339), refused(Reason::kNotATime));
  EXPECT_EQ(parse_event_time("2017-01-01T23:59:60+02:00", Format::kRfc3339), refused(Reason::kNotATime));
}

TEST(ParseEventTime, RefusesWhatRfc3339CannotSay) {
  for (const auto* text : {"",
                           "2026-01-31",
                           "2026-01-31T08:00Z",
                           "2026-01-31T08:00:00",
                           " 2026-01-31T08:00:00Z",
                           "2026-01-31T08:00:00Z ",
                           "2026-01-31T08:00:00.Z",
                           "2026-01-31T08:00:00,5Z",
                           "2026-01-31T08:00:00+0200",
                           "2026-01-31T08:00:00+02",
                           "2026-01-31T08:00:00+24:00",
                           "2026-01-31T08:00:00+02:60",
                           "2026-01-31T08:00:00Z+02:00",
                           "2026-02-29T08:00:00Z",
                           "2026-13-01T08:00:00Z",
                           "2026-00-01T08:00:00Z",
                           "2026-01-32T08:00:00Z",
                           "2026-01-31T24:00:00Z",
                           "2026-01-31T08:60:00Z",
                           "2026-01-31T08:00:61Z",
                           "2026-1-31T08:00:00Z",
                           "10000-01-01T00:00:00Z",
                           "+2026-01-31T08:00:00Z",
                           "-026-01-31T08:00:00Z",
                           "2026-01-31T-8:00:00Z",
                           "20260131T080000Z",
                           "1769846400000"})
    EXPECT_EQ(parse_event_time(text, Format::kRfc3339), refused(Reason::kNotATime)) << text;
}

class EventTimeTest : public ::testing::Test {
 protected:
  tl::expected<EventTime, TimeError> pointed(const char* value, Format format = Format::kUnixMillis) {
    JsonPointers json({"/other", "/t"});
    json.read(value);
    return event_time({From::kPointer, "/t", format}, TimeFields{.timestamp_ms = 77}, json, 1);
  }
  tl::expected<EventTime, TimeError> headed(std::optional<std::string_view> header) {
    return event_time({From::kHeader, "event-time", Format::kUnixMillis},
                      {.timestamp_ms = 77, .header = header}, JsonPointers({}), 0);
  }
  tl::expected<EventTime, TimeError> stamped(std::optional<std::int64_t> ms) {
    return event_time({}, {.timestamp_ms = ms}, JsonPointers({}), 0);
  }
};

TEST_F(EventTimeTest, OfTheTimestamp) {
  EXPECT_EQ(stamped(5), EventTime{5});
  EXPECT_EQ(stamped(std::nullopt).error(),
            (TimeError{Reason::kMissing, "it lacks the record's timestamp, which is its event time"}));
  EXPECT_EQ(stamped(0).error(),
            (TimeError{Reason::kNotAfter1970, "its event time, the record's timestamp, is not after 1970"}));
  EXPECT_EQ(stamped(-1).error().reason, Reason::kNotAfter1970);
}

TEST_F(EventTimeTest, OfAHeader) {
  EXPECT_EQ(headed("5"), EventTime{5});
  EXPECT_EQ(
      headed(std::nullopt).error(),
      (TimeError{Reason::kMissing, "it has nothing in the header event-time, which is its event time"}));
  EXPECT_EQ(headed("").error().reason, Reason::kMissing);
  EXPECT_EQ(headed("0").error().reason, Reason::kNotAfter1970);
  EXPECT_THAT(headed("yesterday").error().sentence,
              HasSubstr("its event time, the header event-time, is not UnixMillis (milliseconds"));
  EXPECT_THAT(headed("4111-1111-1111-1111").error().sentence, Not(HasSubstr("4111")));
}

TEST_F(EventTimeTest, OfAPlaceInTheValue) {
  EXPECT_EQ(pointed(R"({"t": 1769846400250})"), EventTime{kMorning_ms + 250});
  EXPECT_EQ(pointed(R"({"t": "1769846400250"})"), EventTime{kMorning_ms + 250});
  EXPECT_EQ(pointed(R"({"t": 1.7698464e12})"), EventTime{kMorning_ms});
  EXPECT_EQ(pointed(R"({"t": 1769846400.25})", Format::kUnixSeconds), EventTime{kMorning_ms + 250});
  EXPECT_EQ(pointed(R"({"t": "2026-01-31T08:00:00Z"})", Format::kRfc3339), EventTime{kMorning_ms});
}

TEST_F(EventTimeTest, SaysWhatIsWrongInTheValue) {
  EXPECT_EQ(pointed("{").error(),
            (TimeError{Reason::kNotJson, "its value, which holds its event time, is not JSON"}));
  EXPECT_EQ(pointed("").error().reason, Reason::kNotJson);
  for (const auto* value : {"{}", R"({"t": null})", R"({"t": true})", R"({"t": [1]})", "7"}) {
    EXPECT_EQ(pointed(value).error(),
              (TimeError{Reason::kMissing,
                         "its value has no text and no number at the place /t, which is its event time"}))
        << value;
  }
  EXPECT_EQ(pointed(R"({"t": ""})").error().reason, Reason::kNotATime);
  EXPECT_EQ(pointed(R"({"t": 1769846400250})", Format::kRfc3339).error().reason, Reason::kNotATime);
  EXPECT_EQ(pointed(R"({"t": 0})").error().reason, Reason::kNotAfter1970);
  EXPECT_EQ(pointed(R"({"t": -1e60})").error().reason, Reason::kNotAfter1970);
  EXPECT_EQ(pointed(R"({"t": 1e-60})").error().reason, Reason::kNotAfter1970);
  EXPECT_EQ(pointed(R"({"t": 1e60})").error().reason, Reason::kOutOfRange);
  EXPECT_EQ(pointed(R"({"t": 9223372036854775808})").error().reason, Reason::kOutOfRange);
}

TEST_F(EventTimeTest, ATombstoneHasItsOwnWhereOthersHaveAValue) {
  const JsonPointers unread({"/t"});
  const TimeFields tombstone{.timestamp_ms = 5, .header = "9", .is_tombstone = true};
  EXPECT_EQ(event_time({From::kPointer, "/t"}, tombstone, unread, 0), (EventTime{5, true}));
  EXPECT_EQ(event_time({From::kHeader, "event-time"}, tombstone, unread, 0), EventTime{9});
  EXPECT_EQ(event_time({}, tombstone, unread, 0), EventTime{5});
  EXPECT_EQ(event_time({From::kPointer, "/t"}, {.timestamp_ms = 0, .is_tombstone = true}, unread, 0).error(),
            (TimeError{Reason::kNotAfter1970, "its event time, the record's timestamp, is not after 1970"}));
}

struct Seen {
  EventTimeRule rule;
  std::vector<std::optional<std::int64_t>> timestamps_ms;
  std::vector<std::string> headers;
  std::vector<bool> tombstones;
};

void look(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  auto& seen = *static_cast<Seen*>(opaque);
  const auto fields = time_fields(seen.rule, *message);
  seen.timestamps_ms.push_back(fields.timestamp_ms);
  seen.headers.emplace_back(fields.header.value_or("none"));
  seen.tombstones.push_back(fields.is_tombstone);
}

/// Only librdkafka makes messages with headers and times: here a producer without brokers reports them
/// undelivered.
TEST(TimeFields, AreThoseOfTheMessage) {
  Seen seen{{From::kHeader, "event-time"}, {}, {}, {}};
  kafka::ConfHandle conf(rd_kafka_conf_new());
  rd_kafka_conf_set_opaque(conf.get(), &seen);
  rd_kafka_conf_set_dr_msg_cb(conf.get(), look);
  auto producer = kafka::new_producer(std::move(conf));
  ASSERT_TRUE(producer);
  char value[] = "v";
  ASSERT_EQ(rd_kafka_producev(producer->get(), RD_KAFKA_V_TOPIC("t"), RD_KAFKA_V_TIMESTAMP(1234),
                              RD_KAFKA_V_VALUE(value, 1), RD_KAFKA_V_HEADER("event-time", "1", 1),
                              RD_KAFKA_V_HEADER("event-time", "2", 1), RD_KAFKA_V_END),
            RD_KAFKA_RESP_ERR_NO_ERROR);
  ASSERT_EQ(rd_kafka_producev(producer->get(), RD_KAFKA_V_TOPIC("t"), RD_KAFKA_V_TIMESTAMP(5678),
                              RD_KAFKA_V_HEADER("event-time", "1", 1),
                              RD_KAFKA_V_HEADER("event-time", nullptr, 0), RD_KAFKA_V_END),
            RD_KAFKA_RESP_ERR_NO_ERROR);
  ASSERT_EQ(rd_kafka_purge(producer->get(), RD_KAFKA_PURGE_F_QUEUE), RD_KAFKA_RESP_ERR_NO_ERROR);
  while (seen.headers.size() < 2 && rd_kafka_poll(producer->get(), 10'000) > 0) {
  }
  EXPECT_THAT(seen.timestamps_ms, ElementsAre(std::nullopt, std::nullopt)) << "not stored: no time yet";
  EXPECT_THAT(seen.headers, ElementsAre("2", "none"));
  EXPECT_THAT(seen.tombstones, ElementsAre(false, true));
}

TEST(TimeError, HasAWordForEachReason) {
  EXPECT_EQ(to_text(Reason::kMissing), "NoEventTime");
  EXPECT_EQ(to_text(Reason::kBeyondRetention), "BeyondRetention");
}

}  // namespace
}  // namespace fusion::bridge
