#include "cli/properties.h"

#include <gmock/gmock.h>

namespace fusion::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(Properties, ReadsWhatKafkasToolsRead) {
  EXPECT_THAT(parse_properties(
                  "# who\nsecurity.protocol=SASL_SSL\r\n  sasl.mechanism : PLAIN\n! no\n\na b\nempty=\n"),
              ElementsAre(Pair("a", "b"), Pair("empty", ""), Pair("sasl.mechanism", "PLAIN"),
                          Pair("security.protocol", "SASL_SSL")));
}

TEST(Properties, JoinsContinuedLinesAndUnescapes) {
  EXPECT_THAT(
      parse_properties(
          "jaas=module required \\\n    username=\"a=b\" \\\n    x;\npath=C:\\\\dir\nend=a\\\\\nk\\=1=v"),
      ElementsAre(Pair("end", "a\\"), Pair("jaas", "module required username=\"a=b\" x;"), Pair("k=1", "v"),
                  Pair("path", "C:\\dir")));
  EXPECT_THAT(parse_properties("pem=-----BEGIN\\n1\\n-----END"),
              ElementsAre(Pair("pem", "-----BEGIN\n1\n-----END")));
}

TEST(Properties, KeepsTheLastOfEqualKeys) {
  EXPECT_THAT(parse_properties("a=1\na=2"), ElementsAre(Pair("a", "2")));
  EXPECT_THAT(parse_properties(""), IsEmpty());
  EXPECT_THAT(parse_properties("\\"), ElementsAre(Pair("", "")));
}

}  // namespace
}  // namespace fusion::cli
