"""Clusters without a node: side by side, idempotent, recovered after a crash, gone after `down`."""

from __future__ import annotations

import os
import socket
import unittest

from cluster_command import cluster, environment, kill, listening_addresses, pids, refusal, run, tagged
from local_cluster import state

FIRST, SECOND = f"test-{os.getpid()}-a", f"test-{os.getpid()}-b"


def up(name: str) -> None:
    cluster("up", "--control-plane-only", "--name", name)


class ControlPlane(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        for name in (FIRST, SECOND):
            cls.addClassCleanup(cluster, "down", "--name", name)
            up(name)

    def test_two_clusters_share_nothing(self) -> None:
        first, second = environment(FIRST), environment(SECOND)
        for variable in ("KUBECONFIG", "KAFKA_BOOTSTRAP", "KAFKA_SASL_BOOTSTRAP", "KAFKA_SASL_TLS_BOOTSTRAP"):
            self.assertNotEqual(first[variable], second[variable])
        run(FIRST, "kubectl", "create", "configmap", "only-here")
        self.assertNotIn("only-here", run(SECOND, "kubectl", "get", "configmaps", "--output=name"))

    def test_up_again_changes_nothing(self) -> None:
        before = pids(FIRST)
        up(FIRST)
        self.assertEqual(before, pids(FIRST))

    def test_a_namespace_is_deleted_with_what_it_holds(self) -> None:
        run(FIRST, "kubectl", "create", "namespace", "short-lived")
        run(FIRST, "kubectl", "--namespace=short-lived", "create", "configmap", "inside")
        run(FIRST, "kubectl", "delete", "namespace", "short-lived", "--timeout=60s")

    def test_all_listeners_of_the_broker_serve(self) -> None:
        env = environment(FIRST)
        login = ["-X", f"sasl.username={env['KAFKA_USER']}", "-X", f"sasl.password={env['KAFKA_PASSWORD']}"]
        tls = ["-X", "security.protocol=SASL_SSL", "-X", f"ssl.ca.location={env['KAFKA_CA_FILE']}"]
        ways = {"plain": ["-b", env["KAFKA_BOOTSTRAP"]]}
        for mechanism in ("SCRAM-SHA-512", "PLAIN"):
            sasl = ["-X", f"sasl.mechanism={mechanism}", *login]
            ways[mechanism] = ["-b", env["KAFKA_SASL_BOOTSTRAP"], "-X", "security.protocol=SASL_PLAINTEXT", *sasl]
            ways[f"{mechanism} TLS"] = ["-b", env["KAFKA_SASL_TLS_BOOTSTRAP"], *tls, *sasl]
        for way, arguments in ways.items():
            with self.subTest(way):
                self.assertIn("1 brokers", run(FIRST, "kcat", "-L", "-m", "20", *arguments))

    def test_nothing_listens_beyond_loopback(self) -> None:
        self.assertEqual({state.LOOPBACK}, listening_addresses(FIRST))


class Recovery(unittest.TestCase):
    def setUp(self) -> None:
        self.addCleanup(cluster, "down", "--name", FIRST)
        up(FIRST)

    def test_after_a_crash_up_brings_the_same_data_back(self) -> None:
        run(FIRST, "kubectl", "create", "configmap", "kept")
        run(FIRST, "kafka-topics.sh", "--bootstrap-server", environment(FIRST)["KAFKA_BOOTSTRAP"], "--create", "--topic", "kept")
        kill(FIRST)
        address, _, port = environment(FIRST)["KAFKA_BOOTSTRAP"].rpartition(":")
        with socket.create_server((address, int(port))):  # a stranger takes the broker's port
            up(FIRST)
            bootstrap = environment(FIRST)["KAFKA_BOOTSTRAP"]
            self.assertNotEqual(f"{address}:{port}", bootstrap)
            self.assertIn("configmap/kept", run(FIRST, "kubectl", "get", "configmaps", "--output=name"))
            self.assertIn("kept", run(FIRST, "kafka-topics.sh", "--bootstrap-server", bootstrap, "--list"))

    def test_up_brings_back_a_process_that_was_stopped(self) -> None:
        before = pids(FIRST)
        cluster("stop", "broker", "--name", FIRST)
        self.assertIn("broker", [part for part in before if int(before[part]) not in tagged(FIRST)])
        up(FIRST)
        after = pids(FIRST)
        self.assertEqual({"broker"}, {part for part in after if after[part] != before[part]})

    def test_down_leaves_nothing_even_after_a_crash(self) -> None:
        kill(FIRST)
        cluster("down", "--name", FIRST)
        self.assertEqual([], tagged(FIRST))
        self.assertFalse(state.directory_of(FIRST).exists())
        cluster("down", "--name", FIRST)  # once more is no error


class Refusals(unittest.TestCase):
    def test_what_is_not_up_is_named(self) -> None:
        for command in ("env", "status"):
            self.assertIn("'no-such-cluster' is not up", refusal(command, "--name", "no-such-cluster"))

    def test_a_name_is_one_path_segment(self) -> None:
        self.assertIn("is no name for a cluster", refusal("up", "--control-plane-only", "--name", "../elsewhere"))

    def test_a_missing_archive_is_named(self) -> None:
        self.assertIn("/no/such.tar", refusal("load-image", "/no/such.tar"))


if __name__ == "__main__":
    unittest.main()
