#include "operator/default_connection.h"

#include <gmock/gmock.h>
#include <stdlib.h>

#include <fstream>

namespace fusion::op {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class DefaultConnectionTest : public ::testing::Test {
 protected:
  DefaultConnectionTest() {
    std::string name = (std::filesystem::temp_directory_path() / "fusion-XXXXXX").string();
    directory_ = mkdtemp(name.data());
  }
  ~DefaultConnectionTest() override { std::filesystem::remove_all(directory_); }

  std::string write(const std::string& name, const std::string& text) {
    std::ofstream(directory_ / name) << text;
    return (directory_ / name).string();
  }
  tl::expected<DefaultConnection, std::string> read(const std::string& yaml) {
    return read_default_connection(write("kafka.yaml", yaml));
  }

  std::filesystem::path directory_;
};

TEST_F(DefaultConnectionTest, NeedsNoMoreThanItsServers) {
  const auto read_back = read("bootstrapServers: kafka:9092\n");
  ASSERT_TRUE(read_back) << read_back.error();
  EXPECT_EQ(read_back->connection.bootstrap_servers, "kafka:9092");
  EXPECT_EQ(read_back->bridge.bootstrap_servers, "kafka:9092");
  EXPECT_FALSE(read_back->connection.tls);
  EXPECT_TRUE(read_back->topic_policy.empty());
}

TEST_F(DefaultConnectionTest, KeepsItsOwnCredentialsApartFromTheBridges) {
  const auto ca = write("ca.crt", "PEM");
  const auto password = write("password", "s3cret\n");
  const auto read_back =
      read("bootstrapServers: kafka:9093\ntls: {caFile: " + ca +
           "}\nsasl: {mechanism: SCRAM-SHA-512, username: fusion, passwordFile: " + password +
           "}\nbridgeSecrets:\n  caSecret: {name: kafka-ca, key: ca.crt}\n"
           "  passwordSecret: {name: kafka-user, key: password}\n  username: bridges\n"
           "topicPolicy: {demo: ['flights-*', shared], '*': ['public.*']}\n");
  ASSERT_TRUE(read_back) << read_back.error();
  EXPECT_EQ(read_back->connection.sasl->password.reveal(), "s3cret") << "without the newline of the file";
  EXPECT_EQ(read_back->connection.tls->ca_pem, "PEM");
  EXPECT_EQ(read_back->bridge.sasl->username, "bridges");
  EXPECT_EQ(read_back->bridge.sasl->password_secret, (api::SecretKey{"kafka-user", "password"}));
  EXPECT_EQ(read_back->bridge.tls->ca_secret, (api::SecretKey{"kafka-ca", "ca.crt"}));
  EXPECT_THAT(read_back->topic_policy.at("demo"), ElementsAre("flights-*", "shared"));
}

TEST_F(DefaultConnectionTest, SaysWhichFieldIsWrong) {
  const auto error_of = [&](const std::string& yaml) {
    const auto read_back = read(yaml);
    return read_back ? std::string("accepted") : read_back.error();
  };
  EXPECT_THAT(error_of("{}"), HasSubstr("bootstrapServers: must be set"));
  EXPECT_THAT(error_of("bootstrapServers: k:1\nbootstrap: x\n"), HasSubstr("bootstrap: unknown field"));
  EXPECT_THAT(error_of("bootstrapServers: [k]\n"), HasSubstr("bootstrapServers: must be a string"));
  EXPECT_THAT(error_of("bootstrapServers: k:1\ntls: {caFile: /no/such/file}\n"),
              HasSubstr("tls.caFile: cannot read"));
  EXPECT_THAT(error_of("bootstrapServers: k:1\nsasl: {mechanism: GSSAPI}\n"),
              HasSubstr("sasl.mechanism: 'GSSAPI'"));
  EXPECT_THAT(error_of("bootstrapServers: k:1\ntopicPolicy: {demo: all}\n"), HasSubstr("topicPolicy.demo"));
  EXPECT_THAT(error_of("bootstrapServers: [\n"), HasSubstr("kafka.yaml"));
  const auto password = write("password", "x");
  EXPECT_THAT(error_of("bootstrapServers: k:1\nsasl: {mechanism: PLAIN, username: u, passwordFile: " +
                       password + "}\n"),
              HasSubstr("bridgeSecrets.passwordSecret: must be set"));
}

TEST_F(DefaultConnectionTest, AMissingFileIsNamed) {
  const auto read_back = read_default_connection(directory_ / "absent.yaml");
  ASSERT_FALSE(read_back);
  EXPECT_THAT(read_back.error(), HasSubstr("absent.yaml"));
}

}  // namespace
}  // namespace fusion::op
