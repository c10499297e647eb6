"""The life of stages: what runs once, what changes in place, how they end; the test plays the engines' operators.

It brings up an API server of its own: the engines' CRDs belong to the whole cluster.
"""

from __future__ import annotations

import copy
import json
import random
import tempfile
import time
import unittest

import own_control_plane
from kube import Object, kubectl
from operator_case import PIPELINE
from stage_case import FLINK, SPARK, StageCase

_COMPLETED = "spark_operator/completed"
_SPARK_RUNNING = "spark_operator/running"
_FLINK_RUNNING = "flink_deployment/running"
_FLINK_SUSPENDED = "flink_deployment/suspended_with_savepoint"
_SAVEPOINT = "file:/state/numbers/savepoints/savepoint-e44b55-c40e92a0131e"


def setUpModule() -> None:
    own_control_plane.install_engine_kinds(own_control_plane.bring_up("stages"), "2.5.1")


class Batch(StageCase):
    def complete(self, other_than: str = "") -> Object:
        """The batch has run to its end, and the operator knows."""
        found = self.wait_for_workload(SPARK, other_than)
        self.play(SPARK, _SPARK_RUNNING)
        self.wait_for_state("profile", "Running")
        self.play(SPARK, _COMPLETED)
        self.wait_until_completed(found["metadata"]["uid"])
        return found

    def wait_until_completed(self, uid: str) -> None:
        self.wait(lambda: self.stage("profile").get("completed", {}).get("uid") == uid, "the completion to be recorded")
        self.wait_for_state("profile", "Completed")
        self.wait_for_reason("StagesReady", "AsDeclared")

    def test_it_runs_once(self) -> None:
        history = self.history(SPARK)
        operator = self.start()
        self.apply(self.with_stages(self.spark()))
        found = self.complete()
        self.wait_for_reconciles(operator, 5)
        self.kube.delete(SPARK, self.namespace, found["metadata"]["name"])  # its time to live is over
        self.wait_for_reconciles(operator, 5)
        operator.kill()
        self.forget_lease()
        again = self.start()
        self.wait_for_reconciles(again, 5)
        self.assertEqual(self.stage("profile")["state"], "Completed")
        changed = self.with_stages(self.spark(), checkpoints={"uri": "s3://elsewhere"})
        changed["topics"][1]["partitions"] = 7
        self.apply(changed)
        self.wait_for_reason("Ready", "AsDeclared")
        self.wait_for_reconciles(again, 5)
        self.assertEqual(history.uids(), [found["metadata"]["uid"]])

    def test_a_completion_that_the_operator_did_not_live_to_record(self) -> None:
        """kill -9 between the completed status and the operator's own, at moments that differ."""
        seed = random.randrange(2**32)
        moments = random.Random(seed)
        history = self.history(SPARK)
        uids = []
        with self.subTest(seed=seed):
            for run in range(5):
                self.apply(self.with_stages(self.spark(runToken=str(run))))
                operator = self.start()
                found = self.wait_for_workload(SPARK, uids[-1] if uids else "")
                uids.append(found["metadata"]["uid"])
                if run == 0:
                    operator.kill()  # certainly before
                self.play(SPARK, _COMPLETED)
                if run > 0:
                    time.sleep(moments.uniform(0, 0.15))  # the moment to die at
                    operator.kill()
                self.forget_lease()
                again = self.start()
                self.wait_until_completed(uids[-1])
                self.wait_for_reconciles(again, 3)
                again.kill()
                self.forget_lease()
            self.assertEqual(history.uids(), uids)

    def test_another_run_token_runs_it_again_exactly_once(self) -> None:
        history = self.history(SPARK)
        operator = self.start()
        self.apply(self.with_stages(self.spark(runToken="monday")))
        first = self.complete()
        self.apply(self.with_stages(self.spark(runToken="tuesday")))
        second = self.wait_for_workload(SPARK, other_than=first["metadata"]["uid"])
        self.play(SPARK, _COMPLETED)
        self.wait_until_completed(second["metadata"]["uid"])
        self.kube.delete(SPARK, self.namespace, second["metadata"]["name"])
        self.wait_for_reconciles(operator, 5)
        self.apply(self.with_stages(self.spark(runToken="wednesday")))  # there is nothing left to delete
        third = self.wait_for_workload(SPARK, other_than=second["metadata"]["uid"])
        self.play(SPARK, _COMPLETED)
        self.wait_until_completed(third["metadata"]["uid"])
        self.wait_for_reconciles(operator, 5)
        self.assertEqual(history.uids(), [item["metadata"]["uid"] for item in (first, second, third)])

    def test_a_failure_is_not_a_completion(self) -> None:
        history = self.history(SPARK)
        operator = self.start()
        self.apply(self.with_stages(self.spark()))
        found = self.wait_for_workload(SPARK)
        self.play(SPARK, "spark_operator/failed")
        condition = self.wait_for_reason("StagesReady", "StageFailed")
        self.assertIn("stage profile has failed: ", condition["message"])
        self.assertEqual(self.condition("Stalled")["status"], "True")
        self.wait_for_reconciles(operator, 3)
        self.assertEqual(history.uids(), [found["metadata"]["uid"]])
        changed = self.spark()
        self.template_of(changed)["arguments"] = ["now"]
        self.apply(self.with_stages(changed))
        self.complete(other_than=found["metadata"]["uid"])

    def test_the_live_stage_starts_after_the_batch(self) -> None:
        self.start()
        live = self.flink(inputs=[{"topic": self.topic("out")}], outputs=[], startAfter=[{"stage": "profile", "until": "Completed"}])
        self.apply(self.with_stages(self.spark(), live))
        self.wait_for_workload(SPARK)
        self.play(SPARK, _SPARK_RUNNING)
        self.wait(lambda: "waits for stage profile to complete" in self.stage("alert").get("message", ""), "the live stage to wait")
        self.assertEqual(self.kube.list(FLINK, self.namespace), [])
        self.play(SPARK, _COMPLETED)
        self.wait_for_workload(FLINK)


class Streaming(StageCase):
    def run_flink(self) -> Object:
        self.start()
        self.apply(self.with_stages(self.flink()))
        self.wait_for_workload(FLINK)
        self.play(FLINK, _FLINK_RUNNING)
        self.wait_for_state("alert", "Running")
        self.wait_for_reason("Ready", "AsDeclared")
        return self.workload(FLINK)

    def run_spark(self) -> Object:
        self.start()
        self.apply(self.with_stages(self.spark("Streaming")))
        self.wait_for_workload(SPARK)
        self.play(SPARK, _SPARK_RUNNING)
        self.wait_for_state("profile", "Running")
        self.wait_for_reason("Ready", "AsDeclared")
        return self.workload(SPARK)

    def test_another_template_of_flink_is_applied_in_place(self) -> None:
        before = self.run_flink()
        history = self.history(FLINK)
        stage = self.flink()
        self.template_of(stage)["image"] = "flink:next"
        self.apply(self.with_stages(stage))
        self.wait(lambda: self.workload(FLINK)["spec"]["image"] == "flink:next", "the image to change")
        job = self.workload(FLINK)["spec"]["job"]
        self.assertEqual((job["upgradeMode"], job["state"]), ("savepoint", "running"))
        self.wait_for_state("alert", "Starting")
        self.play(FLINK, _FLINK_RUNNING)
        self.wait_for_state("alert", "Running")
        self.wait_for_reason("Ready", "AsDeclared")
        self.assertEqual(self.workload(FLINK)["metadata"]["uid"], before["metadata"]["uid"])
        self.assertEqual(self.workload(FLINK)["metadata"]["generation"], before["metadata"]["generation"] + 1)
        self.assertEqual({what for what, _ in history.events()}, {"ADDED", "MODIFIED"})
        maps = [item for item in self.config_maps() if item["metadata"]["labels"]["fusion-operator.io/child"] == before["metadata"]["name"]]
        self.assertEqual(len(maps), 1)

    def test_another_template_of_spark_is_deleted_then_created(self) -> None:
        before = self.run_spark()
        history = self.history(SPARK)
        stage = self.spark("Streaming")
        self.template_of(stage)["image"] = "spark:next"
        self.apply(self.with_stages(stage))
        after = self.wait_for_workload(SPARK, other_than=before["metadata"]["uid"])
        self.assertEqual((after["spec"]["image"], after["metadata"]["name"]), ("spark:next", before["metadata"]["name"]))
        self.play(SPARK, _SPARK_RUNNING)
        self.wait_for_reason("Ready", "AsDeclared")
        events = history.events()
        self.assertEqual([what for what, _ in events if what != "MODIFIED"], ["ADDED", "DELETED", "ADDED"])
        of_the_first = [item for _, item in events if item["metadata"]["uid"] == before["metadata"]["uid"]]
        self.assertEqual({item["spec"]["image"] for item in of_the_first}, {"spark:test"})

    def test_what_somebody_writes_into_a_flink_job_is_taken_back(self) -> None:
        before = self.run_flink()
        self.kube.patch(FLINK, self.namespace, before["metadata"]["name"], {"spec": {"image": "theirs"}})
        self.wait(lambda: self.workload(FLINK)["spec"] == before["spec"], "the image to be repaired")

    def test_flink_is_suspended_with_a_savepoint_and_resumed(self) -> None:
        before = self.run_flink()
        self.apply(self.with_stages(self.flink(), suspend=True))
        self.wait(lambda: self.workload(FLINK)["spec"]["job"]["state"] == "suspended", "the job to be suspended")
        self.assertEqual(self.workload(FLINK)["spec"]["job"]["upgradeMode"], "savepoint")
        self.wait_for_reason("StagesReady", "Suspending")
        self.play(FLINK, _FLINK_SUSPENDED)
        self.assertEqual(self.wait_for_state("alert", "Suspended")["savepoint"], _SAVEPOINT)
        self.wait_for_reason("Ready", "Suspended")
        self.apply(self.with_stages(self.flink()))
        self.wait(lambda: self.workload(FLINK)["spec"]["job"]["state"] == "running", "the job to be resumed")
        self.wait_for_state("alert", "Starting")
        self.play(FLINK, "flink_deployment/resumed")
        self.wait_for_state("alert", "Running")
        self.assertEqual(self.workload(FLINK)["metadata"]["uid"], before["metadata"]["uid"])
        self.assertEqual(self.workload(FLINK)["spec"], before["spec"])

    def test_spark_is_suspended_by_deletion_and_resumed(self) -> None:
        before = self.run_spark()
        self.apply(self.with_stages(self.spark("Streaming"), suspend=True))
        self.wait(lambda: not self.kube.list(SPARK, self.namespace), "the application to go")
        self.wait_for_state("profile", "Suspended")
        self.wait_for_reason("Ready", "Suspended")
        self.apply(self.with_stages(self.spark("Streaming")))
        after = self.wait_for_workload(SPARK)
        self.assertEqual(after["spec"], before["spec"])

    def test_suspending_goes_with_the_data(self) -> None:
        self.start()
        second = self.spark("Streaming", inputs=[{"topic": self.topic("out")}], outputs=[])

        def stages() -> tuple[Object, Object]:
            return self.flink(), copy.deepcopy(second)

        self.apply(self.with_stages(*stages()))
        self.wait_for_workload(FLINK)
        self.wait_for_workload(SPARK)
        self.play(FLINK, _FLINK_RUNNING)
        self.play(SPARK, _SPARK_RUNNING)
        self.wait_for_reason("Ready", "AsDeclared")
        self.apply(self.with_stages(*stages(), suspend=True))
        self.wait(lambda: "stops after stage alert" in self.stage("profile").get("message", ""), "the second to stop after the first")
        self.assertEqual(len(self.kube.list(SPARK, self.namespace)), 1)
        self.play(FLINK, _FLINK_SUSPENDED)
        self.wait_for_reason("Ready", "Suspended")
        self.assertEqual(self.kube.list(SPARK, self.namespace), [])

    def test_a_second_kubectl_apply_says_unchanged(self) -> None:
        self.start()
        deduplicated = {"name": "copy", "from": {"topic": self.topic("out")}, "to": {"topic": self.topic("far")}}
        spec = self.with_stages(
            self.spark(startAfter=[{"stage": "alert", "until": "Running"}], runToken="1", inputs=[{"topic": self.topic("far"), "compacted": True}], outputs=[]),
            self.flink(outputs=[{"topic": self.topic("out"), "id": {"header": "id"}}], transactionTimeout="5m", checkpoints={"uri": "s3://own"}),
            {"name": "theirs", "engine": "Flink", "mode": "Streaming", "inputs": [{"topic": self.topic("far")}], "workload": {"external": {}}},
            topics=[{"name": self.topic(name)} for name in ("in", "out", "far")], bridges=[deduplicated],
        )  # fmt: skip
        body = {"apiVersion": "fusion-operator.io/v1alpha1", "kind": "FusionPipeline", "metadata": {"name": PIPELINE, "namespace": self.namespace}, "spec": spec}
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(body, file)
            file.flush()
            self.assertIn("created", kubectl("apply", "-f", file.name))
            self.wait_for_workload(FLINK)
            self.play(FLINK, _FLINK_RUNNING)
            self.wait_for_workload(SPARK)
            self.assertIn("unchanged", kubectl("apply", "-f", file.name))


class Deletion(StageCase):
    def start_and_run(self, policy: str) -> None:
        self.start()
        self.apply(self.with_stages(self.flink(), deletionPolicy=policy, checkpoints={"volume": {"size": "1Gi", "accessModes": ["ReadWriteMany"]}}))
        self.wait_for_workload(FLINK)
        self.play(FLINK, _FLINK_RUNNING)
        self.wait_for_reason("Ready", "AsDeclared")
        claims = self.kube.list("persistentvolumeclaims", self.namespace)
        self.assertEqual([item["metadata"]["name"] for item in claims], [self.stage("alert")["checkpoints"]])
        # Nobody would take the protection off again here.
        self.kube.patch("persistentvolumeclaims", self.namespace, claims[0]["metadata"]["name"], {"metadata": {"finalizers": None}})

    def test_delete_takes_the_workloads_first_and_the_topics_last(self) -> None:
        self.start_and_run("Delete")
        name = self.workload(FLINK)["metadata"]["name"]
        self.kube.patch(FLINK, self.namespace, name, {"metadata": {"finalizers": ["example.com/stops-slowly"]}})
        self.delete_pipeline()
        self.wait(lambda: f"FlinkDeployment {name} to be deleted" in self.status().get("message", ""), "the status to name the workload")
        self.wait(lambda: "deletionTimestamp" in self.workload(FLINK)["metadata"], "the workload to be deleted")
        self.wait_for_reconciles(self.operators[-1], 2)
        self.assertEqual(self.broker.topics(self.namespace), {self.topic("in"), self.topic("out")})
        self.assertEqual(len(self.kube.list("persistentvolumeclaims", self.namespace)), 1)
        finalizers = [item for item in self.workload(FLINK)["metadata"]["finalizers"] if item != "example.com/stops-slowly"]
        self.kube.patch(FLINK, self.namespace, name, {"metadata": {"finalizers": finalizers}})
        self.wait_gone()
        self.assertEqual(self.kube.list(FLINK, self.namespace), [])
        self.assertEqual(self.broker.topics(self.namespace), set())
        self.assertEqual(self.kube.list("persistentvolumeclaims", self.namespace), [])
        self.wait(lambda: not self.config_maps(), "the ConfigMap to go")

    def test_retain_keeps_topics_and_claims(self) -> None:
        self.start_and_run("Retain")
        self.delete_pipeline()
        self.wait_gone()
        self.wait(lambda: not self.kube.list(FLINK, self.namespace) and not self.config_maps(), "the children to go")
        self.assertEqual(self.broker.topics(self.namespace), {self.topic("in"), self.topic("out")})
        self.assertEqual(len(self.kube.list("persistentvolumeclaims", self.namespace)), 1)

    def test_a_stage_that_is_no_longer_declared(self) -> None:
        self.start()
        self.apply(self.with_stages(self.flink(), self.spark(outputs=[])))
        self.wait_for_workload(FLINK)
        kept = self.wait_for_workload(SPARK)
        self.apply(self.with_stages(self.spark(outputs=[])))
        self.wait(lambda: not self.kube.list(FLINK, self.namespace), "the workload to go")
        self.wait(lambda: len(self.status()["stages"]) == 1 and len(self.config_maps()) == 1, "the rest of the stage to go")
        self.assertEqual(self.workload(SPARK)["metadata"]["uid"], kept["metadata"]["uid"])


class Death(StageCase):
    def test_killed_at_any_moment_each_stage_has_one_workload(self) -> None:
        """kill -9 twenty times, through a creation and a change of each stage."""
        seed = random.randrange(2**32)
        moments = random.Random(seed)
        flinks, sparks = self.history(FLINK), self.history(SPARK)
        batch = self.spark(outputs=[])
        with self.subTest(seed=seed):
            self.apply(self.with_stages(self.flink(), batch))
            self.die(moments, 10)
            operator = self.start()
            self.wait_for_workload(FLINK)
            self.wait_for_workload(SPARK)
            operator.kill()
            self.forget_lease()
            self.play(FLINK, _FLINK_RUNNING)
            self.play(SPARK, _COMPLETED)
            self.die(moments, 5)
            stage = self.flink()
            self.template_of(stage)["image"] = "flink:next"
            self.apply(self.with_stages(stage, batch))
            self.die(moments, 5)
            operator = self.start()
            self.wait(lambda: self.workload(FLINK)["spec"]["image"] == "flink:next", "the image to change")
            self.play(FLINK, _FLINK_RUNNING)
            self.wait_for_reason("Ready", "AsDeclared")
            self.wait_for_state("profile", "Completed")
            self.wait_for_reconciles(operator, 3)
            for history, kind in ((flinks, FLINK), (sparks, SPARK)):
                self.assertEqual(history.uids(), [self.workload(kind)["metadata"]["uid"]])
            job = self.workload(FLINK)["spec"]["job"]
            self.assertEqual((job["state"], job["upgradeMode"]), ("running", "savepoint"))


if __name__ == "__main__":
    unittest.main()
