"""Pipelines that the API server takes and the operator refuses."""

from __future__ import annotations

import unittest

from operator_case import OperatorCase


class Validity(OperatorCase):
    def test_a_cycle(self) -> None:
        self.start()
        spec = self.spec()
        spec["bridges"].append({"name": "back", "from": {"topic": self.topic("out")}, "to": {"topic": self.topic("in")}})
        self.apply(spec)
        condition = self.wait_for_reason("Ready", "Cycle")
        self.assertIn("the data runs in a cycle", condition["message"])
        self.assertEqual(self.condition("Stalled")["status"], "True")
        self.assertEqual(self.broker.topics(self.namespace), set())
        self.apply()
        self.wait_topics_ready()

    def test_what_runs_goes_on_when_the_spec_becomes_invalid(self) -> None:
        self.start_with_pipeline()
        before = self.stateful_set()
        spec = self.spec()
        spec["bridges"].append({"name": "back", "from": {"topic": self.topic("out")}, "to": {"topic": self.topic("in")}})
        self.apply(spec)
        self.wait_for_reason("Ready", "Cycle")
        self.assertEqual(self.stateful_set(), before)

    def test_an_invalid_pipeline_can_be_deleted(self) -> None:
        self.start()
        self.apply(self.spec(deletionPolicy="Delete"))
        self.wait_topics_ready()
        spec = self.spec(deletionPolicy="Delete")
        spec["bridges"].append({"name": "back", "from": {"topic": self.topic("out")}, "to": {"topic": self.topic("in")}})
        self.apply(spec)
        self.wait_for_reason("Ready", "Cycle")
        self.delete_pipeline()
        self.wait_gone()
        self.assertEqual(self.broker.topics(self.namespace), set())


if __name__ == "__main__":
    unittest.main()
