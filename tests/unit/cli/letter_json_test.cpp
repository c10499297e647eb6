#include "cli/letter_json.h"

#include <gmock/gmock.h>

#include "cli/mended_letters.h"
#include "tests/unit/cli/letters.h"

namespace fusion::cli {
namespace {

using ::testing::HasSubstr;

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what << " in " << text;
  return text.replace(at, what.size(), with);
}

const std::string kLine = to_json_line(a_letter(), "id");

std::string error_with(const std::string& what, const std::string& with) {
  const auto mended = parse_json_line(replaced(kLine, what, with));
  return mended ? "none" : mended.error();
}

TEST(LetterJson, IsWrittenAsDocumented) {
  EXPECT_EQ(
      kLine,
      R"({"letter":{"topic":"orders-dlq","topicId":"id","partition":0,"offset":12,"origin":"orders[3]@1042","time":"2026-01-31T08:00:00Z"},)"
      R"("error":"NoId: it has no header fusion-id",)"
      R"("source":{"topic":"orders","partition":3,"offset":1042,"timestampMs":1700000000000},)"
      R"("key":"k1","value":"{}","headers":[{"name":"a","value":"1"}]})");
}

TEST(LetterJson, BringsEveryRecordBack) {
  const std::string all_bytes = [] {
    std::string bytes;
    for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
    return bytes;
  }();
  for (const auto& bytes :
       {std::optional<std::string>(), std::optional<std::string>(""),
        std::optional<std::string>("grün \"x\"\n\t\\"), std::optional(std::string(3, '\0')),
        std::optional<std::string>("\xff"), std::optional<std::string>("\xc3"), std::optional(all_bytes)}) {
    auto letter = a_letter();
    letter.record = {bytes, bytes, {{"h", bytes}, {bytes.value_or("n"), "v"}, {"h", std::nullopt}}};
    const auto line = to_json_line(letter, "id");
    EXPECT_EQ(line.find('\n'), std::string::npos);
    EXPECT_EQ(parse_json_line(line).value(), (MendedLetter{"id", as_it_is(letter)})) << line;
  }
}

TEST(LetterJson, MayBeMended) {
  auto line = replaced(kLine, R"("value":"{}")", R"("value":"{\"id\":1}")");
  line = replaced(line, R"("partition":3,"offset":1042,"timestampMs":1700000000000)", R"("timestampMs":5)");
  line = replaced(line, R"({"name":"a","value":"1"})", R"({"name":"fusion-id","value":"7"})");
  const auto request = parse_json_line(line).value().request;
  EXPECT_EQ(request.record, (Record{"k1", R"({"id":1})", {{"fusion-id", "7"}}}));
  EXPECT_EQ(request.partition, std::nullopt);
  EXPECT_EQ(request.timestamp_ms, 5);
  EXPECT_EQ(request.origin, "orders[3]@1042") << "wherever it goes";
}

TEST(LetterJson, NamesWhatIsWrong) {
  EXPECT_EQ(parse_json_line("{").error(), "it is not JSON");
  EXPECT_EQ(parse_json_line("[]").error(), "the line must be an object");
  EXPECT_EQ(error_with(R"("value":"{}",)", ""), "value is missing");
  EXPECT_EQ(error_with(R"("value":"{}")", R"("vaule":"{}")"), "value is missing");
  EXPECT_EQ(error_with(R"("key":"k1")", R"("key":"k1","kye":1)"), "kye is not known");
  EXPECT_EQ(error_with(R"("key":"k1")", R"("key":1)"), "key must be a text or null");
  EXPECT_EQ(error_with(R"("key":"k1")", R"("key":"k1","keyBase64":"AA==")"),
            "key and keyBase64 exclude each other");
  EXPECT_EQ(error_with(R"("key":"k1")", R"("keyBase64":"?")"), "keyBase64 is not Base64");
  EXPECT_EQ(error_with(R"("offset":12)", R"("offset":-1)"),
            "letter.offset must be a whole number from 0 to 9223372036854775806");
  EXPECT_THAT(error_with(R"("timestampMs":1700000000000)", R"("timestampMs":18446744073709551615)"),
              HasSubstr("source.timestampMs must be a whole number from 1"));
  EXPECT_THAT(error_with(R"("timestampMs":1700000000000)", R"("timestampMs":0)"), HasSubstr("from 1 to"));
  EXPECT_EQ(error_with(R"("headers":[)", R"("headers":[{"name":null,"value":"x"},)"),
            "headers[0].name must be a text");
  EXPECT_EQ(error_with(R"("name":"a","value":"1")", R"("name":"a")"), "headers[0].value is missing");
  EXPECT_EQ(error_with(R"("headers":[{"name":"a","value":"1"}])", R"("headers":{})"),
            "headers must be a list");
  EXPECT_EQ(error_with(R"("source":{)", R"("source":{"x":1,)"), "source.x is not known");
}

TEST(LetterJson, RefusesSloppyBase64) {
  for (const auto& text : {"AA", "AA=", "A A=", " AAAA", "AAAA\\n", "AA==AAAA", "_-8=", "AB=="})
    EXPECT_EQ(error_with(R"("key":"k1")", std::string(R"("keyBase64":")") + text + "\""),
              "keyBase64 is not Base64")
        << text;
}

TEST(MendedLetters, AreReadLineByLine) {
  auto other = a_letter();
  other.place.offset = 13;
  const auto lines = kLine + "\n\n" + to_json_line(other, "id") + "\r\n";
  EXPECT_THAT(parse_mended_letters(lines, "orders-dlq", "id").value(),
              testing::ElementsAre(as_it_is(a_letter()), as_it_is(other)));
}

TEST(MendedLetters, MustBeOfThisTopicAndOnceEach) {
  EXPECT_EQ(parse_mended_letters(kLine, "flights-dlq", "id").error(),
            "line 1: is about topic orders-dlq, not about flights-dlq");
  EXPECT_THAT(parse_mended_letters(kLine, "orders-dlq", "new").error(),
              HasSubstr("line 1: topic orders-dlq was deleted and created anew"));
  EXPECT_EQ(parse_mended_letters(kLine + "\n" + kLine, "orders-dlq", "id").error(),
            "line 2: letter orders-dlq[0]@12 stands in line 1 already");
  EXPECT_EQ(parse_mended_letters("\n" + kLine + "x", "orders-dlq", "id").error(), "line 2: it is not JSON");
}

}  // namespace
}  // namespace fusion::cli
