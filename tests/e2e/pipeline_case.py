"""The frame of an end-to-end test: the operator installed with Helm, a namespace, topics of its own, and records."""

from __future__ import annotations

import copy
import itertools
import json
import random
import shlex
import time
import unittest
from collections.abc import Callable

import yaml
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient
from quickstart_steps import installation
from quickstart_steps.cluster import ROOT, Object, bootstrap, environment, kubectl
from quickstart_steps.pipeline import Pipeline
from sample_data.carried import Carried, compare
from sample_data.flights import flights
from sample_data.records import send

BRIDGE = "flights"
_EXAMPLE = yaml.safe_load((ROOT / "examples" / "flights.yaml").read_text(encoding="utf-8"))


def install_operator() -> None:
    """For setUpModule: the operator of the sources, gone afterwards if it was not there before."""
    was_installed = installation.is_installed()
    image = installation.build_image()
    if not was_installed:
        unittest.addModuleCleanup(installation.uninstall)
    installation.install(image)


class PipelineCase(unittest.TestCase):
    """A namespace with the pipeline of examples/flights.yaml on topics that no other test has."""

    def setUp(self) -> None:
        self.namespace = f"e2e-{random.randrange(16**6):06x}"
        self.source, self.target = f"{self.namespace}.flights", f"{self.namespace}.flights-in"
        self.spec = self._own_spec()
        self.pipeline = Pipeline(self.namespace, "flights")
        self.admin = AdminClient({"bootstrap.servers": bootstrap()})
        self.addCleanup(self._clean_up)
        kubectl("create", "namespace", self.namespace)

    def _own_spec(self) -> Object:
        spec = copy.deepcopy(_EXAMPLE["spec"])
        names = {"flights": self.source, "flights-in": self.target}
        for topic in spec["topics"]:
            topic["name"] = names[topic["name"]]
        for stage in spec["stages"]:
            for edge in stage.get("inputs", []) + stage.get("outputs", []):
                edge["topic"] = names[edge["topic"]]
        for bridge in spec["bridges"]:
            bridge["from"]["topic"] = names[bridge["from"]["topic"]]
            bridge["to"]["topic"] = names[bridge["to"]["topic"]]
        return spec

    def _clean_up(self) -> None:
        kubectl("delete", "namespace", self.namespace, "--timeout=120s")
        # What deletionPolicy Retain keeps.
        topics = [name for name in self.topics() if name.startswith(self.namespace)]
        groups = list(self.groups())
        futures = [*(self.admin.delete_topics(topics).values() if topics else []),
                   *(self.admin.delete_consumer_groups(groups).values() if groups else [])]
        for future in futures:
            future.result()

    # Kubernetes

    def apply(self, **changes: object) -> str:
        """Applies the pipeline with these fields of its spec changed; returns what kubectl said."""
        manifest = {
            "apiVersion": _EXAMPLE["apiVersion"],
            "kind": _EXAMPLE["kind"],
            "metadata": {"name": self.pipeline.name, "namespace": self.namespace},
            "spec": self.spec | changes,
        }
        return kubectl("apply", "--filename=-", stdin=json.dumps(manifest))

    def edit(self, sed: str) -> None:
        """`kubectl edit` with a script for an editor."""
        environment()["KUBE_EDITOR"] = f"sed -E -i {shlex.quote(sed)}"
        said = kubectl("edit", "fusionpipeline", self.pipeline.name, f"--namespace={self.namespace}")
        self.assertIn("edited", said)

    def delete(self) -> None:
        kubectl("delete", "fusionpipeline", self.pipeline.name, f"--namespace={self.namespace}", "--timeout=120s")

    def bridge_pods(self) -> list[str]:
        """Names of the bridge's pods that are not on their way out."""
        text = kubectl("get", "pods", f"--namespace={self.namespace}", f"--selector=fusion-operator.io/bridge={BRIDGE}", "--output=json")
        return sorted(item["metadata"]["name"] for item in json.loads(text)["items"] if "deletionTimestamp" not in item["metadata"])

    def wait_ready(self) -> None:
        self.pipeline.wait_for("Ready", timeout_s=180, show=False)

    def wait(self, done: Callable[[], bool], what: str, timeout_s: float = 120) -> None:
        deadline = time.monotonic() + timeout_s
        while not done():
            if time.monotonic() > deadline:
                self.fail(f"{what} did not come within {timeout_s:.0f} s; the operator's log ends with\n{installation.operator_log()}")
            time.sleep(0.3)

    # Kafka

    def topics(self) -> set[str]:
        return set(self.admin.list_topics(timeout=30).topics)

    def groups(self) -> set[str]:
        """Consumer groups of this namespace's bridges."""
        listed = self.admin.list_consumer_groups(request_timeout=30).result()
        return {group.group_id for group in listed.valid if f"/{self.namespace}/" in group.group_id}

    def partitions(self, topic: str) -> int:
        return len(self.admin.list_topics(topic, timeout=30).topics[topic].partitions)

    def committed(self) -> int:
        """The records of the source that the bridge has committed: the sum of its positions."""
        return sum(max(0, position.offset) for position in self._positions())

    def _positions(self) -> list[TopicPartition]:
        # It asks for the group's positions and never joins the group.
        consumer = Consumer({"bootstrap.servers": bootstrap(), "group.id": self.pipeline.group(BRIDGE), "enable.auto.commit": False})
        try:
            partitions = [TopicPartition(self.source, number) for number in range(self.partitions(self.source))]
            return consumer.committed(partitions, timeout=30)
        finally:
            consumer.close()

    def send(self, count: int | None = None, first: int = 0) -> int:
        """Sends flights of the file, `count` from number `first` on; all of them without a count."""
        end = None if count is None else first + count
        return send(bootstrap(), self.source, itertools.islice(flights(), first, end))

    def compare(self) -> Carried:
        """Waits until all was carried, and compares by id."""
        return compare(bootstrap(), self.source, self.target, self.pipeline.group(BRIDGE))

    def assert_carried_once(self, sent: int) -> None:
        carried = self.compare()
        self.assertEqual((carried.sent, carried.arrived, carried.lost, carried.repeated), (sent, sent, 0, 0))

