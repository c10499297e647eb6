"""The frame of a test of stages: templates of the engines' objects, and the part of the engines' operators, played by recorded statuses."""

from __future__ import annotations

import json
from typing import Any

from kube import ROOT, Kube, Object, kubectl, path_of
from operator_case import PIPELINE, OperatorCase

FLINK = "flinkdeployments"
SPARK = "sparkapplications"
_RECORDED = ROOT / "tests" / "unit" / "controllers" / "recorded"
FULL_NAMES = {FLINK: "flinkdeployments.flink.apache.org", SPARK: "sparkapplications.sparkoperator.k8s.io"}


class History:
    """What has happened to the objects of a kind in a namespace since this was made, as the API server remembers it."""

    def __init__(self, kube: Kube, kind: str, namespace: str) -> None:
        self._path = path_of(kind, namespace)
        listed = kube.call("GET", self._path)
        self._since = listed["metadata"]["resourceVersion"]
        self._first = [("ADDED", item) for item in listed["items"]]

    def events(self) -> list[tuple[str, Object]]:
        """ADDED, MODIFIED or DELETED, with the object; what was there at first counts as added."""
        replay = kubectl("get", "--raw", f"{self._path}?watch=1&resourceVersion={self._since}&timeoutSeconds=1")
        events = [(event["type"], event["object"]) for event in map(json.loads, replay.splitlines())]
        assert all(what != "ERROR" for what, _ in events), f"the API server has forgotten: {events}"
        return self._first + events

    def uids(self) -> list[str]:
        """Of each object that there ever was, in their order."""
        return [item["metadata"]["uid"] for what, item in self.events() if what == "ADDED"]


class StageCase(OperatorCase):
    def _stage(self, name: str, engine: str, mode: str, kind: str, spec: Object, **changes: Any) -> Object:
        version = "flink.apache.org/v1beta1" if engine == "Flink" else "sparkoperator.k8s.io/v1beta2"
        return {
            "name": name, "engine": engine, "mode": mode,
            "inputs": [{"topic": self.topic("in")}], "outputs": [{"topic": self.topic("out")}],
            "workload": {"template": {"apiVersion": version, "kind": kind, "spec": spec}},
            **changes,
        }  # fmt: skip

    def flink(self, **changes: Any) -> Object:
        spec = {"image": "flink:test", "flinkVersion": "v1_18", "job": {"jarURI": "local:///job.jar", "parallelism": 1}}
        return self._stage("alert", "Flink", "Streaming", "FlinkDeployment", spec, **changes)

    def spark(self, mode: str = "Batch", **changes: Any) -> Object:
        spec = {
            "image": "spark:test", "type": "Python", "mode": "cluster", "sparkVersion": "3.5.7",
            "mainApplicationFile": "local:///job.py", "driver": {}, "executor": {},
        }  # fmt: skip
        return self._stage("profile", "Spark", mode, "SparkApplication", spec, **changes)

    def with_stages(self, *stages: Object, **changes: Any) -> Object:
        """Two topics and the stages between them, whose state lies in an object store."""
        return self.spec(**{"stages": list(stages), "bridges": [], "checkpoints": {"uri": "s3://state"}, **changes})

    @staticmethod
    def template_of(stage: Object) -> Object:
        """What the user writes as the spec of the engine's object."""
        return stage["workload"]["template"]["spec"]

    # Workloads

    def history(self, kind: str) -> History:
        return History(self.kube, kind, self.namespace)

    def wait_for_workload(self, kind: str, other_than: str = "") -> Object:
        """The only one, not the one with that UID."""

        def find() -> Object | None:
            found = self.kube.list(kind, self.namespace)
            return found[0] if len(found) == 1 and found[0]["metadata"]["uid"] != other_than else None

        return self.wait(find, f"one of {kind}")

    def workload(self, kind: str) -> Object:
        found = self.kube.list(kind, self.namespace)
        self.assertEqual(len(found), 1, [item["metadata"]["name"] for item in found])
        return found[0]

    def play(self, kind: str, recorded: str) -> None:
        """Writes the status that the engine's operator once wrote, as if it had acted upon the present spec."""
        self.play_on(kind, self.workload(kind)["metadata"]["name"], recorded)

    def play_on(self, kind: str, name: str, recorded: str) -> None:
        status = json.loads((_RECORDED / f"{recorded}.json").read_text(encoding="utf-8"))["status"]
        found = self.kube.get(kind, self.namespace, name)
        assert found is not None, f"{name} is gone"
        if "reconciliationStatus" in status:
            seen = {"spec": found["spec"], "resource_metadata": {"metadata": {"generation": found["metadata"]["generation"]}}}
            status["reconciliationStatus"]["lastReconciledSpec"] = json.dumps(seen)
        self.kube.patch(kind, self.namespace, name, {"status": None}, "status")
        self.kube.patch(kind, self.namespace, name, {"status": status}, "status")

    # Status

    def stage(self, name: str, pipeline: str = PIPELINE) -> Object:
        return next((stage for stage in self.status(pipeline).get("stages", []) if stage["name"] == name), {})

    def wait_for_state(self, name: str, state: str) -> Object:
        return self.wait(lambda: self.stage(name) if self.stage(name).get("state") == state else None, f"stage {name} to be {state}")

    def wait_until_seen(self) -> None:
        """The status is of the present spec."""
        self.wait(lambda: self.condition("StagesReady"), "the stages' condition for this spec")
