"""Records arrive once, whatever is killed on the way."""

from __future__ import annotations

import unittest

import operator_process
from pipeline_case import PipelineCase, install_operator
from quickstart_steps.cluster import kubectl

_RECORDS = 60_000


def setUpModule() -> None:
    install_operator()


class Carry(PipelineCase):
    def test_records_arrive_once_while_a_bridge_and_the_operator_are_killed(self) -> None:
        self.assertIn("created", self.apply(deletionPolicy="Delete"))
        self.wait_ready()
        self.assertIn("unchanged", self.apply(deletionPolicy="Delete"))

        self.send(_RECORDS // 2)
        self.wait(lambda: self.committed() > 0, "the first commit")
        kubectl("delete", "pod", self.bridge_pods()[0], f"--namespace={self.namespace}", "--wait=false")
        restarts = operator_process.restarts()
        operator_process.kill()
        self.send(_RECORDS // 2, first=_RECORDS // 2)
        self.assert_carried_once(_RECORDS)

        self.wait(lambda: operator_process.restarts() > restarts, "the operator's restart")
        self.wait_ready()
        self.pipeline.wait_until(lambda pipeline: pipeline["status"].get("lag") == "0", "lag 0", timeout_s=60)
        self.delete()
        self.wait(lambda: not self.topics() & {self.source, self.target}, "the topics' deletion")
        self.assertEqual(self.bridge_pods(), [])


if __name__ == "__main__":
    unittest.main()
