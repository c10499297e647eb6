"""What an operator asks of the API server while nothing changes, as the API server itself counts it.

It brings up an API server of its own, where nobody else writes.
"""

from __future__ import annotations

import re
import subprocess
import time
import unittest

import own_control_plane
from operator_case import OperatorCase

_MINUTE_S = 60
_WRITES = ("POST", "PUT", "PATCH", "APPLY", "DELETE", "DELETECOLLECTION")
_SAMPLE = re.compile(r"^apiserver_request_total\{(.*)\} (\S+)$", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="([^"]*)"')


def setUpModule() -> None:
    own_control_plane.bring_up("rest")


def _requests() -> dict[tuple[str, str, str], float]:
    """By verb, resource and subresource, summed over the rest."""
    page = subprocess.run(["kubectl", "get", "--raw", "/metrics"], stdout=subprocess.PIPE, text=True, check=True).stdout
    counts: dict[tuple[str, str, str], float] = {}
    for labels, value in _SAMPLE.findall(page):
        label = dict(_LABEL.findall(labels))
        key = (label["verb"], label["resource"], label["subresource"])
        counts[key] = counts.get(key, 0) + float(value)
    return counts


def _difference(before: dict[tuple[str, str, str], float], after: dict[tuple[str, str, str], float]) -> dict[tuple[str, str, str], float]:
    return {key: value - before.get(key, 0) for key, value in after.items() if value != before.get(key, 0)}


class Rest(OperatorCase):
    def test_for_a_minute_nothing_is_written_but_the_lease(self) -> None:
        operator = self.start_with_pipeline()
        self.run_pods()
        self.wait_for_reason("Ready", "AsDeclared")
        self.wait(lambda: "lagRecords" in self.status()["bridges"][0], "the first figures")
        started, before, reconciles = time.monotonic(), _requests(), self.reconciles(operator)
        self.wait(lambda: time.monotonic() - started >= _MINUTE_S, "the minute to be over", timeout_s=2 * _MINUTE_S)
        during = _difference(before, _requests())
        writes = {key: count for key, count in during.items() if key[0] in _WRITES}
        leases = writes.pop(("PATCH", "leases", ""), 0) + writes.pop(("PUT", "leases", ""), 0)
        self.assertEqual(writes, {})
        self.assertGreater(leases, _MINUTE_S / 15, "the count does not see what the operator writes")
        self.assertGreater(self.reconciles(operator) - reconciles, _MINUTE_S / 2, "it did not look at the pipeline")

    def test_the_count_would_see_a_write(self) -> None:
        self.start_with_pipeline()
        before = _requests()
        name = self.stateful_set()["metadata"]["name"]
        self.kube.patch("statefulsets", self.namespace, name, {"spec": {"replicas": 7}})
        self.wait(lambda: self.stateful_set()["spec"]["replicas"] == 1, "the replicas to be repaired")
        self.assertIn(("APPLY", "statefulsets", ""), _difference(before, _requests()))


if __name__ == "__main__":
    unittest.main()
