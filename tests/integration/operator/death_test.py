"""The process dies, ends, and has a rival."""

from __future__ import annotations

import random
import time
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

from operator_case import OperatorCase
from operator_process import OperatorProcess


class Death(OperatorCase):
    def test_killed_at_any_moment_it_ends_where_it_would_have(self) -> None:
        """kill -9 at moments that differ, through a creation, an edit and a deletion."""
        seed = random.randrange(2**32)
        moments = random.Random(seed)
        with self.subTest(seed=seed):
            self.apply(self.spec(deletionPolicy="Delete"))
            self.die(moments, 6)
            self.start()
            self.wait_topics_ready()
            self.wait_for_reason("BridgesReady", "BridgesStarting")
            self.assertEqual([topic["created"] for topic in self.status()["topics"]], [True, True])
            spec = self.spec(deletionPolicy="Delete")
            spec["topics"][0].update(partitions=4, config={"retention.ms": "-1"})
            spec["bridges"][0]["replicas"] = 2
            self.apply(spec)
            self.operators[-1].kill()
            self.die(moments, 4)
            self.start()
            self.wait(lambda: self.stateful_set()["spec"]["replicas"] == 2, "the replicas")
            self.wait_topics_ready()
            self.assertEqual((self.broker.partitions(self.topic("in")), self.broker.config(self.topic("in"))), (4, {"retention.ms": "-1"}))
            self.delete_pipeline()
            self.operators[-1].kill()
            self.die(moments, 4)
            self.start()
            self.wait_gone()
            self.assertEqual(self.broker.topics(self.namespace), set())

    def test_a_restart_changes_nothing(self) -> None:
        operator = self.start_with_pipeline()
        self.run_pods()
        self.wait_for_reason("Ready", "AsDeclared")
        self.wait(lambda: "lagRecords" in self.status()["bridges"][0], "the first figures")
        before = self.versions()
        self.assertEqual(operator.stop(), 0)
        again = self.start()
        self.wait_for_reconciles(again, 10)
        self.assertEqual(self.versions(), before)


class Leader(OperatorCase):
    def test_one_leads_and_the_other_takes_over(self) -> None:
        first = self.start()
        self.wait(first.leads, "the first to lead")
        second = self.start()
        self.apply()
        self.wait_topics_ready()
        self.wait(lambda: second.page("/readyz") == (200, "ok, another process leads\n"), "the second to be ready")
        self.assertFalse(second.leads())
        first.kill()
        self.wait(second.leads, "the second to lead")
        self.apply(self.spec(suspend=True))
        self.wait_for_reason("Ready", "Suspended")

    def test_it_gives_the_lease_away_when_it_ends(self) -> None:
        first = self.start()
        self.wait(first.leads, "the first to lead")
        second = self.start()
        self.assertEqual(first.stop(), 0)
        begun = time.monotonic()
        self.wait(second.leads, "the second to lead")
        self.assertLess(time.monotonic() - begun, 10, "the lease was not released: it ran out")

    def test_whoever_loses_the_lease_ends(self) -> None:
        operator = self.start()
        self.wait(operator.leads, "it to lead")
        self.kube.patch("leases", self.namespace, "fusion-operator", {"spec": {"holderIdentity": "somebody-else"}})
        self.assertEqual(operator.wait(), 1)
        self.assertIn('why="the lease was lost"', operator.log())


class BadStart(OperatorCase):
    def refusal(self, kubeconfig: str) -> str:
        with TemporaryDirectory() as directory:
            file = Path(directory) / "kubeconfig"
            file.write_text(kubeconfig, encoding="utf-8")
            operator = self.start(f"--kubeconfig={file}")
            self.assertEqual(operator.wait(), 1)
            return operator.log()

    def test_a_kubeconfig_that_is_none(self) -> None:
        said = self.refusal("}{ this is no YAML")
        self.assertIn('msg="no way to the API server"', said)
        self.assertIn("kubeconfig", said)

    def test_a_kubeconfig_without_a_context(self) -> None:
        self.assertIn("kubeconfig", self.refusal("apiVersion: v1\nkind: Config\n"))

    def test_a_kafka_config_that_is_wrong(self) -> None:
        with TemporaryDirectory() as directory:
            file = Path(directory) / "kafka.yaml"
            file.write_text("bootstrapServer: a:1\n", encoding="utf-8")
            operator = self.start(f"--kafka-config={file}")
            self.assertEqual(operator.wait(), 1)
            self.assertIn("bootstrapServer: unknown field", operator.log())

    def test_a_wrong_option(self) -> None:
        operator = OperatorProcess("--kafka-resync=soon")
        self.addCleanup(operator.close)
        self.assertEqual(operator.wait(), 2)
        self.assertIn("'soon' is not a duration", operator.log())


if __name__ == "__main__":
    unittest.main()
