"""kill -9 of the operator leaves the data flowing."""

from __future__ import annotations

import unittest

import operator_process
from pipeline_case import PipelineCase, install_operator
from quickstart_steps import installation
from quickstart_steps.cluster import kubectl

_RECORDS = 20_000


def setUpModule() -> None:
    install_operator()


class OperatorDeath(PipelineCase):
    def scale_operator(self, replicas: int) -> None:
        kubectl("scale", f"deployment/{installation.RELEASE}", f"--namespace={installation.NAMESPACE}", f"--replicas={replicas}")

    def test_bridges_carry_on_without_an_operator(self) -> None:
        self.apply()
        self.wait_ready()
        pods = self.bridge_pods()
        self.addCleanup(kubectl, "rollout", "status", f"deployment/{installation.RELEASE}", f"--namespace={installation.NAMESPACE}")
        self.addCleanup(self.scale_operator, 1)
        self.send(_RECORDS // 2)
        operator_process.kill()
        self.scale_operator(0)
        self.wait(lambda: not operator_process.pids(), "the operator's absence")
        self.send(_RECORDS // 2, first=_RECORDS // 2)
        self.assert_carried_once(_RECORDS)
        self.assertEqual(self.bridge_pods(), pods)

    def test_it_dies_again_and_again_and_the_pipeline_still_comes_to_be(self) -> None:
        self.apply()
        for _ in range(3):
            restarts = operator_process.restarts()
            self.wait(lambda: len(operator_process.pids()) == 1, "the operator's process")
            operator_process.kill()
            self.wait(lambda before=restarts: operator_process.restarts() > before, "the operator's restart")
        self.wait_ready()
        self.send(_RECORDS)
        self.assert_carried_once(_RECORDS)


if __name__ == "__main__":
    unittest.main()
