#include "kafka/connection.h"

#include <gmock/gmock.h>

#include <ostream>
#include <type_traits>
#include <unordered_set>

namespace fusion::kafka {
namespace {

template <class T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};
static_assert(!Printable<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string>);

Connection flights_user() {
  return {"kafka:9092", Tls{"CA", "CERTIFICATE", Secret("private-key")},
          Sasl{SaslMechanism::ScramSha512, "flights", Secret("hunter2")}};
}

TEST(Secret, IsNotPrintedByTheTestFramework) {
  EXPECT_EQ(testing::PrintToString(Secret("hunter2")), "a secret");  // by default it shows the bytes
}

TEST(Connection, IsDescribedWithoutSecrets) {
  EXPECT_EQ(describe(flights_user()), "kafka:9092 (SASL_SSL, user flights)");
  EXPECT_EQ(describe({"kafka:9092", Tls{}, {}}), "kafka:9092 (SSL)");
  EXPECT_EQ(describe({"kafka:9092", {}, {}}), "kafka:9092 (PLAINTEXT)");
  EXPECT_EQ(describe({"kafka:9092", {}, Sasl{SaslMechanism::Plain, "u", Secret("p")}}),
            "kafka:9092 (SASL_PLAINTEXT, user u)");
}

TEST(Connection, DiffersByEachOfItsParts) {
  std::unordered_set<Connection, ConnectionHash> distinct{flights_user(), flights_user()};
  ASSERT_EQ(distinct.size(), 1u);

  auto other = flights_user();
  other.bootstrap_servers = "kafka:9093";
  distinct.insert(other);
  other = flights_user();
  other.tls->ca_pem = "CA2";
  distinct.insert(other);
  other = flights_user();
  other.tls->certificate_pem = "CERTIFICATE2";
  distinct.insert(other);
  other = flights_user();
  other.tls->key_pem = Secret("other-key");
  distinct.insert(other);
  other = flights_user();
  other.tls.reset();
  distinct.insert(other);
  other = flights_user();
  other.sasl->password = Secret("hunter3");
  distinct.insert(other);
  other = flights_user();
  other.sasl->username = "other";
  distinct.insert(other);
  other = flights_user();
  other.sasl->mechanism = SaslMechanism::Plain;
  distinct.insert(other);
  other = flights_user();
  other.sasl.reset();
  distinct.insert(other);

  EXPECT_EQ(distinct.size(), 10u);
}

}  // namespace
}  // namespace fusion::kafka
