"""What goes with a pipeline and what stays."""

from __future__ import annotations

import unittest

from broker import Door
from kube import FINALIZER
from operator_case import PIPELINE, OperatorCase
from operator_process import OperatorProcess


class Deletion(OperatorCase):
    def start_and_run(self, policy: str, lease_namespace: str = "") -> OperatorProcess:
        """A pipeline that has everything that a deletion could take: topics, a claim, a committed position."""
        operator = self.start(lease_namespace=lease_namespace)
        self.apply(self.spec(deletionPolicy=policy, checkpoints={"volume": {"size": "1Gi"}}))
        self.wait_topics_ready()
        self.wait_for_reason("BridgesReady", "BridgesStarting")
        found = self.stateful_set()
        template = found["spec"]["volumeClaimTemplates"][0]
        self.claim = f"{template['metadata']['name']}-{found['metadata']['name']}-0"
        # What the StatefulSet controller makes of the template; nobody would take the protection off again here.
        claim = {"metadata": {"name": self.claim, "labels": template["metadata"]["labels"]}, "spec": template["spec"]}
        self.kube.create("persistentvolumeclaims", self.namespace, claim)
        self.kube.patch("persistentvolumeclaims", self.namespace, self.claim, {"metadata": {"finalizers": None}})
        self.group = f"{self.namespace[-6:]}/{self.namespace}/{PIPELINE}/copy"
        self.broker.commit(self.group, self.topic("in"), 0)
        return operator

    def children(self) -> list:
        return self.kube.list("statefulsets", self.namespace) + self.config_maps()

    def test_retain_keeps_all_that_holds_data(self) -> None:
        self.start_and_run("Retain")
        self.assertFalse(self.has_finalizer())
        topics = self.broker.topics(self.namespace)
        self.delete_pipeline()
        self.wait_gone()
        self.wait(lambda: not self.children(), "the children to go")
        self.assertEqual(self.broker.topics(self.namespace), topics)
        self.assertEqual(self.broker.groups(self.namespace), {self.group})
        self.assertIsNotNone(self.kube.get("persistentvolumeclaims", self.namespace, self.claim))

    def test_delete_takes_topics_claims_and_groups(self) -> None:
        self.start_and_run("Delete")
        self.assertTrue(self.has_finalizer())
        self.delete_pipeline()
        self.wait_gone()
        self.assertEqual(self.broker.topics(self.namespace), set())
        self.assertEqual(self.broker.groups(self.namespace), set())
        self.assertIsNone(self.kube.get("persistentvolumeclaims", self.namespace, self.claim))
        self.wait(lambda: not self.children(), "the children to go")

    def test_topics_go_only_after_the_pods(self) -> None:
        operator = self.start_and_run("Delete")
        found = self.stateful_set()
        controller = {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": found["metadata"]["name"], "uid": found["metadata"]["uid"], "controller": True}
        template = found["spec"]["template"]
        pod = {
            "metadata": {"name": f"{found['metadata']['name']}-0", "labels": template["metadata"]["labels"], "ownerReferences": [controller],
                         "finalizers": ["example.com/stops-slowly"]},
            "spec": {"containers": [{"name": "bridge", "image": "fusion-bridge:test"}]},
        }  # fmt: skip
        self.kube.create("pods", self.namespace, pod)
        topics = self.broker.topics(self.namespace)
        self.delete_pipeline()
        self.wait(lambda: f"waits for pod {pod['metadata']['name']}" in self.status().get("message", ""), "the status to name the pod")
        self.wait_for_reconciles(operator, 2)
        self.assertEqual(self.broker.topics(self.namespace), topics)
        self.kube.patch("pods", self.namespace, pod["metadata"]["name"], {"metadata": {"finalizers": None}})
        self.wait_gone()
        self.assertEqual(self.broker.topics(self.namespace), set())

    def test_topics_that_we_did_not_create_stay(self) -> None:
        self.broker.create(self.topic("in"), 2)
        self.start_and_run("Delete")
        self.delete_pipeline()
        self.wait_gone()
        self.assertEqual(self.broker.topics(self.namespace), {self.topic("in")})

    def test_a_topic_that_another_pipeline_uses_stays(self) -> None:
        self.start_and_run("Delete")
        self.apply(self.spec(topics=[{"name": self.topic("out"), "management": "Observed"}], bridges=[]), "second")
        self.wait_for_reason("Ready", "AsDeclared", "second")
        self.delete_pipeline()
        self.wait_gone()
        self.assertEqual(self.broker.topics(self.namespace), {self.topic("out")})

    def test_the_finalizer_follows_the_policy(self) -> None:
        self.start_and_run("Delete")
        self.apply(self.spec(deletionPolicy="Retain", checkpoints={"volume": {"size": "1Gi"}}))
        self.delete_pipeline()
        self.wait_gone()
        self.assertEqual(len(self.broker.topics(self.namespace)), 2)

    def test_without_kafka_it_waits_until_the_policy_is_retain(self) -> None:
        door = Door()
        self.start_and_run("Delete")
        spec = self.spec(deletionPolicy="Delete", checkpoints={"volume": {"size": "1Gi"}})
        spec["kafka"] = {"bootstrapServers": door.address}
        self.apply(spec)
        self.wait_for_reason("TopicsReady", "KafkaUnreachable")
        self.delete_pipeline()
        self.wait(lambda: "being deleted, waits for Kafka" in self.status().get("message", ""), "the status to say so")
        self.assertIn(FINALIZER, self.pipeline()["metadata"]["finalizers"])
        self.kube.patch("fusionpipelines", self.namespace, PIPELINE, {"spec": {"deletionPolicy": "Retain"}})
        self.wait_gone()
        self.assertEqual(len(self.broker.topics(self.namespace)), 2)

    def test_deleting_goes_on_when_kafka_is_back(self) -> None:
        door = Door()
        self.addCleanup(door.close)
        self.start_and_run("Delete")
        spec = self.spec(deletionPolicy="Delete", checkpoints={"volume": {"size": "1Gi"}})
        spec["kafka"] = {"bootstrapServers": door.address}
        self.apply(spec)
        self.wait_for_reason("TopicsReady", "KafkaUnreachable")
        self.delete_pipeline()
        self.wait(lambda: "being deleted, waits for Kafka" in self.status().get("message", ""), "the status to say so")
        door.open()
        self.wait_gone()
        self.assertEqual(self.broker.topics(self.namespace), set())

    def test_a_namespace_goes_with_all_that_is_in_it(self) -> None:
        """Kafka is there: its topics go too. That it gives up after 5 minutes without Kafka is tested with plain values."""
        elsewhere = f"{self.namespace}-lease"
        self.kube.create_namespace(elsewhere)
        self.addCleanup(self.kube.delete_namespace, elsewhere)
        self.start_and_run("Delete", lease_namespace=elsewhere)
        self.kube.delete_namespace(self.namespace)
        self.wait_gone()
        self.assertEqual(self.broker.topics(self.namespace), set())


if __name__ == "__main__":
    unittest.main()
