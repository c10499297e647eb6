#include "operator/options.h"

#include <gmock/gmock.h>

namespace fusion::op {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

tl::expected<Options, Exit> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "fusion-operator");
  return parse_options(static_cast<int>(arguments.size()), arguments.data());
}

TEST(Options, HaveDefaultsForAProductionCluster) {
  const auto options = parse({});
  ASSERT_TRUE(options);
  EXPECT_TRUE(options->leader_elect);
  EXPECT_EQ(options->workers, 2);
  EXPECT_EQ(options->max_concurrent_rollouts, 5);
  EXPECT_EQ(options->status_interval, 10s);
  EXPECT_EQ(options->kafka_resync, 30s);
  EXPECT_EQ(options->listen_port, 8080);
  EXPECT_TRUE(options->engine_progress);
  EXPECT_TRUE(options->namespaces.empty());
}

TEST(Options, ReadWhatTheyAreTold) {
  const auto options =
      parse({"--namespaces=a,b", "--installation-id=blue", "--listen=127.0.0.1:0", "--status-interval=500ms",
             "--kafka-resync=2m", "--leader-elect=false", "--engine-progress=false", "--log-level=debug"});
  ASSERT_TRUE(options) << options.error().text;
  EXPECT_THAT(options->namespaces, ElementsAre("a", "b"));
  EXPECT_EQ(options->listen_host, "127.0.0.1");
  EXPECT_EQ(options->listen_port, 0);
  EXPECT_EQ(options->status_interval, 500ms);
  EXPECT_EQ(options->kafka_resync, 2min);
  EXPECT_FALSE(options->leader_elect);
  EXPECT_FALSE(options->engine_progress);
  EXPECT_EQ(options->log_level, LogLevel::kDebug);
}

struct BadArguments {
  std::vector<const char*> arguments;
  const char* named;
};

void PrintTo(const BadArguments& bad, std::ostream* out) { *out << bad.named; }

class BadOptionsTest : public ::testing::TestWithParam<BadArguments> {};

TEST_P(BadOptionsTest, AreRefusedByName) {
  const auto options = parse(GetParam().arguments);
  ASSERT_FALSE(options);
  EXPECT_EQ(options.error().exit_code, 2);
  EXPECT_THAT(options.error().text, HasSubstr(GetParam().named));
}

INSTANTIATE_TEST_SUITE_P(All, BadOptionsTest,
                         ::testing::Values(BadArguments{{"--no-such-option"}, "--no-such-option"},
                                           BadArguments{{"--workers=0"}, "--workers"},
                                           BadArguments{{"--status-interval=10"}, "--status-interval"},
                                           BadArguments{{"--kafka-resync=-1s"}, "--kafka-resync"},
                                           BadArguments{{"--listen=nowhere"}, "--listen"},
                                           BadArguments{{"--listen=1.2.3.4:99999"}, "--listen"},
                                           BadArguments{{"--log-level=loud"}, "--log-level"},
                                           BadArguments{{"--installation-id=Big/Id"}, "--installation-id"},
                                           BadArguments{{"--namespaces=a"}, "--installation-id"}));

TEST(Options, HelpAndVersionAreNoErrors) {
  const auto help = parse({"--help"});
  ASSERT_FALSE(help);
  EXPECT_EQ(help.error().exit_code, 0);
  EXPECT_THAT(help.error().text, HasSubstr("--kafka-config"));
  const auto version = parse({"--version"});
  ASSERT_FALSE(version);
  EXPECT_EQ(version.error().exit_code, 0);
  EXPECT_THAT(version.error().text, HasSubstr("fusion-operator "));
}

}  // namespace
}  // namespace fusion::op
