#include "cli/command_config.h"

#include <gmock/gmock.h>

namespace fusion::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kCertificate[] = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
constexpr char kKey[] = "-----BEGIN PRIVATE KEY-----\nBB==\n-----END PRIVATE KEY-----\n";

tl::expected<kafka::Connection, std::string> parse(const std::map<std::string, std::string>& properties) {
  return parse_command_config(properties,
                              [](const std::string& file) -> tl::expected<std::string, std::string> {
                                if (file == "/ca.pem") return std::string(kCertificate);
                                if (file == "/both.pem")
                                  return std::string("a comment\n") + kKey + kCertificate + kCertificate;
                                return tl::unexpected(file + ": No such file or directory");
                              });
}

std::string error_of(const std::map<std::string, std::string>& properties) {
  const auto connection = parse(properties);
  return connection ? "none" : connection.error();
}

TEST(CommandConfig, IsPlaintextWithoutAnything) {
  EXPECT_EQ(parse({}).value(), kafka::Connection{});
  EXPECT_EQ(parse({{"request.timeout.ms", "5"}, {"client.id", "x"}}).value(), kafka::Connection{});
}

TEST(CommandConfig, ReadsJavasKeys) {
  const auto connection =
      parse({{"security.protocol", "SASL_SSL"},
             {"sasl.mechanism", "SCRAM-SHA-256"},
             {"sasl.jaas.config",
              "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"flights\" "
              "password=\"a \\\"b\\\" \\\\;\";"},
             {"ssl.truststore.type", "PEM"},
             {"ssl.truststore.location", "/ca.pem"},
             {"ssl.keystore.type", "PEM"},
             {"ssl.keystore.location", "/both.pem"},
             {"ssl.endpoint.identification.algorithm", "https"}});
  ASSERT_TRUE(connection) << connection.error();
  EXPECT_EQ(connection->sasl,
            (kafka::Sasl{kafka::SaslMechanism::ScramSha256, "flights", kafka::Secret("a \"b\" \\;")}));
  EXPECT_EQ(connection->tls,
            (kafka::Tls{kCertificate, std::string(kCertificate) + kCertificate, kafka::Secret(kKey)}));
}

TEST(CommandConfig, ReadsLibrdkafkasKeys) {
  const auto connection = parse({{"security.protocol", "sasl_ssl"},
                                 {"sasl.mechanisms", "PLAIN"},
                                 {"sasl.username", "u"},
                                 {"sasl.password", "p"},
                                 {"ssl.ca.location", "/ca.pem"},
                                 {"ssl.certificate.location", "/both.pem"},
                                 {"ssl.key.location", "/both.pem"}});
  ASSERT_TRUE(connection) << connection.error();
  EXPECT_EQ(connection->sasl, (kafka::Sasl{kafka::SaslMechanism::Plain, "u", kafka::Secret("p")}));
  EXPECT_EQ(connection->tls->ca_pem, kCertificate);
  EXPECT_EQ(connection->tls->key_pem, kafka::Secret(kKey));
}

std::optional<kafka::Sasl> sasl_by(const std::string& jaas) {
  const auto connection = parse(
      {{"security.protocol", "SASL_PLAINTEXT"}, {"sasl.mechanism", "PLAIN"}, {"sasl.jaas.config", jaas}});
  return connection ? connection->sasl : std::nullopt;
}

TEST(CommandConfig, ReadsAnyJaasLine) {
  const kafka::Sasl expected{kafka::SaslMechanism::Plain, "u", kafka::Secret("p")};
  for (const auto& jaas : {"PlainLoginModule required username=u password=p;",
                           "M required\n username = \"u\"\n password=\"p\" ;",
                           "M required user_a=\"username=x\" username=\"u\" password=\"p\"",
                           "username=u password=p serviceName=\"open;"})
    EXPECT_EQ(sasl_by(jaas), expected) << jaas;
  for (const auto& jaas :
       {"=", "==;", "\"", "username=u", "username=u password=", "M \"username=u password=p\\"})
    EXPECT_EQ(sasl_by(jaas), std::nullopt) << jaas;
}

TEST(CommandConfig, RefusesWhatItWouldOtherwiseLeaveOut) {
  EXPECT_THAT(error_of({{"security.protocol", "SSL"}, {"ssl.key.password", "geheim"}}),
              AllOf(HasSubstr("ssl.key.password is not known"), Not(HasSubstr("geheim"))));
  EXPECT_THAT(error_of({{"sasl.jaas.config", "geheim"}}),
              AllOf(HasSubstr("sasl.jaas.config is not known"), Not(HasSubstr("geheim"))));
  EXPECT_THAT(error_of({{"security.protocol", "SSL"}, {"ssl.truststore.location", "/store.jks"}}),
              HasSubstr("is read as PEM only"));
  EXPECT_THAT(error_of({{"security.protocol", "SSL"}, {"ssl.endpoint.identification.algorithm", ""}}),
              HasSubstr("must be https"));
}

TEST(CommandConfig, SaysWhatIsMissingOrWrong) {
  EXPECT_THAT(error_of({{"security.protocol", "TLS"}}), HasSubstr("security.protocol must be PLAINTEXT"));
  EXPECT_THAT(error_of({{"security.protocol", "SASL_SSL"}, {"sasl.mechanism", "GSSAPI"}}),
              HasSubstr("sasl.mechanism must be PLAIN"));
  EXPECT_THAT(
      error_of({{"security.protocol", "SASL_SSL"}, {"sasl.mechanism", "PLAIN"}, {"sasl.username", "u"}}),
      HasSubstr("SASL needs a user name and a password"));
  EXPECT_EQ(error_of({{"security.protocol", "SSL"}, {"ssl.ca.location", "/none"}}),
            "/none: No such file or directory");
  EXPECT_THAT(error_of({{"security.protocol", "SSL"}, {"ssl.certificate.location", "/both.pem"}}),
              HasSubstr("one is missing"));
  EXPECT_THAT(error_of({{"security.protocol", "SSL"},
                        {"ssl.certificate.location", "/ca.pem"},
                        {"ssl.key.location", "/ca.pem"}}),
              HasSubstr("is no PEM"));
}

}  // namespace
}  // namespace fusion::cli
