#include "controllers/connection.h"

#include <gmock/gmock.h>

#include "tests/unit/controllers/builders.h"

namespace fusion::controllers {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using namespace fusion::test;

const Connection kSecured{secured_kafka(), false};

Failure failure_with(const ObservedSecrets& secrets, const Connection& connection = kSecured) {
  const auto checked = check_secrets(connection, secrets, "shop");
  return checked ? Failure{} : checked.error();
}

TEST(Connection, IsThePipelinesOwnBeforeTheDefault) {
  const auto connection = connection_of(a_pipeline(), settings_with_default());
  EXPECT_EQ(connection->kafka.bootstrap_servers, "kafka:9092");
  EXPECT_FALSE(connection->is_default);
}

TEST(Connection, IsTheDefaultWithoutSpecKafka) {
  const auto connection = connection_of(a_pipeline().without_kafka(), settings_with_default());
  EXPECT_EQ(connection->kafka.bootstrap_servers, "default:9092");
  EXPECT_TRUE(connection->is_default);
}

TEST(Connection, IsMissingWithoutEither) {
  const auto connection = connection_of(a_pipeline().without_kafka(), settings());
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().reason, "KafkaNotConfigured");
  EXPECT_TRUE(connection.error().permanent);
}

TEST(Connection, NeedsEachSecretOnce) {
  auto kafka = secured_kafka();
  kafka.sasl->password_secret = {"kafka-ca", "password"};

  const auto needs = needed_secrets({kafka, false});

  ASSERT_EQ(needs.size(), 2u);
  EXPECT_EQ(needs[0].name, "kafka-ca");
  EXPECT_EQ(needs[0].keys, (std::set<std::string>{"ca.crt", "password"}));
}

TEST(Connection, IsFineWithLabelledSecretsThatHoldTheirKeys) {
  EXPECT_TRUE(check_secrets(kSecured, good_secrets(), "shop"));
  EXPECT_TRUE(check_secrets(own_connection(), {}, "shop"));
}

TEST(Connection, SaysWhichSecretIsMissingAndHowToCreateIt) {
  auto secrets = good_secrets();
  secrets["kafka-user"].state = ObservedSecret::State::kNotFound;

  const auto failure = failure_with(secrets);

  EXPECT_EQ(failure.reason, "SecretNotFound");
  EXPECT_THAT(failure.message, HasSubstr("shop/kafka-user"));
  EXPECT_THAT(failure.message, HasSubstr("spec.kafka.sasl.passwordSecret"));
  EXPECT_THAT(failure.message, HasSubstr("fusion-operator.io/kafka-credentials"));
}

TEST(Connection, ExplainsSecretsOfTheDefaultConnection) {
  const auto failure =
      failure_with({{"kafka-ca", {ObservedSecret::State::kNotFound, false, {}}}}, {secured_kafka(), true});

  EXPECT_THAT(failure.message, HasSubstr("default Kafka connection"));
  EXPECT_THAT(failure.message, Not(HasSubstr("spec.kafka")));
}

TEST(Connection, RefusesAnUnlabelledSecret) {
  auto secrets = good_secrets();
  secrets["kafka-ca"].labelled = false;
  EXPECT_EQ(failure_with(secrets).reason, "SecretNotLabelled");
}

TEST(Connection, RefusesASecretWithoutItsKey) {
  auto secrets = good_secrets();
  secrets["kafka-client"].keys = {"tls.crt"};
  EXPECT_EQ(failure_with(secrets).reason, "SecretKeyMissing");
  EXPECT_THAT(failure_with(secrets).message, HasSubstr("tls.key"));
}

TEST(Connection, TellsAForbiddenSecretFromOneThatWasNotReadYet) {
  auto secrets = good_secrets();
  secrets["kafka-ca"].state = ObservedSecret::State::kForbidden;
  EXPECT_EQ(failure_with(secrets).reason, "SecretForbidden");
  EXPECT_TRUE(failure_with(secrets).permanent);
  EXPECT_EQ(failure_with({}).reason, "SecretUnknown");
  EXPECT_FALSE(failure_with({}).permanent);
}

}  // namespace
}  // namespace fusion::controllers
