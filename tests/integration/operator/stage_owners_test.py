"""Objects of somebody else's: those that have a stage's name, and those that a stage refers to; the test plays the engines' operators.

It brings up an API server of its own: the engines' CRDs belong to the whole cluster.
"""

from __future__ import annotations

import own_control_plane
from kube import Object
from stage_case import FLINK, SPARK, StageCase

_COMPLETED = "spark_operator/completed"
_SPARK_RUNNING = "spark_operator/running"
_FLINK_RUNNING = "flink_deployment/running"
_FLINK_SUSPENDED = "flink_deployment/suspended_with_savepoint"


def setUpModule() -> None:
    own_control_plane.install_engine_kinds(own_control_plane.bring_up("owners"), "2.5.1")


class Foreign(StageCase):
    def check_conflict(self, kind: str, stage: Object, recorded: str, labels: bool) -> None:
        operator = self.start()
        self.apply(self.with_stages(stage))
        made = self.wait_for_workload(kind)
        operator.kill()
        self.forget_lease()
        name = made["metadata"]["name"]
        self.kube.delete(kind, self.namespace, name)
        self.wait(lambda: not self.kube.list(kind, self.namespace), "it to be gone")
        self.kube.create(
            kind, self.namespace,
            {"apiVersion": made["apiVersion"], "kind": made["kind"], "spec": made["spec"],
             "metadata": {"name": name, "labels": made["metadata"]["labels"] if labels else {"app": "theirs"}}},
        )  # fmt: skip
        self.play(kind, recorded)
        theirs = self.kube.get(kind, self.namespace, name)
        again = self.start()
        condition = self.wait_for_reason("StagesReady", "NameConflict")
        self.assertIn(f"{self.namespace}/{name}", condition["message"])
        self.assertEqual(self.condition("Stalled")["status"], "True")
        self.wait_for_reconciles(again, 3)
        self.apply(self.with_stages(stage, suspend=True))
        self.wait_for_reconciles(again, 3)
        self.apply(self.with_stages(stage))
        self.wait_for_reason("StagesReady", "NameConflict")
        self.assertEqual(self.kube.get(kind, self.namespace, name), theirs)
        self.delete_pipeline()
        self.wait_gone()
        self.assertEqual(self.kube.get(kind, self.namespace, name), theirs)

    def test_a_flink_deployment(self) -> None:
        self.check_conflict(FLINK, self.flink(), _FLINK_RUNNING, labels=False)

    def test_a_flink_deployment_with_our_labels(self) -> None:
        self.check_conflict(FLINK, self.flink(), _FLINK_RUNNING, labels=True)

    def test_a_spark_application(self) -> None:
        self.check_conflict(SPARK, self.spark(), _COMPLETED, labels=False)

    def test_a_spark_application_with_our_labels(self) -> None:
        self.check_conflict(SPARK, self.spark(), _COMPLETED, labels=True)
        self.assertNotIn("completed", self.stage("profile"))


class Ref(StageCase):
    def make(self, kind: str, recorded: str) -> Object:
        """Somebody else's workload, and what is not to change of it."""
        source = {FLINK: self.flink(), SPARK: self.spark("Streaming")}[kind]
        template = source["workload"]["template"]
        if kind == FLINK:
            template["spec"]["job"].update(state="running", upgradeMode="savepoint")
        self.kube.create(kind, self.namespace, {**template, "metadata": {"name": "theirs"}})
        self.play_on(kind, "theirs", recorded)
        return self.theirs(kind)

    def theirs(self, kind: str) -> Object:
        found = self.kube.get(kind, self.namespace, "theirs")
        assert found is not None
        return found

    def ref(self, kind: str, **ref: bool) -> Object:
        stage = self.flink() if kind == FLINK else self.spark("Streaming")
        template = stage["workload"]["template"]
        stage["workload"] = {"ref": {"apiVersion": template["apiVersion"], "kind": template["kind"], "name": "theirs", **ref}}
        return stage

    def test_without_manage_it_is_never_written(self) -> None:
        operator = self.start()
        for kind, recorded in ((FLINK, _FLINK_RUNNING), (SPARK, _SPARK_RUNNING)):
            before = self.make(kind, recorded)
            with self.subTest(kind=kind):
                self.apply(self.with_stages(self.ref(kind)))
                self.wait_for_reason("Ready", "AsDeclared")
                self.apply(self.with_stages(self.ref(kind), suspend=True))
                self.wait_until_seen()
                self.wait_for_reconciles(operator, 3)
                self.apply(self.with_stages(self.ref(kind)))
                self.wait_for_reason("Ready", "AsDeclared")
                self.assertEqual(self.theirs(kind), before)  # resourceVersion and managedFields too
                self.delete_pipeline()
                self.wait_gone()
                self.assertEqual(self.theirs(kind), before)

    def check_managed(self, kind: str, recorded: dict[str, str]) -> None:
        before = self.make(kind, recorded["running"])
        self.start()
        self.apply(self.with_stages(self.ref(kind, manage=True)))
        self.wait_for_reason("Ready", "AsDeclared")
        self.assertEqual(self.theirs(kind), before)
        self.apply(self.with_stages(self.ref(kind, manage=True), suspend=True))
        self.wait(lambda: self.is_suspended(kind), "it to be suspended")
        self.play_on(kind, "theirs", recorded["suspended"])
        self.wait_for_reason("Ready", "Suspended")
        self.apply(self.with_stages(self.ref(kind, manage=True)))
        self.wait(lambda: not self.is_suspended(kind), "it to be resumed")
        self.play_on(kind, "theirs", recorded["running"])
        self.wait_for_reason("Ready", "AsDeclared")
        after = self.theirs(kind)
        self.assertEqual({**after["spec"], "suspend": None}, {**before["spec"], "suspend": None})
        for field in ("labels", "annotations", "ownerReferences"):
            self.assertEqual(after["metadata"].get(field), before["metadata"].get(field))
        self.delete_pipeline()
        self.wait_gone()
        self.assertEqual(self.theirs(kind)["metadata"]["resourceVersion"], after["metadata"]["resourceVersion"])

    def is_suspended(self, kind: str) -> bool:
        spec = self.theirs(kind)["spec"]
        return spec.get("suspend", False) if kind == SPARK else spec["job"]["state"] == "suspended"

    def test_managed_flink_is_suspended_and_resumed(self) -> None:
        self.check_managed(FLINK, {"running": _FLINK_RUNNING, "suspended": _FLINK_SUSPENDED})

    def test_managed_spark_is_suspended_and_resumed(self) -> None:
        self.check_managed(SPARK, {"running": "spark_operator_2.5/running", "suspended": "spark_operator_2.5/suspended"})

    def test_one_that_is_not_there(self) -> None:
        self.start()
        self.apply(self.with_stages(self.ref(FLINK)))
        self.assertIn(f"there is no FlinkDeployment {self.namespace}/theirs", self.wait_for_reason("StagesReady", "WorkloadNotFound")["message"])
        self.make(FLINK, _FLINK_RUNNING)
        self.wait_for_reason("Ready", "AsDeclared")
