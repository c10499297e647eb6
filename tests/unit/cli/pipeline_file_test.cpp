#include "cli/pipeline_file.h"

#include <gmock/gmock.h>

namespace fusion::cli {
namespace {

constexpr char kPipeline[] = R"(
apiVersion: fusion-operator.io/v1alpha1
kind: FusionPipeline
metadata: {name: orders, namespace: shop}
spec:
  kafka: {bootstrapServers: "k:9092", tls: {}}
  topics: [{name: orders}, {name: orders-in}, {name: orders-dlq}]
  bridges:
  - name: orders
    from: {topic: orders}
    to: {topic: orders-in}
    replicas: 2
    deadLetter: {topic: orders-dlq}
    ofALaterVersion: true
  - {name: plain, from: {topic: a}, to: {topic: b}}
)";

TEST(PipelineFile, HasWhatCommandsNeed) {
  const auto pipeline = parse_pipeline_file(kPipeline, "p.yaml", "").value();
  EXPECT_EQ(pipeline,
            (PipelineFile{"shop",
                          "orders",
                          {"orders", "orders-in", "orders-dlq"},
                          {{"orders", "orders", "orders-in", "orders-dlq", 2}, {"plain", "a", "b", "", 1}},
                          "k:9092",
                          true}));
  EXPECT_EQ(pipeline.bridge("plain")->to, "b");
  EXPECT_EQ(pipeline.bridge("x").error(), "pipeline orders has no bridge x; it has: orders, plain");
}

TEST(PipelineFile, FindsThePipelineByItsName) {
  const std::string two = std::string(kPipeline) + "---\nkind: FusionPipeline\nmetadata: {name: other}\n";
  EXPECT_EQ(parse_pipeline_file(two, "p.yaml", "other")->name, "other");
  EXPECT_EQ(parse_pipeline_file(two, "p.yaml", "").error(),
            "p.yaml: has several FusionPipelines: say which one by --pipeline: orders, other");
  EXPECT_EQ(parse_pipeline_file(two, "p.yaml", "x").error(),
            "p.yaml: has no FusionPipeline x; it has: orders, other");
  EXPECT_EQ(
      parse_pipeline_file(
          R"({"kind": "List", "items": [{"kind": "FusionPipeline", "metadata": {"name": "y"}}]})", "-", "")
          ->name,
      "y");
}

TEST(PipelineFile, IsNoneInOtherTexts) {
  EXPECT_EQ(parse_pipeline_file("kind: ConfigMap", "p.yaml", "").error(), "p.yaml: has no FusionPipeline");
  EXPECT_THAT(parse_pipeline_file("a: [", "p.yaml", "").error(), testing::StartsWith("p.yaml:"));
}

TEST(PipelineFile, OutlivesWrongTypes) {
  for (const auto& text : {"[1, 2]", "7", "{kind: FusionPipeline, metadata: [], spec: text}",
                           "{kind: FusionPipeline, metadata: {name: {}}, spec: {topics: {}, bridges: [1, [], "
                           "{from: [1], replicas: x}]}}",
                           "{kind: FusionPipeline, items: [[{kind: 1}]], spec: {kafka: [1]}}"}) {
    EXPECT_EQ(parse_pipeline_file(text, "p.yaml", "").value_or(PipelineFile{}).name, "") << text;
  }
}

}  // namespace
}  // namespace fusion::cli
