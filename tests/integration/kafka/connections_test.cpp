#include <fstream>
#include <mutex>
#include <sstream>

#include "kafka_fixture.h"
#include "listener.h"

namespace fusion::kafka {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class KafkaConnections : public KafkaTest {
 protected:
  using Cluster = Result<ClusterDescription>;

  static Cluster cluster(Admin& admin) {
    return ask<Cluster>([&](auto done) { admin.describe_cluster(done); });
  }

  /// What new clients with a timeout of 3 s learn, side by side; and that each is told, and closed, in time.
  static std::vector<Cluster> clusters_through(const std::vector<Connection>& connections) {
    std::vector<std::future<Cluster>> asked;
    for (const auto& connection : connections) {
      asked.push_back(std::async(std::launch::async, [&connection] { return cluster_through(connection); }));
    }
    std::vector<Cluster> results;
    for (auto& one : asked) results.push_back(one.get());
    return results;
  }

  static Cluster cluster_through(const Connection& connection) {
    const auto start = std::chrono::steady_clock::now();
    auto client = connect(connection, {.request_timeout = 3s, .log = {}, .on_request = {}});
    auto result = cluster(*client);
    const auto answered = std::chrono::steady_clock::now();
    client.reset();
    EXPECT_LT(answered - start, 4s) << describe(connection);
    EXPECT_LT(std::chrono::steady_clock::now() - answered, 2s) << "closing " << describe(connection);
    return result;
  }

  static Sasl sasl(SaslMechanism mechanism, const std::string& password) {
    return {mechanism, environment("KAFKA_USER"), Secret(password)};
  }

  static std::string ca_pem() {
    std::ifstream file(environment("KAFKA_CA_FILE"));
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
};

TEST_F(KafkaConnections, TellTheClusterAndItsBrokers) {
  const auto description = cluster(*admin).value();
  EXPECT_EQ(description.id.size(), 22u);
  EXPECT_THAT(description.brokers, testing::ElementsAre(1));
  EXPECT_EQ(cluster_through({bootstrap, {}, {}}).value().id, description.id);

  const auto config = ask<Result<Config>>([&](auto done) {
                        admin->describe_broker_configs(description.brokers[0], done);
                      }).value();
  EXPECT_EQ(config.at("transaction.max.timeout.ms").value, "900000");
  EXPECT_EQ(config.at("auto.create.topics.enable").source, ConfigSource::StaticBroker);
}

TEST_F(KafkaConnections, AuthenticateByEachMechanism) {
  for (const auto mechanism : {SaslMechanism::ScramSha512, SaslMechanism::Plain}) {
    EXPECT_THAT(
        cluster_through(
            {environment("KAFKA_SASL_BOOTSTRAP"), {}, sasl(mechanism, environment("KAFKA_PASSWORD"))}),
        Succeeds());
  }
}

TEST_F(KafkaConnections, TrustTheGivenCa) {
  const auto user = sasl(SaslMechanism::ScramSha512, environment("KAFKA_PASSWORD"));
  const auto servers = environment("KAFKA_SASL_TLS_BOOTSTRAP");
  EXPECT_THAT(cluster_through({servers, Tls{ca_pem(), "", Secret()}, user}), Succeeds());

  const auto untrusted = cluster_through({servers, Tls{}, user});
  EXPECT_THAT(untrusted, FailsWith(Reason::Unreachable));
  EXPECT_THAT(untrusted.error().message, AllOf(HasSubstr(servers), HasSubstr("certificate verify failed")));
}

TEST_F(KafkaConnections, WithAWrongPasswordAreToldFromABrokerThatIsDown) {
  const auto servers = environment("KAFKA_SASL_BOOTSTRAP");
  const auto results = clusters_through({{servers, {}, sasl(SaslMechanism::ScramSha512, "not-the-password")},
                                         {servers, {}, sasl(SaslMechanism::Plain, "not-the-password")}});
  for (const auto& refused : results) {
    EXPECT_THAT(refused, FailsWith(Reason::AuthenticationFailed));
    EXPECT_THAT(refused.error().message,
                AllOf(HasSubstr(servers), HasSubstr("user " + environment("KAFKA_USER")),
                      HasSubstr("check the user"), Not(HasSubstr("not-the-password"))));
  }
}

TEST_F(KafkaConnections, WithAMechanismThatTheBrokerDoesNotOfferAreRefused) {
  const auto password = environment("KAFKA_PASSWORD");
  EXPECT_THAT(
      cluster_through({environment("KAFKA_SASL_BOOTSTRAP"), {}, sasl(SaslMechanism::ScramSha256, password)}),
      FailsWith(Reason::AuthenticationFailed));
}

TEST_F(KafkaConnections, ToNobodySaySoInTime) {
  const auto nobody = unused_address();
  const auto down = cluster_through({nobody, {}, {}});
  EXPECT_THAT(down, FailsWith(Reason::Unreachable));
  EXPECT_TRUE(down.error().retriable);
  EXPECT_THAT(down.error().message,
              AllOf(HasSubstr(nobody), HasSubstr("Connection refused"), Not(HasSubstr("after"))));
}

TEST_F(KafkaConnections, GiveTheSameSentenceEachTime) {
  const auto client =
      connect({unused_address(), {}, {}}, {.request_timeout = 1s, .log = {}, .on_request = {}});
  const auto first = cluster(*client);
  EXPECT_EQ(cluster(*client).error(), first.error());
  EXPECT_EQ(cluster(*client).error(), first.error());
}

TEST_F(KafkaConnections, ToSomethingThatIsNotKafkaSaySoInTime) {
  const Listener web("HTTP/1.1 400 Bad Request\r\n\r\n"), mute;
  const auto results = clusters_through({{web.address(), {}, {}},
                                         {mute.address(), {}, {}},
                                         {web.address(), Tls{}, {}},
                                         {environment("KAFKA_SASL_TLS_BOOTSTRAP"), {}, {}}});
  for (const auto& result : results) EXPECT_THAT(result, FailsWith(Reason::Unreachable));
}

TEST_F(KafkaConnections, ToAHostThatDoesNotResolveNameIt) {
  const auto unknown = cluster_through({"no-such-host.invalid:9092", {}, {}});
  EXPECT_THAT(unknown, FailsWith(Reason::Unreachable));
  EXPECT_THAT(unknown.error().message, HasSubstr("no-such-host.invalid"));
}

TEST_F(KafkaConnections, FailEachTopicOfABatch) {
  const auto client =
      connect({unused_address(), {}, {}}, {.request_timeout = 1s, .log = {}, .on_request = {}});
  const auto made = ask<PerTopic<void>>([&](auto done) {
    client->create_topics({{"a", 1, 1, {}}, {"b", 1, 1, {}}, {"c d", 1, 1, {}}}, done);
  });
  EXPECT_THAT(made.at("a"), FailsWith(Reason::Unreachable));
  EXPECT_THAT(made.at("b"), FailsWith(Reason::Unreachable));
  EXPECT_THAT(made.at("c d"), FailsWith(Reason::InvalidTopicName));
  const auto offsets = ask<PerPartition<ListedOffset>>([&](auto done) {
    client->list_offsets({{"a", 0}}, OffsetSpec::latest(), IsolationLevel::ReadCommitted, done);
  });
  EXPECT_THAT(offsets.at({"a", 0}), FailsWith(Reason::Unreachable));
  EXPECT_THAT(ask<Result<GroupDescription>>([&](auto done) { client->describe_group("g", done); }),
              FailsWith(Reason::Unreachable));
}

TEST_F(KafkaConnections, AnswerWhatIsOutstandingWhenTheyAreClosed) {
  std::mutex mutex;
  std::vector<Reason> answers;
  auto client = connect({unused_address(), {}, {}}, {.request_timeout = 60s, .log = {}, .on_request = {}});
  for (int i = 0; i < 3; ++i) {
    client->describe_topics({"a"}, [&](const PerTopic<TopicDescription>& result) {
      const std::lock_guard lock(mutex);
      answers.push_back(result.at("a").error().reason);
    });
    client->delete_topics({"a"}, [&](const PerTopic<void>& result) {
      const std::lock_guard lock(mutex);
      answers.push_back(result.at("a").error().reason);
    });
  }
  const auto start = std::chrono::steady_clock::now();
  client.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - start, 2s);
  EXPECT_EQ(answers, std::vector<Reason>(6, Reason::Closed));
}

TEST_F(KafkaConnections, SendLibrdkafkasLogToTheSink) {
  std::mutex mutex;
  std::vector<LogLine> lines;
  testing::internal::CaptureStderr();
  const auto client = connect({unused_address(), {}, {}}, {.request_timeout = 1s,
                                                           .log =
                                                               [&](const LogLine& line) {
                                                                 const std::lock_guard lock(mutex);
                                                                 lines.push_back(line);
                                                               },
                                                           .on_request = {}});
  EXPECT_THAT(cluster(*client), FailsWith(Reason::Unreachable));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  const std::lock_guard lock(mutex);
  EXPECT_THAT(lines, testing::Contains(testing::Field(&LogLine::text, HasSubstr("Connection refused"))));
}

}  // namespace
}  // namespace fusion::kafka
