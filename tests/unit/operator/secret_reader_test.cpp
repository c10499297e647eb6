#include "operator/secret_reader.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "operator/kafka_credentials.h"
#include "tests/unit/kube/in_memory_api.h"

namespace fusion::op {
namespace {

using namespace std::chrono_literals;
using State = controllers::ObservedSecret::State;

class SecretReaderTest : public ::testing::Test {
 protected:
  void put(const std::string& password_base64, bool labelled) {
    nlohmann::json secret = {{"metadata", {{"namespace", "demo"}, {"name", "user"}}},
                             {"data", {{"password", password_base64}}}};
    if (labelled) secret["metadata"]["labels"] = {{api::kCredentialsLabel, "true"}};
    api_.put(kube::resources::secrets(), secret);
  }

  kube::testing::InMemoryApi api_;
  std::chrono::steady_clock::time_point now_{};
  SecretReader reader_{api_, 30s, [this] { return now_; }};
};

TEST_F(SecretReaderTest, ReadsALabelledSecret) {
  put("czNjcmV0", true);
  const auto secret = reader_.read({"demo", "user"});
  EXPECT_EQ(secret.observed.state, State::kFound);
  EXPECT_TRUE(secret.observed.labelled);
  EXPECT_EQ(secret.values.at("password").reveal(), "s3cret");
}

TEST_F(SecretReaderTest, DoesNotKeepTheValuesOfAnUnlabelledOne) {
  put("czNjcmV0", false);
  const auto secret = reader_.read({"demo", "user"});
  EXPECT_EQ(secret.observed.state, State::kFound);
  EXPECT_FALSE(secret.observed.labelled);
  EXPECT_TRUE(secret.values.empty());
}

TEST_F(SecretReaderTest, TellsAbsentFromForbiddenFromUnanswered) {
  EXPECT_EQ(reader_.read({"demo", "absent"}).observed.state, State::kNotFound);
  api_.fail_next("get", "secrets", {kube::Reason::Forbidden, "no", {}, 403});
  EXPECT_EQ(reader_.read({"demo", "forbidden"}).observed.state, State::kForbidden);
  api_.fail_next("get", "secrets", {kube::Reason::Unreachable, "gone", {}, 0});
  EXPECT_EQ(reader_.read({"demo", "unknown"}).observed.state, State::kUnknown);
}

TEST_F(SecretReaderTest, SeesARotatedSecretAfterAWhileAndAMissingOneSooner) {
  put("b2xk", true);
  EXPECT_EQ(reader_.read({"demo", "user"}).values.at("password").reveal(), "old");
  put("bmV3", true);
  now_ += 29s;
  EXPECT_EQ(reader_.read({"demo", "user"}).values.at("password").reveal(), "old");
  now_ += 1s;
  EXPECT_EQ(reader_.read({"demo", "user"}).values.at("password").reveal(), "new");
}

TEST_F(SecretReaderTest, MakesAConnectionOnlyOfAllThatItNeeds) {
  put("czNjcmV0", true);
  api::Kafka kafka;
  kafka.bootstrap_servers = "k:9092";
  kafka.sasl = api::Sasl{"SCRAM-SHA-256", "flights", {"user", "password"}};
  EXPECT_FALSE(make_connection(kafka, {}));
  const auto connection = make_connection(kafka, {{"user", reader_.read({"demo", "user"})}});
  ASSERT_TRUE(connection);
  EXPECT_EQ(connection->sasl->mechanism, kafka::SaslMechanism::ScramSha256);
  EXPECT_EQ(connection->sasl->password.reveal(), "s3cret");
}

}  // namespace
}  // namespace fusion::op
