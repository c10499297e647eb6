#include "bridge/settings.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace fusion::bridge {
namespace {

using testing::AllOf;
using testing::HasSubstr;

contract::BridgeConfig valid_config() {
  contract::BridgeConfig config;
  config.pipeline = "demo/flights";
  config.bridge = "profiles";
  config.kafka.bootstrap_servers = "kafka:9092";
  config.from = {"a", "id-a"};
  config.to = {"b", "id-b"};
  config.group = "i/demo/flights/profiles";
  return config;
}

class SettingsTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(directory_); }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::string write(const std::string& name, const std::string& text) {
    const auto file = directory_ / name;
    std::ofstream(file) << text;
    return file;
  }
  Result<Settings> load(const contract::BridgeConfig& config) {
    return load_settings(write("bridge.json", to_json(config)), 2);
  }
  void expect_refused(const Result<Settings>& settings, const std::string& part) {
    ASSERT_FALSE(settings.has_value());
    EXPECT_EQ(settings.error().code, ExitCode::kConfig);
    EXPECT_THAT(settings.error().message, HasSubstr(part));
  }

  const std::filesystem::path directory_ = std::filesystem::temp_directory_path() /
                                           ("settings-test-" + std::to_string(getpid()) + "-" +
                                            testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(SettingsTest, NamesTheReplicasTransactions) {
  const auto settings = load(valid_config());
  ASSERT_TRUE(settings.has_value()) << settings.error().message;
  EXPECT_EQ(settings->transactional_id(), "i/demo/flights/profiles/2");
  EXPECT_EQ(settings->connection.bootstrap_servers, "kafka:9092");
  EXPECT_FALSE(settings->connection.tls || settings->connection.sasl);
}

TEST_F(SettingsTest, ReadsCredentialsFromTheirFiles) {
  auto config = valid_config();
  config.kafka.tls = true;
  config.kafka.ca_file = write("ca.crt", "CA");
  config.kafka.certificate_file = write("tls.crt", "CERT");
  config.kafka.key_file = write("tls.key", "KEY");
  config.kafka.sasl_mechanism = "SCRAM-SHA-256";
  config.kafka.sasl_username = "flights";
  config.kafka.sasl_password_file = write("password", "pass word\n");

  const auto settings = load(config);

  ASSERT_TRUE(settings.has_value()) << settings.error().message;
  EXPECT_EQ(settings->connection.tls->ca_pem, "CA");
  EXPECT_EQ(settings->connection.tls->certificate_pem, "CERT");
  EXPECT_EQ(settings->connection.tls->key_pem.reveal(), "KEY");
  EXPECT_EQ(settings->connection.sasl->mechanism, kafka::SaslMechanism::ScramSha256);
  EXPECT_EQ(settings->connection.sasl->password.reveal(), "pass word");
}

TEST_F(SettingsTest, NamesAMissingFile) {
  expect_refused(load_settings(directory_ / "none.json", 0), "none.json");
  auto config = valid_config();
  config.kafka.sasl_mechanism = "PLAIN";
  config.kafka.sasl_password_file = directory_ / "no-password";
  expect_refused(load(config), "no-password (kafka.sasl_password_file)");
}

TEST_F(SettingsTest, NamesTheFieldOfABadConfiguration) {
  expect_refused(load_settings(write("bridge.json", "{"), 0), "bridge.json");
  expect_refused(load_settings(write("bridge.json", R"({"version": 1, "surprise": true})"), 0),
                 "bridge.json");
}

TEST_F(SettingsTest, RefusesACommitIntervalThatOutlivesItsTransaction) {
  auto config = valid_config();
  config.commit_interval = std::chrono::seconds(30);
  expect_refused(load(config), "commitIntervalMs must be a whole number from 1 to 20000");
}

TEST(Ordinal, IsTheEndOfThePodName) {
  EXPECT_EQ(ordinal_of("flights-profiles-b1c2d3e4-0"), 0);
  EXPECT_EQ(ordinal_of("flights-profiles-b1c2d3e4-12"), 12);
}

TEST(Ordinal, RefusesOtherNames) {
  for (const std::string name :
       {"", "bridge", "bridge-", "bridge-x", "bridge-1x", "-", "bridge-99999999999"}) {
    const auto ordinal = ordinal_of(name);
    ASSERT_FALSE(ordinal.has_value()) << name;
    EXPECT_THAT(ordinal.error().message, AllOf(HasSubstr("POD_NAME"), HasSubstr("--ordinal")));
  }
}

}  // namespace
}  // namespace fusion::bridge
