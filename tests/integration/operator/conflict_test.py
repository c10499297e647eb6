"""What belongs to somebody else: children's names, topics, Secrets, patterns of the topic policy."""

from __future__ import annotations

import base64
import os
import tempfile
import unittest
from pathlib import Path

from broker import bootstrap
from kube import Object
from operator_case import OperatorCase

_LABEL = {"fusion-operator.io/kafka-credentials": "true"}


class NameConflict(OperatorCase):
    def names(self) -> tuple[str, str]:
        """What the bridge's StatefulSet and ConfigMap are called; nothing of them is left."""
        operator = self.start_with_pipeline()
        names = self.stateful_set()["metadata"]["name"], self.config_maps()[0]["metadata"]["name"]
        operator.kill()
        self.kube.delete("statefulsets", self.namespace, names[0])
        self.kube.delete("configmaps", self.namespace, names[1])
        return names

    def test_a_foreign_stateful_set(self) -> None:
        name, _ = self.names()
        labels = {"app": "theirs"}
        pod = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "theirs", "image": "theirs:1"}]}}
        theirs = self.kube.create(
            "statefulsets", self.namespace,
            {"metadata": {"name": name}, "spec": {"serviceName": name, "selector": {"matchLabels": labels}, "template": pod}},
        )  # fmt: skip
        operator = self.start()
        condition = self.wait_for_reason("BridgesReady", "NameConflict")
        self.assertIn(f"StatefulSet {self.namespace}/{name} exists and does not belong to this pipeline", condition["message"])
        self.assertEqual(self.condition("Stalled")["status"], "True")
        self.wait_for_reconciles(operator, 3)
        self.assertEqual(self.kube.get("statefulsets", self.namespace, name), theirs)
        self.kube.delete("statefulsets", self.namespace, name)
        self.touch()
        self.wait_for_reason("BridgesReady", "BridgesStarting")

    def test_a_foreign_config_map(self) -> None:
        _, name = self.names()
        theirs = self.kube.create("configmaps", self.namespace, {"metadata": {"name": name}, "data": {"theirs": "1"}})
        operator = self.start()
        condition = self.wait_for_reason("BridgesReady", "NameConflict")
        self.assertIn(f"ConfigMap {self.namespace}/{name} exists and does not belong to this pipeline", condition["message"])
        self.wait_for_reconciles(operator, 3)
        self.assertEqual(self.kube.get("configmaps", self.namespace, name), theirs)
        self.assertEqual(self.kube.list("statefulsets", self.namespace), [])

    def touch(self) -> None:
        """An edit: what failed is tried at once."""
        spec = self.spec()
        spec["bridges"][0]["commitInterval"] = "400ms"
        self.apply(spec)


class TopicConflict(OperatorCase):
    def test_one_pipeline_manages_a_topic_and_the_next_one_takes_over(self) -> None:
        self.start()
        spec = self.spec(topics=[{"name": self.topic("shared")}], bridges=[])
        self.apply(spec, "first")
        self.wait_for_reason("Ready", "AsDeclared", "first")
        self.apply(self.spec(topics=[{"name": self.topic("shared"), "config": {"retention.ms": "7"}}], bridges=[]), "second")
        condition = self.wait_for_reason("TopicsReady", "TopicConflict", "second")
        self.assertIn(f"topic {self.topic('shared')} is managed by {self.namespace}/first", condition["message"])
        self.assertEqual(self.broker.config(self.topic("shared")), {})
        self.assertEqual(self.condition("Ready", "first")["status"], "True")
        self.delete_pipeline("first")
        self.wait_for_reason("Ready", "AsDeclared", "second")
        self.assertEqual(self.broker.config(self.topic("shared")), {"retention.ms": "7"})
        self.assertFalse(self.status("second")["topics"][0].get("created", False))

    def test_two_pipelines_may_use_a_topic(self) -> None:
        self.start()
        self.apply(self.spec(topics=[{"name": self.topic("shared")}], bridges=[]), "first")
        self.wait_for_reason("Ready", "AsDeclared", "first")
        self.apply(self.spec(topics=[{"name": self.topic("shared"), "management": "Observed"}], bridges=[]), "second")
        self.wait_for_reason("Ready", "AsDeclared", "second")

    def test_a_topic_that_was_created_anew_stops_the_pipeline(self) -> None:
        self.start_with_pipeline()
        topic = self.topic("in")
        self.broker.delete([topic])
        self.wait(lambda: topic not in self.broker.topics(self.namespace), "the topic to go")
        self.wait_for_reason("TopicsReady", "TopicDeleted")
        self.broker.create(topic, 2)
        condition = self.wait_for_reason("TopicsReady", "TopicRecreated")
        self.assertIn("accept the new one with the annotation fusion-operator.io/accept-topic-id", condition["message"])


class Secrets(OperatorCase):
    def secured(self) -> Object:
        sasl = {
            "mechanism": "SCRAM-SHA-512",
            "username": os.environ["KAFKA_USER"],
            "passwordSecret": {"name": "kafka-user", "key": "password"},
        }
        return self.spec(kafka={"bootstrapServers": os.environ["KAFKA_SASL_BOOTSTRAP"], "sasl": sasl})

    def test_a_secret_is_missing_then_unlabelled_then_without_the_key_then_good(self) -> None:
        operator = self.start()
        self.apply(self.secured())
        condition = self.wait_for_reason("Ready", "SecretNotFound")
        self.assertEqual(
            condition["message"],
            f"Secret {self.namespace}/kafka-user does not exist, and spec.kafka.sasl.passwordSecret names it: create it with the keys "
            'password and the label fusion-operator.io/kafka-credentials: "true"',
        )
        password = base64.b64encode(os.environ["KAFKA_PASSWORD"].encode()).decode()
        self.kube.create("secrets", self.namespace, {"metadata": {"name": "kafka-user"}, "data": {"other": password}})
        self.assertIn('only with the label fusion-operator.io/kafka-credentials: "true"', self.wait_for_reason("Ready", "SecretNotLabelled")["message"])
        self.kube.patch("secrets", self.namespace, "kafka-user", {"metadata": {"labels": _LABEL}})
        self.assertIn("has no key password", self.wait_for_reason("Ready", "SecretKeyMissing")["message"])
        self.assertEqual(self.broker.topics(self.namespace), set())
        self.kube.patch("secrets", self.namespace, "kafka-user", {"data": {"password": password}})
        self.wait_topics_ready()
        said = operator.log() + str(self.pipeline()) + str(self.kube.list("events", self.namespace)) + str(self.config_maps())
        self.assertNotIn(os.environ["KAFKA_PASSWORD"], said)
        self.assertNotIn(password, said)

    def test_a_wrong_password(self) -> None:
        self.start()
        self.kube.create("secrets", self.namespace, {"metadata": {"name": "kafka-user", "labels": _LABEL}, "stringData": {"password": "wrong"}})
        self.apply(self.secured())
        self.wait_for_reason("TopicsReady", "KafkaAuthenticationFailed")


class DefaultConnection(OperatorCase):
    def start_with_default(self, policy: str = "") -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        file = Path(directory.name) / "kafka.yaml"
        file.write_text(f"bootstrapServers: {bootstrap()}\n{policy}", encoding="utf-8")
        self.start(f"--kafka-config={file}")

    def without_connection(self, *topics: str) -> Object:
        return {"topics": [{"name": topic} for topic in topics]}

    def test_without_a_policy_a_namespace_has_the_topics_of_its_name(self) -> None:
        self.start_with_default()
        self.apply(self.without_connection(self.topic("mine"), f"{self.namespace}-not-mine"))
        condition = self.wait_for_reason("TopicsReady", "TopicNotAllowed")
        self.assertIn(f"topic {self.namespace}-not-mine must not be used by namespace {self.namespace}", condition["message"])
        self.wait(lambda: self.broker.topics(self.namespace) == {self.topic("mine")}, "the topic that is allowed")

    def test_a_policy(self) -> None:
        self.start_with_default(f"topicPolicy:\n  {self.namespace}: ['{self.namespace}-*']\n")
        self.apply(self.without_connection(f"{self.namespace}-mine"))
        self.wait_for_reason("Ready", "AsDeclared")
        self.apply(self.without_connection(self.topic("mine")), "second")
        self.wait_for_reason("TopicsReady", "TopicNotAllowed", "second")

    def test_none_at_all(self) -> None:
        self.start()
        self.apply(self.without_connection(self.topic("mine")))
        self.assertIn("set spec.kafka", self.wait_for_reason("Ready", "KafkaNotConfigured")["message"])


if __name__ == "__main__":
    unittest.main()
