#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "controllers/stages/observed_stage.h"

namespace fusion::stages {
namespace {

using nlohmann::json;

json recorded(const std::string& name) {
  return json::parse(std::ifstream(FUSION_SOURCE_DIR "/tests/unit/controllers/recorded/" + name + ".json"));
}

json deployment() { return recorded("flink_deployment/running"); }

std::string url_of(const json& object) { return project_workload(object).observation.progress_url; }

TEST(FlinkRestUrl, IsTheServiceOfTheJobsCluster) {
  EXPECT_EQ(url_of(deployment()), "http://numbers-rest.demo.svc:8081/jobs/e44b55aa3ee145d086340d4f1a2d5876");
}

TEST(FlinkRestUrl, IsNotAskedForAJobInASessionCluster) {
  EXPECT_EQ(url_of(recorded("flink_session_job/running")), "");
}

TEST(FlinkRestUrl, IsKnownOfAJobThatRunsAlone) {
  for (const auto* name : {"flink_deployment/suspended_with_savepoint", "flink_deployment/job_created",
                           "flink_deployment/finished", "flink_session_job/submission_fails",
                           "flink_deployment/session_running", "spark_operator/running"})
    EXPECT_EQ(url_of(recorded(name)), "") << name;
}

TEST(FlinkRestUrl, HasThePortThatFlinkIsConfiguredWith) {
  auto object = deployment();
  auto& configuration = object["spec"]["flinkConfiguration"];
  for (const json& port : {json("9081"), json(9081)}) {
    configuration["rest.port"] = port;
    EXPECT_EQ(url_of(object), "http://numbers-rest.demo.svc:9081/jobs/e44b55aa3ee145d086340d4f1a2d5876");
  }
  for (const json& port : {json("0"), json(65536), json("-1"), json("80@elsewhere"), json({{"a", 1}})}) {
    configuration["rest.port"] = port;
    EXPECT_EQ(url_of(object), "") << port;
  }
}

TEST(FlinkRestUrl, IsNotKnownWhereTheApiWantsTls) {
  auto object = deployment();
  object["spec"]["flinkConfiguration"]["security.ssl.rest.enabled"] = "true";
  EXPECT_EQ(url_of(object), "");
}

TEST(FlinkRestUrl, NeverLeadsElsewhere) {
  for (const auto* name : {"", "a.b", "evil.example/", "evil.example#", "evil.example:80/", "user@evil",
                           "UPPER", "a b", "-a", "a\r\nHost: b"}) {
    auto object = deployment();
    object["metadata"]["name"] = name;
    EXPECT_EQ(url_of(object), "") << name;
  }
  auto object = deployment();
  object["metadata"]["name"] = std::string(59, 'a');
  EXPECT_EQ(url_of(object), "") << "too long for a Service";
  for (const auto* id :
       {"", "../../jars", "e44b55aa3ee145d086340d4f1a2d587", "g44b55aa3ee145d086340d4f1a2d5876"}) {
    object = deployment();
    object["status"]["jobStatus"]["jobId"] = id;
    EXPECT_EQ(url_of(object), "") << id;
  }
}

}  // namespace
}  // namespace fusion::stages
