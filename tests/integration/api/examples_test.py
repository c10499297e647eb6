"""Examples, as a user applies them: kubectl reads the YAML, fusionctl reads it too."""

from __future__ import annotations

import os
import unittest
from pathlib import Path

import fusionctl
from api_server import ROOT, ApiServer, kubectl

EXAMPLES = sorted((ROOT / "examples").rglob("*.yaml"))
SERVER: ApiServer

PIPELINE = """
apiVersion: fusion-operator.io/v1alpha1
kind: FusionPipeline
metadata: {{name: scalars, namespace: {namespace}}}
spec:
  topics:
  - name: a
    {field}: {value}
"""
# Plain scalars whose types YAML's versions dispute. As a setting's value they must be strings, as partitions integers.
SCALARS = [
    "6", "+6", "6.0", "6e0", "0x6", "0o6", "06", "08", "0b11", "1_000", "1.5", ".5", "-1", "'6'", '"6"', "!!str 6", "!!int 6",
    "true", "True", "yes", "y", "on", "off", "NO", "~", "null", "NULL", "''", "2026-01-31", "2026-01-31T08:00:00Z", "12:30:45",
    "1e3", "1E3", "1.2.3", ".inf", ".nan", "0x", "1__0", "-0x6", "+.5", "6 # six", "|-\n      6", "text", "[6]", "{a: b}",
]  # fmt: skip


def setUpModule() -> None:
    global SERVER
    SERVER = ApiServer(f"api-examples-{os.getpid()}")
    unittest.addModuleCleanup(SERVER.close)


class Examples(unittest.TestCase):
    def in_own_namespace(self, example: Path) -> str:
        text = example.read_text(encoding="utf-8")
        self.assertEqual(text.count("\n  namespace: demo\n"), text.count("\nmetadata:\n"), f"{example} is not in namespace demo")
        return text.replace("\n  namespace: demo\n", f"\n  namespace: {SERVER.namespace}\n")

    def test_there_are_examples(self) -> None:
        self.assertIn("flights.yaml", [example.name for example in EXAMPLES])

    def test_both_accept_each_example(self) -> None:
        for example in EXAMPLES:
            with self.subTest(example.name):
                kubectl("apply", "--dry-run=server", "-f", "-", stdin=self.in_own_namespace(example))
                done = fusionctl.run("-f", str(example))
                self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_second_apply_changes_nothing(self) -> None:
        for example in EXAMPLES:
            with self.subTest(example.name):
                first, second = (kubectl("apply", "-f", "-", stdin=self.in_own_namespace(example)).stdout for _ in range(2))
                self.assertRegex(first, r"^fusionpipeline\.fusion-operator\.io/\S+ created\n$")
                self.assertEqual(second, first.replace("created", "unchanged"))

    def test_both_read_plain_scalars_alike(self) -> None:
        wrong = []
        for field in ("partitions", "config.value"):
            for scalar in SCALARS:
                value = f"{{value: {scalar}}}" if field != "partitions" else scalar
                if field != "partitions" and (" #" in scalar or "|" in scalar):
                    continue  # not inside braces
                text = PIPELINE.format(namespace=SERVER.namespace, field=field.partition(".")[0], value=value)
                server = kubectl("apply", "--dry-run=server", "-f", "-", stdin=text, check=False)
                ours = fusionctl.run("-f", "-", stdin=text)
                if (server.returncode == 0) != (ours.returncode == 0):
                    wrong.append(f"{field}: {scalar}\n    kubectl: {server.stderr or 'accepts'}    fusionctl: {ours.stderr or 'accepts'}")
        self.assertFalse(wrong, "\n".join(wrong))

    def test_only_fusionctl_sees_a_key_that_stands_twice(self) -> None:
        """kubectl drops all but the last before anybody can check it."""
        text = PIPELINE.format(namespace=SERVER.namespace, field="partitions", value="6\n    partitions: 7")
        kubectl("apply", "--dry-run=server", "-f", "-", stdin=text)
        self.assertEqual(fusionctl.run("-f", "-", stdin=text).returncode, 2)


if __name__ == "__main__":
    unittest.main()
