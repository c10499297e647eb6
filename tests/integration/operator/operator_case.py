"""The frame of a test: the operator's process on a namespace and on topics that no other test has."""

from __future__ import annotations

import os
import random
import time
import unittest
from collections.abc import Callable
from typing import Any

from broker import Broker, bootstrap
from kube import FINALIZER, Object, Refused, kube
from operator_process import OperatorProcess

PIPELINE = "flights"
_POLL_S = 0.05
_KINDS = ("fusionpipelines", "statefulsets", "configmaps", "persistentvolumeclaims")


class OperatorCase(unittest.TestCase):
    maxDiff = None

    def setUp(self) -> None:
        self.namespace = f"op-{os.getpid()}-{random.randrange(16**6):06x}"
        self.kube = kube()
        self.broker = Broker()
        self.operators: list[OperatorProcess] = []
        self.addCleanup(self._clean_up)
        self.kube.create_namespace(self.namespace)

    def _clean_up(self) -> None:
        crashes = [operator.crash() for operator in self.operators if operator.crash()]
        for operator in self.operators:
            operator.close()
        for kind in ("fusionpipelines", "persistentvolumeclaims", "statefulsets", "pods"):
            for item in self.kube.list(kind, self.namespace):
                name = item["metadata"]["name"]
                self.kube.delete(kind, self.namespace, name)
                if item["metadata"].get("finalizers") and self.kube.get(kind, self.namespace, name):
                    self.kube.patch(kind, self.namespace, name, {"metadata": {"finalizers": None}})
        if self.kube.namespace(self.namespace):
            self.kube.delete_namespace(self.namespace)
        self.broker.delete(self.broker.topics(self.namespace))
        self.broker.delete_groups(self.broker.groups(f"/{self.namespace}/"))
        self.assertEqual(crashes, [])

    # The operator

    def start(self, *arguments: str, lease_namespace: str = "") -> OperatorProcess:
        operator = OperatorProcess(
            f"--namespaces={self.namespace}", f"--lease-namespace={lease_namespace or self.namespace}", f"--installation-id={self.namespace[-6:]}",
            "--bridge-image=fusion-bridge:test", "--kafka-resync=1s", "--status-interval=1s", *arguments,
        )  # fmt: skip
        self.operators.append(operator)
        return operator

    def wait(self, done: Callable[[], Any], what: str, timeout_s: float = 60) -> Any:
        """What `done` returns once it is true."""
        deadline = time.monotonic() + timeout_s
        while True:
            value = done()
            if value:
                return value
            crashes = [operator.crash() for operator in self.operators if operator.crash()]
            if crashes or time.monotonic() > deadline:
                logs = "\n--\n".join("\n".join(operator.log().splitlines()[-40:]) for operator in self.operators)
                self.fail(f"{what}: not within {timeout_s:.0f} s {crashes or ''}\nstatus: {self.status()}\n{logs}")
            time.sleep(_POLL_S)

    def reconciles(self, operator: OperatorProcess) -> float:
        return sum(operator.figures("fusion_operator_reconcile_total").values())

    def wait_for_reconciles(self, operator: OperatorProcess, count: int) -> None:
        """That many more than now."""
        wanted = self.reconciles(operator) + count
        self.wait(lambda: self.reconciles(operator) >= wanted, f"{count} reconciles")

    def die(self, moments: random.Random, times: int) -> None:
        """Starts the operator and kills it at a moment that differs, that often."""
        for _ in range(times):
            operator = self.start()
            self.wait(lambda: self._leads(operator), "it to lead")  # the dead one's lease runs out
            time.sleep(moments.uniform(0, 0.4))  # the moment to die at
            operator.kill()
            self.forget_lease()

    def _leads(self, operator: OperatorProcess) -> bool:
        return "msg=leading" in operator.log()

    def forget_lease(self) -> None:
        """The dead do not release theirs; nobody else runs here."""
        self.kube.delete("leases", self.namespace, "fusion-operator")

    # Pipelines

    def topic(self, name: str) -> str:
        return f"{self.namespace}.{name}"

    def spec(self, **changes: Any) -> Object:
        """Two topics and a bridge between them."""
        spec = {
            "kafka": {"bootstrapServers": bootstrap()},
            "topics": [
                {"name": self.topic("in"), "partitions": 2, "config": {"retention.ms": "3600000"}},
                {"name": self.topic("out"), "partitions": 3},
            ],
            "bridges": [{"name": "copy", "from": {"topic": self.topic("in")}, "to": {"topic": self.topic("out")}}],
        }
        return {**spec, **changes}

    def apply(self, spec: Object | None = None, name: str = PIPELINE, annotations: dict[str, str] | None = None) -> None:
        """Creates the pipeline, or gives it another spec."""
        body = {
            "apiVersion": "fusion-operator.io/v1alpha1",
            "kind": "FusionPipeline",
            "metadata": {"name": name, "namespace": self.namespace, "annotations": annotations or {}},
            "spec": spec or self.spec(),
        }
        present = self.kube.get("fusionpipelines", self.namespace, name)
        if present is None:
            self.kube.create("fusionpipelines", self.namespace, body)
            return
        path = f"/apis/fusion-operator.io/v1alpha1/namespaces/{self.namespace}/fusionpipelines/{name}"
        while True:
            try:
                self.kube.call("PUT", path, {**self.pipeline(name), "spec": body["spec"]})
                return
            except Refused as refused:
                if refused.code != 409:  # a status was written in between
                    raise

    def pipeline(self, name: str = PIPELINE) -> Object:
        found = self.kube.get("fusionpipelines", self.namespace, name)
        assert found is not None, f"pipeline {name} is gone"
        return found

    def status(self, name: str = PIPELINE) -> Object:
        found = self.kube.get("fusionpipelines", self.namespace, name)
        return (found or {}).get("status", {})

    def condition(self, kind: str, name: str = PIPELINE) -> Object:
        """The condition as it is for the current spec; empty before."""
        found = self.kube.get("fusionpipelines", self.namespace, name) or {}
        status = found.get("status", {})
        if status.get("observedGeneration") != found.get("metadata", {}).get("generation"):
            return {}
        return next((condition for condition in status.get("conditions", []) if condition["type"] == kind), {})

    def wait_for_reason(self, kind: str, reason: str, name: str = PIPELINE, timeout_s: float = 60) -> Object:
        def is_so() -> Object | None:
            condition = self.condition(kind, name)
            return condition if condition.get("reason") == reason else None

        return self.wait(is_so, f"{kind} of {name} with reason {reason}", timeout_s)

    def wait_topics_ready(self, name: str = PIPELINE) -> None:
        self.wait_for_reason("TopicsReady", "AsDeclared", name)

    def delete_pipeline(self, name: str = PIPELINE) -> None:
        self.kube.delete("fusionpipelines", self.namespace, name)

    def wait_gone(self, name: str = PIPELINE, timeout_s: float = 60) -> None:
        self.wait(lambda: self.kube.get("fusionpipelines", self.namespace, name) is None, f"pipeline {name} to be gone", timeout_s)

    def has_finalizer(self, name: str = PIPELINE) -> bool:
        return FINALIZER in self.pipeline(name)["metadata"].get("finalizers", [])

    def start_with_pipeline(self, spec: Object | None = None) -> OperatorProcess:
        """The operator, and the pipeline at rest as far as it comes without a node: no pod is ever ready."""
        operator = self.start()
        self.apply(spec)
        self.wait_topics_ready()
        self.wait_for_reason("BridgesReady", "BridgesStarting")
        return operator

    # Children

    def stateful_set(self) -> Object:
        """The only one."""
        sets = self.kube.list("statefulsets", self.namespace)
        self.assertEqual(len(sets), 1, [item["metadata"]["name"] for item in sets])
        return sets[0]

    def config_maps(self) -> list[Object]:
        return [item for item in self.kube.list("configmaps", self.namespace) if "fusion-operator.io/child" in item["metadata"].get("labels", {})]

    def run_pods(self, replicas: int = 1) -> None:
        """Reports what the StatefulSet controller and a node would: all pods are ready."""
        self.run_pods_of(self.stateful_set()["metadata"]["name"], replicas)

    def run_pods_of(self, name: str, replicas: int) -> None:
        found = self.kube.get("statefulsets", self.namespace, name)
        assert found is not None, f"StatefulSet {name} is gone"
        status = {
            "replicas": replicas, "readyReplicas": replicas, "updatedReplicas": replicas, "currentReplicas": replicas,
            "observedGeneration": found["metadata"]["generation"],
        }  # fmt: skip
        self.kube.patch("statefulsets", self.namespace, name, {"status": status}, "status")

    def versions(self) -> dict[str, str]:
        """The resourceVersion of all that belongs to the test."""
        items = [(kind, item) for kind in (*_KINDS, "events") for item in self.kube.list(kind, self.namespace)]
        return {f"{kind} {item['metadata']['name']}": item["metadata"]["resourceVersion"] for kind, item in items}
