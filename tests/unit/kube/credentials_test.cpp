#include "kube/credentials.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

namespace fusion::kube {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class TempDir {
 public:
  TempDir() : path_(fs::temp_directory_path() / ("kube-credentials-" + std::to_string(::getpid()))) {
    fs::create_directories(path_);
  }
  ~TempDir() { fs::remove_all(path_); }
  const fs::path& path() const { return path_; }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path_ / name) << text; }

 private:
  fs::path path_;
};

std::string kubeconfig(const std::string& cluster, const std::string& user) {
  return "apiVersion: v1\nkind: Config\ncurrent-context: dev\n"
         "contexts:\n- {name: other, context: {cluster: none, user: none}}\n"
         "- {name: dev, context: {cluster: c, user: u, namespace: demo}}\n"
         "clusters:\n- name: c\n  cluster: {" +
         cluster +
         "}\n"
         "users:\n- name: u\n  user: {" +
         user + "}\n";
}

std::string error_of(const std::string& text) {
  const auto parsed = parse_kubeconfig(text, "/nowhere", "kubeconfig x");
  EXPECT_FALSE(parsed);
  if (parsed) return "";
  EXPECT_EQ(parsed.error().reason, Reason::Invalid);
  return parsed.error().message;
}

TEST(Kubeconfig, ReadsInlineDataOfTheCurrentContext) {
  const auto credentials =
      parse_kubeconfig(kubeconfig("server: 'https://h:6443', certificate-authority-data: Y2E=",
                                  "client-certificate-data: Y2VydA==, client-key-data: a2V5"),
                       "/", "kubeconfig x");
  ASSERT_TRUE(credentials) << credentials.error().message;
  EXPECT_EQ(credentials->server, "https://h:6443");
  EXPECT_EQ(credentials->default_namespace, "demo");
  EXPECT_EQ(credentials->ca_pem, "ca");
  EXPECT_EQ(credentials->client_cert_pem, "cert");
  EXPECT_EQ(credentials->client_key_pem, "key");
  EXPECT_FALSE(credentials->insecure_skip_tls_verify);
}

TEST(Kubeconfig, ReadsFilesRelativeToItself) {
  const TempDir dir;
  dir.write("ca.crt", "CA");
  dir.write("config", kubeconfig("server: 'https://h', certificate-authority: ca.crt", "tokenFile: token"));
  const auto credentials = credentials_from_kubeconfig(dir.path() / "config");
  ASSERT_TRUE(credentials) << credentials.error().message;
  EXPECT_EQ(credentials->ca_pem, "CA");
  EXPECT_EQ(credentials->token_file, dir.path() / "token");
}

TEST(Kubeconfig, SaysWhereYamlIsBroken) {
  EXPECT_THAT(error_of("a: b\n  c: [d"), AllOf(HasSubstr("kubeconfig x is not valid YAML at line 2")));
}

TEST(Kubeconfig, SaysWhatIsMissing) {
  EXPECT_THAT(error_of(""), HasSubstr("is not a kubeconfig"));
  EXPECT_THAT(error_of("just text"), HasSubstr("is not a kubeconfig"));
  EXPECT_THAT(error_of("[1, 2]"), HasSubstr("is not a kubeconfig"));
  EXPECT_THAT(error_of("kind: Config"), HasSubstr("has no current-context"));
  EXPECT_THAT(error_of("current-context: a"), HasSubstr("has no context named \"a\" in contexts"));
  EXPECT_THAT(error_of("current-context: a\ncontexts: text"), HasSubstr("has no context named \"a\""));
  EXPECT_THAT(error_of("current-context: a\ncontexts: [{name: a, context: {cluster: c}}]"),
              HasSubstr("has no cluster named \"c\" in clusters"));
  EXPECT_THAT(error_of(kubeconfig("server: 'h:6443'", "")), HasSubstr("must begin with https:// or http://"));
  EXPECT_THAT(error_of(kubeconfig("server: 'https://h', certificate-authority: gone.crt", "")),
              HasSubstr("names a certificate-authority that cannot be read: /nowhere/gone.crt"));
  EXPECT_THAT(error_of(kubeconfig("server: 'https://h', certificate-authority-data: '%%'", "")),
              HasSubstr("certificate-authority-data that is not base64"));
  EXPECT_THAT(error_of(kubeconfig("server: 'https://h'", "client-certificate-data: Y2VydA==")),
              HasSubstr("only one of client-certificate and client-key"));
}

TEST(Kubeconfig, RefusesWhatItDoesNotDo) {
  EXPECT_THAT(error_of(kubeconfig("server: 'https://h'", "exec: {command: aws}")),
              HasSubstr("authenticates user \"u\" by exec, which is not supported"));
  EXPECT_THAT(error_of(kubeconfig("server: 'https://h'", "auth-provider: {name: gcp}")),
              HasSubstr("auth-provider"));
  EXPECT_THAT(error_of(kubeconfig("server: 'https://h'", "username: a, password: geheim")),
              AllOf(HasSubstr("username"), testing::Not(HasSubstr("geheim"))));
  EXPECT_THAT(error_of(kubeconfig("server: 'https://h', proxy-url: 'http://p'", "")), HasSubstr("proxy-url"));
}

TEST(Kubeconfig, SaysWhichFileCannotBeRead) {
  const auto missing = credentials_from_kubeconfig("/nowhere/config");
  ASSERT_FALSE(missing);
  EXPECT_EQ(
      missing.error().message,
      "cannot read the kubeconfig /nowhere/config: give an existing file by --kubeconfig or KUBECONFIG");
  EXPECT_FALSE(credentials_from_kubeconfig("/tmp"));
}

TEST(InCluster, ReadsTheServiceAccount) {
  const TempDir dir;
  dir.write("ca.crt", "CA");
  dir.write("token", "t1\n");
  dir.write("namespace", "fusion");
  const auto credentials = credentials_in_cluster("fd00::1", "443", dir.path());
  ASSERT_TRUE(credentials) << credentials.error().message;
  EXPECT_EQ(credentials->server, "https://[fd00::1]:443");
  EXPECT_EQ(credentials->default_namespace, "fusion");
}

TEST(InCluster, SaysWhatToDoWithoutAServiceAccount) {
  const auto missing = credentials_in_cluster("10.0.0.1", "443", "/nowhere");
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("automountServiceAccountToken"));
}

TEST(TokenSource, ReadsARotatedFileAgainAfterAWhile) {
  const TempDir dir;
  dir.write("token", "first\n");
  Credentials credentials;
  credentials.token_file = dir.path() / "token";
  TokenSource source(credentials);
  const std::chrono::steady_clock::time_point start{};
  EXPECT_EQ(source.token(start).value(), "first");
  dir.write("token", "second\n");
  EXPECT_EQ(source.token(start + TokenSource::kRereadAfter / 2).value(), "first");
  EXPECT_EQ(source.token(start + TokenSource::kRereadAfter).value(), "second");
}

TEST(TokenSource, ReadsAgainAtOnceWhenTheServerRefusedIt) {
  const TempDir dir;
  dir.write("token", "first");
  Credentials credentials;
  credentials.token_file = dir.path() / "token";
  TokenSource source(credentials);
  EXPECT_EQ(source.token({}).value(), "first");
  dir.write("token", "second");
  source.invalidate();
  EXPECT_EQ(source.token({}).value(), "second");
}

TEST(TokenSource, KeepsTheLastGoodTokenWhileTheFileIsAway) {
  const TempDir dir;
  dir.write("token", "first");
  Credentials credentials;
  credentials.token_file = dir.path() / "token";
  TokenSource source(credentials);
  EXPECT_EQ(source.token({}).value(), "first");
  fs::remove(credentials.token_file);
  EXPECT_EQ(source.token(std::chrono::steady_clock::time_point() + std::chrono::hours(1)).value(), "first");
  TokenSource fresh(credentials);
  EXPECT_FALSE(fresh.token({}));
}

}  // namespace
}  // namespace fusion::kube
