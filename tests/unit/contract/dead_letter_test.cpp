#include "contract/dead_letter.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace fusion::contract {
namespace {

const DeadLetter kLetter{"NoId", "it has no header fusion-id", "orders", 3, 1042, 1'700'000'000'000};

std::vector<Header> joined(std::vector<Header> own, const DeadLetter& letter = kLetter) {
  for (auto& header : to_headers(letter)) own.push_back(std::move(header));
  return own;
}

/// A letter with `value` in the place of what one header says.
std::string error_with(std::string_view name, std::optional<std::string> value) {
  auto headers = to_headers(kLetter);
  std::ranges::find(headers, name, &Header::name)->value = std::move(value);
  const auto parsed = parse_dead_letter(headers);
  return parsed ? "none" : parsed.error();
}

TEST(DeadLetter, IsWrittenAsDocumented) {
  EXPECT_THAT(
      to_headers(kLetter),
      testing::ElementsAre(Header{"fusion-error", "NoId: it has no header fusion-id"},
                           Header{"fusion-source-topic", "orders"}, Header{"fusion-source-partition", "3"},
                           Header{"fusion-source-offset", "1042"},
                           Header{"fusion-source-timestamp", "1700000000000"}));
}

TEST(DeadLetter, GivesTheRecordsOwnHeadersBack) {
  const std::vector<Header> own{{"fusion-id", "7"}, {"a", std::nullopt}, {"a", ""}, {"a", "x"}};
  EXPECT_EQ(parse_dead_letter(joined(own)).value(), (ParsedDeadLetter{kLetter, own}));
}

TEST(DeadLetter, KeepsTheHeadersOfAnEarlierLetterInTheRecord) {
  const DeadLetter again{"TooLarge", "its batch is too large: 2 MB", "orders-dlq", 0, 5, -1};
  const auto first = joined({{"a", "1"}});
  EXPECT_EQ(parse_dead_letter(joined(first, again)).value(), (ParsedDeadLetter{again, first}));
}

TEST(DeadLetter, CarriesTimesBefore1970) {
  auto old = kLetter;
  for (const std::int64_t timestamp_ms : {std::int64_t{0}, std::int64_t{-5}, INT64_MIN, INT64_MAX}) {
    old.timestamp_ms = timestamp_ms;
    EXPECT_EQ(parse_dead_letter(to_headers(old)).value().letter, old);
  }
}

TEST(DeadLetter, IsNoneWithoutEachOfItsHeaders) {
  const auto all = to_headers(kLetter);
  for (std::size_t missing = 0; missing < all.size(); ++missing) {
    auto headers = all;
    headers.erase(headers.begin() + static_cast<std::ptrdiff_t>(missing));
    EXPECT_EQ(parse_dead_letter(headers).error(), "it has no header " + all[missing].name);
  }
}

TEST(DeadLetter, IsNoneWithAMalformedHeader) {
  for (const auto& error : {"no colon", "notCapital: x", ": x", "With space: x", "NoSpace:x"}) {
    EXPECT_EQ(error_with(kErrorHeader, error), "its header fusion-error is not \"Reason: sentence\"")
        << error;
  }
  EXPECT_EQ(error_with(kSourceTopicHeader, std::nullopt), "its header fusion-source-topic is empty");
  for (const auto& number : {"-1", "x", "1x", " 1", "9223372036854775808"}) {
    EXPECT_EQ(error_with(kSourceOffsetHeader, number),
              "its header fusion-source-offset is not a number within its bounds");
  }
  EXPECT_EQ(error_with(kSourcePartitionHeader, "2147483648"),
            "its header fusion-source-partition is not a number within its bounds");
}

}  // namespace
}  // namespace fusion::contract
