#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "controllers/stages/observed_stage.h"

/// What the objects in recorded/ tell, in our words.
namespace fusion::stages {

// Named in failure messages.
void PrintTo(State state, std::ostream* out) { *out << to_string(state); }

namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

const fs::path kRecorded = FUSION_SOURCE_DIR "/tests/unit/controllers/recorded";

json recorded(const std::string& name) { return json::parse(std::ifstream(kRecorded / (name + ".json"))); }

Observation observed(const std::string& name) { return project_workload(recorded(name)).observation; }

struct Recorded {
  std::string name;
  State state;
  bool is_final = false;
};

constexpr bool kIsFinal = true;

const std::vector<Recorded> kAll{
    {"flink_deployment/bad_entry_class", State::kFailed},
    {"flink_deployment/bad_entry_class_deleting", State::kFailed},
    {"flink_deployment/bad_entry_class_starting_again", State::kStarting},
    {"flink_deployment/bounded_running", State::kRunning},
    {"flink_deployment/created_with_finalizer", State::kStarting},
    {"flink_deployment/deleting", State::kRunning},
    {"flink_deployment/deleting_while_deploying", State::kStarting},
    {"flink_deployment/deploying", State::kStarting},
    {"flink_deployment/failed", State::kFailed, kIsFinal},
    {"flink_deployment/failed_after_restarts", State::kFailed, kIsFinal},
    {"flink_deployment/failed_deleting", State::kFailed, kIsFinal},
    {"flink_deployment/finished", State::kCompleted},
    {"flink_deployment/finished_deleting", State::kCompleted},
    {"flink_deployment/first_status", State::kStarting},
    {"flink_deployment/image_missing", State::kStarting},
    {"flink_deployment/invalid_from_the_start", State::kFailed, kIsFinal},
    {"flink_deployment/invalid_spec_refused", State::kStarting},
    {"flink_deployment/invalid_spec_taken_back", State::kStarting},
    {"flink_deployment/job_created", State::kStarting},
    {"flink_deployment/job_initializing", State::kStarting},
    {"flink_deployment/jobmanager_crash_loops", State::kFailed},
    {"flink_deployment/jobmanager_not_ready", State::kStarting},
    {"flink_deployment/just_created", State::kStarting},
    {"flink_deployment/parallelism_changed", State::kStarting},
    {"flink_deployment/restarting_after_an_exception", State::kStarting},
    {"flink_deployment/restored_job_reconciling", State::kStarting},
    {"flink_deployment/resume_asked_for", State::kStarting},
    {"flink_deployment/resumed", State::kRunning},
    {"flink_deployment/resumed_by_last_state", State::kRunning},
    {"flink_deployment/resuming_by_last_state", State::kStarting},
    {"flink_deployment/resuming_by_last_state_without_jobmanager", State::kStarting},
    {"flink_deployment/resuming_deploying", State::kStarting},
    {"flink_deployment/resuming_with_the_old_jobmanager", State::kStarting},
    {"flink_deployment/resuming_without_jobmanager", State::kStarting},
    {"flink_deployment/running", State::kRunning},
    {"flink_deployment/running_lost_its_jobmanager", State::kStarting},
    // A savepoint does not stop the job, whatever it does to lifecycleState.
    {"flink_deployment/savepoint_asked_for", State::kRunning},
    {"flink_deployment/savepoint_done", State::kRunning},
    {"flink_deployment/savepoint_failed_to_be_tried_again", State::kRunning},
    {"flink_deployment/savepoint_pending", State::kRunning},
    {"flink_deployment/savepoint_pending_that_will_fail", State::kRunning},
    // A session cluster shows no job.
    {"flink_deployment/session_deletion_waits_for_its_jobs", State::kUnknown},
    {"flink_deployment/session_deploying", State::kUnknown},
    {"flink_deployment/session_jobmanager_not_ready", State::kUnknown},
    {"flink_deployment/session_just_created", State::kUnknown},
    {"flink_deployment/session_running", State::kUnknown},
    {"flink_deployment/session_running_with_a_job", State::kUnknown},
    // It works until its savepoint is taken.
    {"flink_deployment/suspend_asked_for", State::kRunning},
    {"flink_deployment/suspend_fails_for_want_of_a_savepoint", State::kRunning},
    {"flink_deployment/suspended_by_last_state", State::kSuspended},
    {"flink_deployment/suspended_with_savepoint", State::kSuspended},
    {"flink_deployment/suspending", State::kRunning},
    {"flink_deployment/throws_running", State::kRunning},
    {"flink_deployment/upgraded", State::kRunning},
    {"flink_deployment/upgraded_by_last_state", State::kRunning},
    {"flink_deployment/upgrading_after_savepoint", State::kStarting},
    {"flink_deployment/upgrading_before_the_deployment", State::kStarting},
    {"flink_deployment/upgrading_by_last_state_without_jobmanager", State::kStarting},
    {"flink_deployment/upgrading_deploying", State::kStarting},
    {"flink_deployment/upgrading_job_created", State::kStarting},
    {"flink_deployment/upgrading_without_jobmanager", State::kStarting},

    {"flink_session_job/bad_entry_class", State::kStarting},
    // A submission that fails is tried again.
    {"flink_session_job/bad_entry_class_failed", State::kFailed},
    {"flink_session_job/bad_entry_class_tried_again", State::kStarting},
    {"flink_session_job/bounded_running", State::kRunning},
    {"flink_session_job/created_with_finalizer", State::kStarting},
    {"flink_session_job/deleting", State::kRunning},
    {"flink_session_job/deleting_with_its_session", State::kRunning},
    {"flink_session_job/deployed_reconciling", State::kStarting},
    {"flink_session_job/failed", State::kFailed, kIsFinal},
    {"flink_session_job/failed_deleting", State::kFailed, kIsFinal},
    {"flink_session_job/finished", State::kCompleted},
    {"flink_session_job/first_status", State::kStarting},
    {"flink_session_job/job_created", State::kStarting},
    {"flink_session_job/just_created", State::kStarting},
    {"flink_session_job/parallelism_changed", State::kStarting},
    {"flink_session_job/resume_asked_for", State::kStarting},
    {"flink_session_job/resumed", State::kRunning},
    {"flink_session_job/resuming", State::kStarting},
    {"flink_session_job/resuming_reconciling", State::kStarting},
    {"flink_session_job/running", State::kRunning},
    {"flink_session_job/savepoint_done", State::kRunning},
    {"flink_session_job/savepoint_pending", State::kRunning},
    {"flink_session_job/session_missing", State::kStarting},
    {"flink_session_job/submission_failed", State::kFailed},
    {"flink_session_job/submission_fails", State::kStarting},
    {"flink_session_job/submission_tried_again", State::kStarting},
    {"flink_session_job/submitting_after_failures", State::kStarting},
    {"flink_session_job/suspend_asked_for", State::kRunning},
    {"flink_session_job/suspended_with_savepoint", State::kSuspended},
    {"flink_session_job/suspending", State::kRunning},
    {"flink_session_job/upgraded", State::kRunning},
    {"flink_session_job/upgrading_after_savepoint", State::kStarting},
    {"flink_session_job/upgrading_reconciling", State::kStarting},

    {"spark_operator/completed", State::kCompleted},
    {"spark_operator/failed", State::kFailed, kIsFinal},
    {"spark_operator/failed_after_submission_failed", State::kFailed, kIsFinal},
    {"spark_operator/failed_after_three_submissions", State::kFailed, kIsFinal},
    {"spark_operator/failing", State::kFailed},
    {"spark_operator/failing_before_a_rerun", State::kFailed},
    {"spark_operator/failing_driver_gone", State::kFailed},
    {"spark_operator/failing_executor_first", State::kRunning},
    {"spark_operator/image_missing", State::kStarting},
    {"spark_operator/image_name_invalid", State::kStarting},
    {"spark_operator/invalidating", State::kStarting},
    {"spark_operator/just_created", State::kStarting},
    {"spark_operator/pending_rerun", State::kStarting},
    {"spark_operator/pending_rerun_after_a_failure", State::kStarting},
    {"spark_operator/pending_rerun_driver_gone", State::kStarting},
    {"spark_operator/running", State::kRunning},
    {"spark_operator/running_again", State::kRunning},
    {"spark_operator/running_second_attempt", State::kRunning},
    {"spark_operator/running_with_executor_completed", State::kRunning},
    {"spark_operator/running_with_pending_executor", State::kRunning},
    {"spark_operator/running_without_executors", State::kRunning},
    {"spark_operator/spec_changed", State::kRunning},
    {"spark_operator/submission_failed", State::kFailed},
    {"spark_operator/submission_failed_again", State::kFailed},
    {"spark_operator/submitted", State::kStarting},
    {"spark_operator/submitted_after_a_change_of_spec", State::kStarting},
    {"spark_operator/submitted_again", State::kStarting},
    {"spark_operator/submitted_with_driver", State::kStarting},
    {"spark_operator/succeeding", State::kRunning},

    {"spark_operator_2.5/completed", State::kCompleted},
    {"spark_operator_2.5/completed_suspend_asked_for", State::kCompleted},
    {"spark_operator_2.5/created_suspended", State::kSuspended},
    {"spark_operator_2.5/invalidating", State::kStarting},
    {"spark_operator_2.5/just_created", State::kStarting},
    {"spark_operator_2.5/pending_rerun", State::kStarting},
    {"spark_operator_2.5/resume_asked_for", State::kStarting},
    {"spark_operator_2.5/resumed", State::kRunning},
    {"spark_operator_2.5/resumed_submitted", State::kStarting},
    {"spark_operator_2.5/resuming", State::kStarting},
    {"spark_operator_2.5/running", State::kRunning},
    {"spark_operator_2.5/submitted", State::kStarting},
    {"spark_operator_2.5/succeeding", State::kRunning},
    {"spark_operator_2.5/suspend_asked_for", State::kRunning},
    {"spark_operator_2.5/suspended", State::kSuspended},
    {"spark_operator_2.5/suspended_invalidating", State::kStarting},
    {"spark_operator_2.5/suspended_spec_changed", State::kSuspended},
    {"spark_operator_2.5/suspending", State::kStarting},

    // It has no status before it is resumed.
    {"documented/apache_spark/created_suspended", State::kSuspended},
    {"documented/apache_spark/deleting", State::kRunning},
    {"documented/spark_operator/unknown", State::kUnknown},
    {"documented/apache_spark/driver_evicted", State::kFailed},
    {"documented/apache_spark/driver_ready", State::kStarting},
    {"documented/apache_spark/driver_ready_timed_out", State::kFailed},
    {"documented/apache_spark/driver_requested", State::kStarting},
    {"documented/apache_spark/driver_start_timed_out", State::kFailed},
    {"documented/apache_spark/driver_started", State::kStarting},
    {"documented/apache_spark/executors_start_timed_out", State::kFailed},
    // It may still be restarted until its pods are released.
    {"documented/apache_spark/failed", State::kFailed},
    {"documented/apache_spark/failed_and_released", State::kFailed, kIsFinal},
    {"documented/apache_spark/failed_and_retained", State::kFailed, kIsFinal},
    {"documented/apache_spark/just_created", State::kStarting},
    {"documented/apache_spark/resumed", State::kStarting},
    {"documented/apache_spark/running", State::kRunning},
    {"documented/apache_spark/running_again_after_a_failure", State::kRunning},
    {"documented/apache_spark/running_with_few_executors", State::kRunning},
    {"documented/apache_spark/running_with_partial_capacity", State::kRunning},
    {"documented/apache_spark/scheduled_to_restart", State::kStarting},
    {"documented/apache_spark/scheduling_failure", State::kFailed},
    {"documented/apache_spark/starting_with_few_executors", State::kStarting},
    {"documented/apache_spark/submitted", State::kStarting},
    {"documented/apache_spark/succeeded", State::kCompleted},
    {"documented/apache_spark/succeeded_and_released", State::kCompleted},
    {"documented/apache_spark/succeeded_and_retained", State::kCompleted},
    {"documented/apache_spark/suspended", State::kSuspended},
};

class RecordedState : public ::testing::TestWithParam<Recorded> {};

TEST_P(RecordedState, IsTold) {
  const auto seen = observed(GetParam().name);
  EXPECT_EQ(seen.state, GetParam().state) << seen.message;
  EXPECT_EQ(seen.state == State::kFailed && seen.is_final, GetParam().is_final);
}

INSTANTIATE_TEST_SUITE_P(Of, RecordedState, ::testing::ValuesIn(kAll), [](const auto& info) {
  auto name = info.param.name;
  for (auto& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
});

TEST(RecordedStates, AreAllInTheTable) {
  std::set<std::string> there, told;
  for (const auto& entry : fs::recursive_directory_iterator(kRecorded)) {
    if (entry.path().extension() != ".json") continue;
    there.insert(fs::relative(entry.path(), kRecorded).replace_extension().string());
  }
  for (const auto& each : kAll) told.insert(each.name);
  EXPECT_EQ(there, told);
}

TEST(WorkloadState, IsUnknownByItsNameWhenItWasNeverSeenBefore) {
  auto deployment = recorded("flink_deployment/running");
  deployment["status"]["jobStatus"]["state"] = "DREAMING";
  auto lifecycle = recorded("flink_deployment/running");
  lifecycle["status"]["lifecycleState"] = "DREAMING";
  auto spark = recorded("spark_operator/running");
  spark["status"]["applicationState"]["state"] = "DREAMING";
  auto apache = recorded("documented/apache_spark/running");
  apache["status"]["currentState"]["currentStateSummary"] = "DREAMING";
  for (const auto& object : {deployment, lifecycle, spark, apache}) {
    const auto seen = project_workload(object).observation;
    EXPECT_EQ(seen.state, State::kUnknown);
    EXPECT_THAT(seen.message, HasSubstr("DREAMING"));
  }
}

TEST(WorkloadState, TellsWhyAJobHasFailed) {
  EXPECT_THAT(observed("flink_deployment/failed").message, HasSubstr("number 200 is one too many"));
  EXPECT_THAT(observed("flink_deployment/bad_entry_class").message, HasSubstr("back-off"));
  EXPECT_THAT(observed("flink_session_job/submission_failed").message, HasSubstr("Failed to create the dir"));
  EXPECT_THAT(observed("spark_operator/failed").message, HasSubstr("ExitCode: 3"));
  EXPECT_THAT(observed("spark_operator/failing_driver_gone").message, HasSubstr("driver pod not found"));
  EXPECT_THAT(observed("documented/apache_spark/failed_and_released").message,
              HasSubstr("failed critical container"));
}

TEST(WorkloadState, TellsOfAnErrorThatTheOperatorTriesToOvercome) {
  EXPECT_THAT(observed("flink_deployment/suspend_fails_for_want_of_a_savepoint").message,
              HasSubstr("CheckpointException"));
  EXPECT_THAT(observed("flink_deployment/invalid_spec_refused").message, HasSubstr("parallelism"));
  EXPECT_THAT(observed("flink_session_job/submission_fails").message, HasSubstr("Failed to create the dir"));
  EXPECT_THAT(observed("flink_deployment/running").message, IsEmpty());
}

TEST(WorkloadState, IsRunningOnceARefusedSpecIsTakenBackAndTheJobIsAtWorkAgain) {
  auto object = recorded("flink_deployment/invalid_spec_taken_back");
  object["status"]["jobStatus"]["state"] = "RUNNING";
  EXPECT_EQ(project_workload(object).observation.state, State::kRunning);
}

TEST(WorkloadState, NamesTheSavepointOfASuspendedJob) {
  EXPECT_THAT(observed("flink_deployment/suspended_with_savepoint").savepoint,
              HasSubstr("savepoint-e44b55-c40e92a0131e"));
  EXPECT_THAT(observed("flink_session_job/suspended_with_savepoint").savepoint, HasSubstr("/savepoints/"));
  EXPECT_THAT(observed("flink_deployment/suspended_by_last_state").savepoint, IsEmpty());
}

TEST(WorkloadState, TellsWhetherTheJobIsAskedToStop) {
  for (const auto* name : {"flink_deployment/suspend_asked_for", "flink_session_job/suspending",
                           "spark_operator_2.5/suspend_asked_for", "documented/apache_spark/suspended"})
    EXPECT_TRUE(observed(name).is_asked_to_stop) << name;
  for (const auto* name : {"flink_deployment/resume_asked_for", "spark_operator_2.5/resume_asked_for",
                           "spark_operator/running", "documented/apache_spark/resumed"})
    EXPECT_FALSE(observed(name).is_asked_to_stop) << name;
}

}  // namespace
}  // namespace fusion::stages
