#include "tests/integration/cli/fusionctl_fixture.h"

namespace fusion::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class CommandConfig : public FusionctlTest {
 protected:
  /// Lists a topic's letters over TLS with SASL, as a user with this password.
  int list_with(const std::string& password) {
    write_file("client.properties",
               "security.protocol=SASL_SSL\nsasl.mechanism=SCRAM-SHA-512\n"
               "sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required \\\n  "
               "username=\"" +
                   kafka::environment("KAFKA_USER") + "\" password=\"" + password +
                   "\";\nssl.truststore.type=PEM\nssl.truststore.location=" +
                   kafka::environment("KAFKA_CA_FILE") + "\n");
    FusionctlProcess process(
        {"dead-letters", "list", "--topic", letters_, "--bootstrap-servers",
         kafka::environment("KAFKA_SASL_TLS_BOOTSTRAP"), "--command-config", "client.properties"},
        directory_);
    const int code = process.wait();
    out_ = process.out();
    err_ = process.err();
    return code;
  }
};

TEST_F(CommandConfig, OpensASecuredBroker) {
  create_topics();
  write(letters_, {a_letter(0)});
  EXPECT_EQ(list_with(kafka::environment("KAFKA_PASSWORD")), 0) << err_;
  EXPECT_THAT(out_, HasSubstr("NoId   1        0"));
}

TEST_F(CommandConfig, SaysThatThePasswordIsWrongWithoutShowingIt) {
  create_topics();
  EXPECT_EQ(list_with("not-the-password"), 2);
  EXPECT_THAT(err_,
              AllOf(HasSubstr("check the user name, the password"), Not(HasSubstr("not-the-password"))));
}

}  // namespace
}  // namespace fusion::cli
