#include "cli/letter.h"

#include <gmock/gmock.h>

#include "cli/letter_filter.h"
#include "cli/letter_summary.h"
#include "cli/replay_request.h"
#include "tests/unit/cli/letters.h"

namespace fusion::cli {
namespace {

TEST(Letter, IsToldApartFromReceiptsAndStrangers) {
  const auto letter = a_letter();
  EXPECT_EQ(std::get<Letter>(entry_of(letter.place, letter.written_ms, stored(letter))), letter);

  OffsetRanges replayed;
  replayed.add(3, 17);
  const Receipt receipt{letter.place, replayed};
  EXPECT_EQ(std::get<Receipt>(entry_of(letter.place, 1, to_record(replayed))), receipt);

  EXPECT_EQ(std::get<Stranger>(entry_of(letter.place, 1, letter.record)),
            (Stranger{letter.place, "it has no header fusion-error"}));
}

TEST(Letter, IsOneEvenIfTheRecordWasAReceipt) {
  OffsetRanges replayed;
  replayed.add(3);
  auto letter = a_letter();
  letter.record = to_record(replayed);
  EXPECT_EQ(std::get<Letter>(entry_of(letter.place, letter.written_ms, stored(letter))), letter);
}

TEST(Letter, IsNoReceiptInAnUnknownFormat) {
  auto record = to_record({});
  record.value = "1-x";
  EXPECT_EQ(std::get<Stranger>(entry_of({}, 1, record)).why, "\"1-x\" is no range of offsets");
  record.headers.back().value = "2";
  EXPECT_THAT(std::get<Stranger>(entry_of({}, 1, record)).why, testing::HasSubstr("use a newer fusionctl"));
}

TEST(Letter, GoesBackAsItWas) {
  EXPECT_EQ(as_it_is(a_letter()), (ReplayRequest{{"orders-dlq", 0, 12},
                                                 "NoId",
                                                 "orders",
                                                 3,
                                                 1'700'000'000'000,
                                                 {"k1", "{}", {{"a", "1"}}},
                                                 "orders[3]@1042"}));
}

TEST(LetterFilter, TakesWhatEachPartTakes) {
  const auto letter = a_letter();
  EXPECT_TRUE(LetterFilter{}.takes(letter));
  EXPECT_TRUE((LetterFilter{{"TooLarge", "NoId"}, letter.written_ms, "orders"}.takes(letter)));
  EXPECT_FALSE((LetterFilter{{"TooLarge"}, 0, {}}.takes(letter)));
  EXPECT_FALSE((LetterFilter{{}, letter.written_ms + 1, {}}.takes(letter)));
  EXPECT_FALSE((LetterFilter{{}, 0, "flights"}.takes(letter)));
}

TEST(LetterFilter, ReadsInstantsAndDurations) {
  EXPECT_EQ(parse_since("1970-01-01T00:01:00Z", 5), 60'000);
  EXPECT_EQ(parse_since("90m", 6'000'000), 600'000);
  EXPECT_THAT(parse_since("yesterday", 0).error(), testing::HasSubstr("\"yesterday\" is neither"));
}

TEST(LetterSummary, CountsByReason) {
  LetterSummary summary;
  auto letter = a_letter("TooLarge");
  summary.add(letter, true);
  letter.written_ms -= 60'000;
  letter.origin.offset = 7;
  summary.add(letter, false);
  summary.add(a_letter("NoId"), false);
  std::ostringstream out;
  summary.print(out);
  EXPECT_EQ(out.str(),
            "ERROR     LETTERS  REPLAYED  FIRST                                LAST\n"
            "NoId      1        0         2026-01-31T08:00:00Z orders[3]@1042  2026-01-31T08:00:00Z "
            "orders[3]@1042\n"
            "TooLarge  2        1         2026-01-31T07:59:00Z orders[3]@7     2026-01-31T08:00:00Z "
            "orders[3]@1042\n");
}

}  // namespace
}  // namespace fusion::cli
