#include "kafka/client_conf.h"

#include <gmock/gmock.h>

#include <array>

namespace fusion::kafka {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string setting(const ConfHandle& conf, const char* name) {
  std::array<char, 4096> value{};
  std::size_t size = value.size();
  EXPECT_EQ(rd_kafka_conf_get(conf.get(), name, value.data(), &size), RD_KAFKA_CONF_OK) << name;
  return value.data();
}

TEST(ClientConf, OfAPlainConnection) {
  const auto conf = client_conf({"a:9092,b:9092", {}, {}});
  ASSERT_TRUE(conf) << conf.error().message;
  EXPECT_EQ(setting(*conf, "bootstrap.servers"), "a:9092,b:9092");
  EXPECT_EQ(setting(*conf, "security.protocol"), "plaintext");
  EXPECT_EQ(setting(*conf, "socket.nagle.disable"), "true");
  EXPECT_EQ(setting(*conf, "log.queue"), "true");
}

TEST(ClientConf, ChoosesTheProtocolByTlsAndSasl) {
  const Sasl sasl{SaslMechanism::ScramSha256, "flights", Secret("hunter2")};
  EXPECT_EQ(setting(*client_conf({"a:1", Tls{}, {}}), "security.protocol"), "ssl");
  EXPECT_EQ(setting(*client_conf({"a:1", {}, sasl}), "security.protocol"), "sasl_plaintext");
  const auto both = client_conf({"a:1", Tls{}, sasl});
  EXPECT_EQ(setting(*both, "security.protocol"), "sasl_ssl");
  EXPECT_EQ(setting(*both, "sasl.mechanisms"), "SCRAM-SHA-256");
  EXPECT_EQ(setting(*both, "sasl.username"), "flights");
}

TEST(ClientConf, TakesSettingsOfTheCaller) {
  const auto conf = client_conf({"a:1", {}, {}}, {{"client.id", "bridge"}, {"linger.ms", "20"}});
  ASSERT_TRUE(conf) << conf.error().message;
  EXPECT_EQ(setting(*conf, "client.id"), "bridge");
  EXPECT_EQ(setting(*conf, "linger.ms"), "20");
}

TEST(ClientConf, NamesASettingThatDoesNotExistAndNotItsValue) {
  const auto conf = client_conf({"a:1", {}, {}}, {{"no.such.setting", "hunter2"}});
  ASSERT_FALSE(conf);
  EXPECT_EQ(conf.error().reason, Reason::InvalidConnection);
  EXPECT_THAT(conf.error().message,
              AllOf(HasSubstr("no.such.setting"), HasSubstr("a:1"), Not(HasSubstr("hunter2"))));
}

TEST(ClientConf, NeedsBootstrapServers) {
  const auto conf = client_conf({"", {}, {}});
  ASSERT_FALSE(conf);
  EXPECT_THAT(conf.error().message, HasSubstr("no bootstrap servers"));
}

TEST(ClientConf, NeedsCertificateAndKeyTogether) {
  for (const auto& tls : {Tls{"", "CERTIFICATE", Secret()}, Tls{"", "", Secret("key")}}) {
    const auto conf = client_conf({"a:1", tls, {}});
    ASSERT_FALSE(conf);
    EXPECT_THAT(conf.error().message, HasSubstr("go together"));
  }
}

TEST(ClientConf, RefusesAPasswordThatLibrdkafkaWouldCutShort) {
  const auto conf =
      client_conf({"a:1", {}, Sasl{SaslMechanism::Plain, "u", Secret(std::string("pass\0word", 9))}});
  ASSERT_FALSE(conf);
  EXPECT_THAT(conf.error().message, AllOf(HasSubstr("sasl.password"), Not(HasSubstr("word\""))));
}

TEST(NewProducer, RefusesBrokenPemWithoutShowingIt) {
  auto conf = client_conf({"a:1", Tls{"no PEM at all", "no certificate", Secret("hunter2-key")}, {}});
  ASSERT_TRUE(conf) << conf.error().message;
  const auto producer = new_producer(std::move(*conf));
  ASSERT_FALSE(producer);
  EXPECT_EQ(producer.error().reason, Reason::InvalidConnection);
  EXPECT_THAT(producer.error().message,
              AllOf(HasSubstr("ssl."), HasSubstr("check the certificates"), Not(HasSubstr("hunter2"))));
}

TEST(NewConsumer, IsMadeWithoutABroker) {
  auto conf = client_conf({"127.0.0.1:1", {}, {}}, {{"group.id", "g"}});
  ASSERT_TRUE(conf) << conf.error().message;
  EXPECT_TRUE(new_consumer(std::move(*conf)));
}

}  // namespace
}  // namespace fusion::kafka
