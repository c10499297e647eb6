"""The engines' CustomResourceDefinitions are missing, come, go and come back.

It brings up an API server of its own: a CRD belongs to the whole cluster.
"""

from __future__ import annotations

import json
import subprocess
import unittest

import own_control_plane
from kube import Object, kubectl, wait_until_served
from stage_case import FLINK, FULL_NAMES, SPARK, StageCase

_crds: dict[str, Object] = {}


def setUpModule() -> None:
    own_control_plane.install_engine_kinds(own_control_plane.bring_up("kinds"), "2.3.0")
    for crd in json.loads(kubectl("get", "crds", "--output=json"))["items"]:
        if crd["spec"]["group"] in ("flink.apache.org", "sparkoperator.k8s.io", "spark.apache.org"):
            metadata = {field: crd["metadata"][field] for field in ("name", "annotations") if field in crd["metadata"]}
            metadata.get("annotations", {}).pop("kubectl.kubernetes.io/last-applied-configuration", None)
            _crds[crd["metadata"]["name"]] = {"apiVersion": crd["apiVersion"], "kind": crd["kind"], "metadata": metadata, "spec": crd["spec"]}


def install(*kinds: str) -> None:
    for kind in kinds:
        name = FULL_NAMES[kind]
        subprocess.run(["kubectl", "create", "--filename=-"], input=json.dumps(_crds[name]), stdout=subprocess.DEVNULL, text=True, check=True)
        wait_until_served(name)


def remove(*names: str) -> None:
    kubectl("delete", "crd", *names, "--ignore-not-found", "--timeout=180s")


class Kinds(StageCase):
    def setUp(self) -> None:
        super().setUp()
        remove(*_crds)

    def external(self) -> Object:
        return {
            "name": "theirs", "engine": "Spark", "mode": "Streaming", "inputs": [{"topic": self.topic("in")}],
            "outputs": [{"topic": self.topic("out")}], "workload": {"external": {}},
        }  # fmt: skip

    def test_external_stages_need_no_engine(self) -> None:
        self.start()
        self.apply(self.with_stages(self.external()))
        self.wait_for_reason("Ready", "AsDeclared")
        condition = self.condition("StagesReady")
        self.assertEqual((condition["status"], condition["reason"], condition["message"]), ("True", "AsDeclared", "1 external stage"))
        self.assertEqual(self.stage("theirs")["state"], "External")

    def test_a_kind_comes_goes_and_comes_back(self) -> None:
        operator = self.start("--engine-discovery=1s")
        self.apply(self.with_stages(self.flink()))
        condition = self.wait_for_reason("StagesReady", "EngineNotInstalled")
        self.assertIn("stage alert needs the CustomResourceDefinition flinkdeployments.flink.apache.org, which is not installed", condition["message"])
        self.assertEqual((self.condition("Stalled")["status"], self.stage("alert")["state"]), ("False", "Pending"))
        self.wait_topics_ready()
        install(FLINK)
        self.wait_for_workload(FLINK)
        self.play(FLINK, "flink_deployment/running")
        self.wait_for_reason("Ready", "AsDeclared")
        remove(FULL_NAMES[FLINK])
        self.wait_for_reason("StagesReady", "EngineNotInstalled")
        self.assertEqual(self.stage("alert")["state"], "Unknown")
        self.wait_for_reconciles(operator, 3)
        self.assertEqual(self.stage("alert")["state"], "Unknown")
        install(FLINK)
        # With the kind went the object that knew where the state is.
        self.assertIn("initialSavepointPath", self.wait_for_reason("StagesReady", "StateLost")["message"])
        self.assertEqual(self.kube.list(FLINK, self.namespace), [])
        stage = self.flink()
        stage["workload"]["template"]["spec"]["job"]["initialSavepointPath"] = "s3://state/savepoint-1"
        self.apply(self.with_stages(stage))
        self.wait_for_workload(FLINK)
        self.play(FLINK, "flink_deployment/running")
        self.wait_for_reason("Ready", "AsDeclared")
        self.assertTrue(operator.is_alive())

    def test_a_completed_batch_does_not_run_again_when_its_kind_comes_back(self) -> None:
        install(SPARK)
        operator = self.start("--engine-discovery=1s")
        self.apply(self.with_stages(self.spark()))
        self.wait_for_workload(SPARK)
        self.play(SPARK, "spark_operator/completed")
        self.wait_for_state("profile", "Completed")
        self.wait_for_reason("Ready", "AsDeclared")
        remove(FULL_NAMES[SPARK])
        self.wait_for_reason("StagesReady", "EngineNotInstalled")
        install(SPARK)
        self.wait_for_reason("Ready", "AsDeclared")
        self.wait_for_reconciles(operator, 3)
        self.assertEqual(self.stage("profile")["state"], "Completed")
        self.assertEqual(self.kube.list(SPARK, self.namespace), [])

    def test_without_its_kind_a_pipeline_can_be_deleted(self) -> None:
        self.start("--engine-discovery=1s")
        self.apply(self.with_stages(self.flink(), deletionPolicy="Delete"))
        self.wait_for_reason("StagesReady", "EngineNotInstalled")
        self.wait_topics_ready()
        self.delete_pipeline()
        self.wait_gone()
        self.assertEqual(self.broker.topics(self.namespace), set())

    def test_one_missing_kind_does_not_hold_back_another(self) -> None:
        install(SPARK)
        self.start("--engine-discovery=1s")
        self.apply(self.with_stages(self.flink(), self.spark(outputs=[])))
        self.wait_for_workload(SPARK)
        self.wait_for_reason("StagesReady", "EngineNotInstalled")

    def test_an_old_spark_operator_cannot_suspend_what_is_not_ours(self) -> None:
        install(SPARK)
        self.start("--engine-discovery=1s")
        template = self.spark("Streaming")["workload"]["template"]
        self.kube.create(SPARK, self.namespace, {**template, "metadata": {"name": "theirs"}})
        self.play_on(SPARK, "theirs", "spark_operator/running")
        before = self.kube.get(SPARK, self.namespace, "theirs")
        stage = self.spark("Streaming")
        stage["workload"] = {"ref": {"apiVersion": template["apiVersion"], "kind": template["kind"], "name": "theirs", "manage": True}}
        self.apply(self.with_stages(stage))
        self.wait_for_reason("Ready", "AsDeclared")
        self.apply(self.with_stages(stage, suspend=True))
        self.wait_for_reason("StagesReady", "SuspendNotSupported")
        self.assertEqual(self.kube.get(SPARK, self.namespace, "theirs")["spec"], before["spec"])


if __name__ == "__main__":
    unittest.main()
