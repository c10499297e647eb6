#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace fusion::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr char kValid[] = R"(
apiVersion: fusion-operator.io/v1alpha1
kind: FusionPipeline
metadata: {name: good, namespace: demo}
spec: {topics: [{name: a}]}
)";
constexpr char kInvalid[] = R"(
apiVersion: fusion-operator.io/v1alpha1
kind: FusionPipeline
metadata: {name: bad, namespace: demo}
spec: {topics: [{name: a, partitions: 0}]}
)";
constexpr char kOther[] = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: demo}\n";

std::string content_of(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A directory of the test's own, and the program run in it.
class Fusionctl : public ::testing::Test {
 protected:
  void SetUp() override {
    auto name = (fs::temp_directory_path() / "fusionctl-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    dir_ = name;
  }
  void TearDown() override { fs::remove_all(dir_); }

  void write(const std::string& name, const std::string& content) {
    fs::create_directories((dir_ / name).parent_path());
    std::ofstream(dir_ / name) << content;
  }

  /// Runs `fusionctl ARGUMENTS` in the directory and returns its exit code; out_ and err_ hold what it said.
  int run(const std::string& arguments) {
    const auto command = "cd '" + dir_.string() + "' && '" FUSIONCTL "' " + arguments + " >.out 2>.err";
    const int status = std::system(command.c_str());
    out_ = content_of(dir_ / ".out");
    err_ = content_of(dir_ / ".err");
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  fs::path dir_;
  std::string out_;
  std::string err_;
};

TEST_F(Fusionctl, AcceptsTheExamples) {
  EXPECT_EQ(run("validate -f '" FUSION_SOURCE_DIR "/examples'"), 0);
  EXPECT_EQ(err_, "");
  EXPECT_THAT(out_, HasSubstr(" valid, 0 invalid\n"));
}

TEST_F(Fusionctl, NamesFilePipelineAndPathOfAProblem) {
  write("p.yaml", kInvalid);
  EXPECT_EQ(run("validate -f p.yaml"), 1);
  EXPECT_EQ(err_, "p.yaml: demo/bad: spec.topics[a].partitions: 0 is out of bounds: use 1 to 10000\n");
  EXPECT_EQ(out_, "0 valid, 1 invalid\n");
}

TEST_F(Fusionctl, WalksDirectoriesAndSkipsOtherKinds) {
  write("d/good.yml", kValid);
  write("d/deep/er/both.yaml", std::string(kInvalid) + "---" + kValid);
  write("d/other.yaml", kOther);
  write("d/good.json", R"({"apiVersion": "fusion-operator.io/v1alpha1", "kind": "FusionPipeline",
                          "metadata": {"name": "json"}, "spec": {}})");
  write("d/notes.txt", "no manifest");
  EXPECT_EQ(run("validate -f d"), 1);
  EXPECT_THAT(err_, AllOf(HasSubstr("d/deep/er/both.yaml: demo/bad: spec.topics[a].partitions: "),
                          HasSubstr("d/other.yaml: demo/c: skipped: a ConfigMap is no FusionPipeline\n")));
  EXPECT_EQ(out_, "3 valid, 1 invalid\n");
}

TEST_F(Fusionctl, ReadsStandardInput) {
  write("p.yaml", kInvalid);
  EXPECT_EQ(run("validate -f - < p.yaml"), 1);
  EXPECT_THAT(err_, HasSubstr("stdin: demo/bad: "));
  write("p.yaml", kValid);
  EXPECT_EQ(run("validate --filename - < p.yaml"), 0);
}

TEST_F(Fusionctl, TakesManyFiles) {
  write("a.yaml", kValid);
  write("b.yaml", kInvalid);
  EXPECT_EQ(run("validate -f a.yaml -f b.yaml"), 1);
  EXPECT_EQ(out_, "1 valid, 1 invalid\n");
}

TEST_F(Fusionctl, ReadsTheListThatKubectlPrints) {
  write("list.json", R"({"apiVersion": "v1", "kind": "List", "items": [
    {"apiVersion": "fusion-operator.io/v1alpha1", "kind": "FusionPipeline", "metadata": {"name": "x"}, "spec": {}}]})");
  EXPECT_EQ(run("validate -f list.json"), 0);
  EXPECT_EQ(out_, "1 valid, 0 invalid\n");
}

TEST_F(Fusionctl, TakesNoTypoInTheEnvelopeForAnotherKind) {
  write("p.yaml",
        "apiVersion: fusion-operator.io/v1alpha1\nkind: FusionPipline\nmetadata: {name: x}\nspec: {}\n");
  EXPECT_EQ(run("validate -f p.yaml"), 1);
  EXPECT_EQ(err_, "p.yaml: x: kind: \"FusionPipline\" is not FusionPipeline\n");
  write("p.yaml", "kind: FusionPipeline\nmetadata: {name: x}\nspec: {}\n");
  EXPECT_EQ(run("validate -f p.yaml"), 1);
  EXPECT_EQ(err_, "p.yaml: x: apiVersion: is missing\n");
  write("p.yaml", "- just\n- a list\n");
  EXPECT_EQ(run("validate -f p.yaml"), 1);
  EXPECT_THAT(err_, HasSubstr("a document must be an object"));
}

TEST_F(Fusionctl, WarnsWithoutRefusing) {
  write("p.yaml",
        R"({"apiVersion": "fusion-operator.io/v1alpha1", "kind": "FusionPipeline", "metadata": {"name": "w"},
    "spec": {"topics": [{"name": "a", "partitions": 1}, {"name": "b"}],
             "bridges": [{"name": "x", "from": {"topic": "a"}, "to": {"topic": "b"}, "replicas": 2}]}})");
  EXPECT_EQ(run("validate -f p.yaml"), 0);
  EXPECT_THAT(err_, HasSubstr("p.yaml: w: warning: spec.bridges[x].replicas: "));
}

TEST_F(Fusionctl, NamesTheLineOfASyntaxErrorAndGoesOn) {
  write("d/a.yaml", "a: 1\nb: [1\n");
  write("d/b.yaml", kValid);
  EXPECT_EQ(run("validate -f d"), 2);
  EXPECT_THAT(err_, HasSubstr("d/a.yaml:3: "));
  EXPECT_EQ(out_, "1 valid, 0 invalid\n");
}

TEST_F(Fusionctl, Exits2WhenThereIsNothingToRead) {
  EXPECT_EQ(run("validate -f nowhere.yaml"), 2);
  EXPECT_THAT(err_, HasSubstr("nowhere.yaml: does not exist"));
  EXPECT_EQ(run("validate -f - </dev/null"), 2);
  EXPECT_THAT(err_, HasSubstr("there is nothing to validate"));
  EXPECT_EQ(run("validate"), 2);
  EXPECT_EQ(run(""), 2);
  EXPECT_EQ(run("frobnicate"), 2);
  EXPECT_EQ(run("--help"), 0);
}

constexpr char kSecured[] = R"(
kind: FusionPipeline
metadata: {name: p, namespace: demo}
spec:
  kafka: {bootstrapServers: "127.0.0.1:1", tls: {}}
  bridges: [{name: b, from: {topic: x}, to: {topic: y}}]
)";

TEST_F(Fusionctl, SaysWhatDeadLettersLack) {
  EXPECT_EQ(run("dead-letters list"), 2);
  EXPECT_THAT(err_, HasSubstr("give --bootstrap-servers"));
  EXPECT_EQ(run("dead-letters list --bootstrap-servers 127.0.0.1:1"), 2);
  EXPECT_THAT(err_, HasSubstr("Give -f FILE --bridge NAME, or --topic TOPIC"));
  EXPECT_EQ(run("dead-letters list --bootstrap-servers 127.0.0.1:1 --topic t --since never"), 2);
  EXPECT_THAT(err_, HasSubstr("--since: "));
  EXPECT_EQ(run("dead-letters replay --bootstrap-servers 127.0.0.1:1 --topic t --from x --error NoId"), 2);
  EXPECT_THAT(err_, HasSubstr("--error excludes --from"));
  EXPECT_EQ(run("dead-letters"), 2);
}

TEST_F(Fusionctl, SaysWhatTransactionsLack) {
  EXPECT_EQ(run("transactions list --bootstrap-servers 127.0.0.1:1"), 2);
  EXPECT_THAT(err_, HasSubstr("--filename is required"));
  write("p.yaml", "kind: FusionPipeline\nmetadata: {name: p}\nspec: {bridges: [{name: b}]}\n");
  const std::string abort = "transactions abort -f p.yaml --bootstrap-servers 127.0.0.1:1 --bridge ";
  EXPECT_EQ(run(abort + "b --installation-id x"), 2);
  EXPECT_THAT(err_, HasSubstr("--ordinal is required"));
  EXPECT_EQ(run(abort + "b --ordinal 0"), 2);
  EXPECT_THAT(err_, HasSubstr("--installation-id is required"));
  EXPECT_EQ(run(abort + "b --ordinal -1 --installation-id x"), 2);
  EXPECT_EQ(run(abort + "b --ordinal 0 --installation-id x"), 2);
  EXPECT_EQ(err_, "p.yaml: metadata.namespace is not set: give --namespace\n");
  EXPECT_EQ(run("transactions list -f p.yaml --bootstrap-servers 127.0.0.1:1 --for ever"), 2);
  EXPECT_THAT(err_, HasSubstr("--for: \"ever\" is not a duration"));
}

TEST_F(Fusionctl, NeedsCredentialsWhereThePipelineHasThem) {
  write("p.yaml", kSecured);
  EXPECT_EQ(run("dead-letters list -f p.yaml --bridge b"), 2);
  EXPECT_EQ(
      err_,
      "p.yaml: spec.kafka names Secrets, which are not read here: give TLS and SASL by --command-config\n");
  write("c.properties", "security.protocol=PLAINTEXT\n");
  EXPECT_EQ(run("dead-letters list -f p.yaml --bridge b --command-config c.properties"), 2);
  EXPECT_EQ(err_,
            "p.yaml: spec.bridges[b].deadLetter is not set: if it was before, give its topic by --topic\n");
  EXPECT_EQ(run("dead-letters list -f p.yaml --bridge x --command-config c.properties"), 2);
  EXPECT_EQ(err_, "p.yaml: pipeline p has no bridge x; it has: b\n");
  EXPECT_EQ(run("dead-letters list -f p.yaml --bridge b --command-config none"), 2);
  EXPECT_EQ(err_, "--command-config: none: No such file or directory\n");
}

}  // namespace
}  // namespace fusion::cli
