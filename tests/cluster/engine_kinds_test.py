"""The kinds of the engines in a cluster without a node: they hold what was recorded and what was documented."""

from __future__ import annotations

import json
import os
import subprocess
import unittest
from pathlib import Path

from cluster_command import ROOT, cluster, run

NAME = f"test-{os.getpid()}-kinds"
RECORDED = ROOT / "tests" / "unit" / "controllers" / "recorded"


class EngineKinds(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.addClassCleanup(cluster, "down", "--name", NAME)
        cluster("up", "--control-plane-only", "--name", NAME)
        command = [ROOT / "dev" / "engines", "crds", "--name", NAME, "--spark-operator", "2.5.1"]
        subprocess.run(command, capture_output=True, check=True)

    def test_every_object_is_stored_with_its_spec_and_its_status(self) -> None:
        files = sorted(RECORDED.rglob("*.json"))
        self.assertGreater(len(files), 100)
        for number, file in enumerate(files):
            with self.subTest(file.relative_to(RECORDED).as_posix()):
                self.check(file, f"object-{number}")

    def check(self, file: Path, name: str) -> None:
        wanted = json.loads(file.read_text(encoding="utf-8"))
        made = {key: wanted[key] for key in ("apiVersion", "kind", "spec")} | {"metadata": {"name": name}}
        run(NAME, "kubectl", "create", "--validate=strict", "--filename=-", stdin=json.dumps(made))
        kind = f"{wanted['kind'].lower()}s.{wanted['apiVersion'].partition('/')[0]}"
        if "status" in wanted:
            patch = json.dumps({"status": wanted["status"]})
            run(NAME, "kubectl", "patch", kind, name, "--subresource=status", "--type=merge", f"--patch={patch}")
        stored = json.loads(run(NAME, "kubectl", "get", kind, name, "--output=json"))
        self.assertEqual(wanted["spec"], stored["spec"])
        self.assertEqual(without_nulls(wanted.get("status", {})), without_nulls(stored.get("status", {})))


def without_nulls(value: object) -> object:
    """A patch takes a null for a deletion."""
    if isinstance(value, dict):
        return {key: without_nulls(one) for key, one in value.items() if one is not None}
    return value


if __name__ == "__main__":
    unittest.main()
