"""Kafka that is away, and comes back."""

from __future__ import annotations

import unittest

from broker import Door
from operator_case import OperatorCase


class KafkaDown(OperatorCase):
    def setUp(self) -> None:
        super().setUp()
        self.door = Door()
        self.addCleanup(self.door.close)

    def test_it_is_said_and_heals_when_kafka_appears(self) -> None:
        self.start()
        self.apply(self.spec(kafka={"bootstrapServers": self.door.address}))
        condition = self.wait_for_reason("TopicsReady", "KafkaUnreachable")
        self.assertEqual(condition["status"], "Unknown")
        self.assertIn(self.door.address, condition["message"])
        self.assertEqual(self.condition("Stalled")["status"], "False")
        self.door.open()
        self.wait_topics_ready()
        self.wait_for_reason("BridgesReady", "BridgesStarting")

    def test_bridges_that_run_are_left_alone_and_can_be_suspended(self) -> None:
        """Suspending is how a person stops data in need: it must not wait for Kafka."""
        self.door.open()
        operator = self.start()
        spec = self.spec(kafka={"bootstrapServers": self.door.address})
        self.apply(spec)
        self.wait_topics_ready()
        self.wait_for_reason("BridgesReady", "BridgesStarting")
        self.run_pods()
        self.wait_for_reason("Ready", "AsDeclared")
        before = self.stateful_set()["metadata"]["resourceVersion"]
        # A client that is connected goes past the door: another process has to come in by it.
        operator.kill()
        self.door.close()
        operator = self.start()
        self.wait_for_reason("TopicsReady", "KafkaUnreachable")
        self.wait_for_reconciles(operator, 3)
        self.assertEqual(self.stateful_set()["metadata"]["resourceVersion"], before)
        self.apply({**spec, "suspend": True})
        self.wait(lambda: self.stateful_set()["spec"]["replicas"] == 0, "no replicas")

    def test_pods_move_to_another_address_once_kafka_was_found_there(self) -> None:
        self.start_with_pipeline()
        self.run_pods()
        self.wait_for_reason("Ready", "AsDeclared")
        before = self.stateful_set()["metadata"]["resourceVersion"]
        self.apply(self.spec(kafka={"bootstrapServers": self.door.address}))
        held = self.wait_for_reason("BridgesReady", "ConnectionNotConfirmed")
        self.assertIn(self.door.address, held["message"])
        self.assertEqual(self.stateful_set()["metadata"]["resourceVersion"], before)
        self.door.open()
        self.wait(lambda: self.stateful_set()["metadata"]["resourceVersion"] != before, "the roll")
        self.run_pods()
        self.wait_for_reason("Ready", "AsDeclared")


if __name__ == "__main__":
    unittest.main()
