#include "api/names.h"

#include <gtest/gtest.h>

#include <string>

namespace fusion::api {
namespace {

TEST(Names, OfTopics) {
  for (const std::string text : {"a", "A.b_c-9", "...", "-", "__mine"})
    EXPECT_TRUE(is_topic_name(text)) << text;
  for (const std::string text : {"", ".", "..", "a b", "a/b", "ä", "a:b"})
    EXPECT_FALSE(is_topic_name(text)) << text;
  EXPECT_TRUE(is_topic_name(std::string(249, 'a')));
  EXPECT_FALSE(is_topic_name(std::string(250, 'a')));
  EXPECT_TRUE(is_internal_topic("__transaction_state"));
  EXPECT_FALSE(is_internal_topic("__mine"));
}

TEST(Names, OfLabelsAndSubdomains) {
  for (const std::string text : {"a", "a-b", "0", "a--b"}) EXPECT_TRUE(is_dns_label(text)) << text;
  for (const std::string text : {"", "-a", "a-", "A", "a.b", "a_b"}) EXPECT_FALSE(is_dns_label(text)) << text;
  EXPECT_TRUE(is_dns_label(std::string(63, 'a')));
  EXPECT_FALSE(is_dns_label(std::string(64, 'a')));
  for (const std::string text : {"a", "a.b", "a-b.c-d", "kube-root-ca.crt"})
    EXPECT_TRUE(is_dns_subdomain(text)) << text;
  for (const std::string text : {"", ".a", "a.", "a..b", "a.-b", "A"})
    EXPECT_FALSE(is_dns_subdomain(text)) << text;
  EXPECT_TRUE(is_dns_subdomain(std::string(253, 'a')));
  EXPECT_FALSE(is_dns_subdomain(std::string(254, 'a')));
}

TEST(Names, OfKeys) {
  for (const std::string text : {"ca.crt", ".hidden", "A_b-c"}) EXPECT_TRUE(is_secret_key(text)) << text;
  for (const std::string text : {"", ".", "..", "..a", "a/b"}) EXPECT_FALSE(is_secret_key(text)) << text;
  for (const std::string text : {"a", "A.b", "example.com/a"}) EXPECT_TRUE(is_qualified_name(text)) << text;
  for (const std::string text : {"", "/a", "a/", "a/b/c", "Example.com/a", "-a"})
    EXPECT_FALSE(is_qualified_name(text)) << text;
  for (const std::string text : {"", "a", "A_1.b"}) EXPECT_TRUE(is_label_value(text)) << text;
  for (const std::string text : {"-a", "a b", "a."}) EXPECT_FALSE(is_label_value(text)) << text;
}

TEST(Names, OfBrokers) {
  for (const std::string text : {"a:1", "a.b-c:9092,1.2.3.4:9093", "[::1]:9092"})
    EXPECT_TRUE(is_bootstrap_servers(text)) << text;
  for (const std::string text :
       {"", "a", "a:", ":1", "a:0", "a:x", "a:1,", ",a:1", "a:1, b:2", "a:100000", "::1:9092"}) {
    EXPECT_FALSE(is_bootstrap_servers(text)) << text;
  }
  EXPECT_TRUE(has_legal_ports("a:65535,[::1]:1"));
  EXPECT_FALSE(has_legal_ports("a:1,b:65536"));
}

}  // namespace
}  // namespace fusion::api
