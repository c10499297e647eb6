"""The kinds of the engines in a cluster without a node: they hold what was recorded and what was documented."""

from __future__ import annotations

import json
import os
import subprocess
import unittest

from cluster_command import ROOT, cluster, run

NAME = f"test-{os.getpid()}-kinds"
KINDS = ("flinkdeployments.flink.apache.org", "flinksessionjobs.flink.apache.org", "sparkapplications.sparkoperator.k8s.io",
         "sparkapplications.spark.apache.org")
RECORDED = ROOT / "tests" / "unit" / "controllers" / "recorded"


class EngineKinds(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.addClassCleanup(cluster, "down", "--name", NAME)
        cluster("up", "--control-plane-only", "--name", NAME)
        command = [ROOT / "dev" / "engines", "crds", "--name", NAME, "--spark-operator", "2.5.1"]
        subprocess.run(command, capture_output=True, check=True)

    def test_every_object_is_stored_with_its_spec_and_its_status(self) -> None:
        wanted = {f"object-{number}": json.loads(file.read_text(encoding="utf-8"))
                  for number, file in enumerate(sorted(RECORDED.rglob("*.json")))}
        self.assertGreater(len(wanted), 100)
        self.write(["create", "--validate=strict"], wanted, "spec")
        self.write(["replace", "--subresource=status"], {name: one for name, one in wanted.items() if "status" in one}, "status")
        for name, stored in self.read(KINDS).items():
            one = wanted.pop(name)
            with self.subTest(f"{one['kind']} {one['metadata']['name']} at {one['metadata']['resourceVersion']}"):
                for part in ("apiVersion", "kind", "spec"):
                    self.assertEqual(one[part], stored[part])
                self.assertEqual(one.get("status", {}), stored.get("status", {}))
        self.assertEqual({}, wanted)

    def write(self, command: list[str], objects: dict[str, dict], part: str) -> None:
        items = [{"metadata": {"name": name}} | {key: one[key] for key in ("apiVersion", "kind", "spec", part)}
                 for name, one in objects.items()]
        manifest = json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
        run(NAME, "kubectl", *command, "--filename=-", stdin=manifest)

    def read(self, kinds: tuple[str, ...]) -> dict[str, dict]:
        items = json.loads(run(NAME, "kubectl", "get", ",".join(kinds), "--output=json"))["items"]
        return {item["metadata"]["name"]: item for item in items}


if __name__ == "__main__":
    unittest.main()
