"""What goes and what stays when a pipeline is deleted."""

from __future__ import annotations

import unittest

from pipeline_case import PipelineCase, install_operator
from quickstart_steps.cluster import kubectl

_RECORDS = 20_000


def setUpModule() -> None:
    install_operator()


class Deletion(PipelineCase):
    def children(self) -> str:
        kinds = "statefulsets,pods,persistentvolumeclaims,configmaps"
        selector = "app.kubernetes.io/managed-by=fusion-operator"
        return kubectl("get", kinds, f"--namespace={self.namespace}", f"--selector={selector}", "--output=name").strip()

    def test_retain_keeps_the_topics_and_applying_again_goes_on_where_it_stopped(self) -> None:
        self.apply()
        self.wait_ready()
        self.send(_RECORDS)
        self.assert_carried_once(_RECORDS)
        self.delete()
        self.wait(lambda: self.children() == "", "the children's deletion")
        self.assertLessEqual({self.source, self.target}, self.topics())

        self.send(_RECORDS, first=_RECORDS)
        self.apply()
        self.wait_ready()
        # A bridge that began anew would carry the first half once more.
        self.assert_carried_once(2 * _RECORDS)

    def test_delete_removes_topics_claims_and_groups(self) -> None:
        self.apply(deletionPolicy="Delete", checkpoints={"volume": {"size": "1Gi"}})
        self.wait_ready()
        self.send(_RECORDS)
        self.assert_carried_once(_RECORDS)
        self.assertIn("persistentvolumeclaim/", self.children())
        self.assertEqual(len(self.groups()), 1)
        self.delete()
        self.assertFalse(self.topics() & {self.source, self.target})
        self.assertEqual(self.groups(), set())
        self.wait(lambda: self.children() == "", "the children's deletion")


if __name__ == "__main__":
    unittest.main()
