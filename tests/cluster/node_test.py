"""The cluster with the node: pods, volumes, names, logs; recovered after a crash; no trace after `down`.

It needs the machine's one node, so no cluster with a node may be up when it starts.
"""

from __future__ import annotations

import re
import subprocess
import unittest
from pathlib import Path

from cluster_command import cluster, kill, listening_addresses, run, tagged
from local_cluster import base_image, cache, state

POD = f"""
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: probe}}
spec:
  accessModes: [ReadWriteOnce]
  resources: {{requests: {{storage: 1Gi}}}}
---
apiVersion: v1
kind: Pod
metadata: {{name: probe}}
spec:
  terminationGracePeriodSeconds: 0
  securityContext: {{runAsUser: 10001, runAsGroup: 10001, runAsNonRoot: true}}
  containers:
    - name: probe
      image: {base_image.NAME}
      imagePullPolicy: Never
      command: [bash, -c, "echo started; sleep infinity"]
      volumeMounts: [{{name: data, mountPath: /data}}]
  volumes: [{{name: data, persistentVolumeClaim: {{claimName: probe}}}}]
"""


class Node(NodeCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cluster("base-image")
        archive = cache.directory("images") / "base-archive.tar"
        archive.unlink(missing_ok=True)
        cls.addClassCleanup(archive.unlink, missing_ok=True)
        base_image.buildah("push", base_image.NAME, f"docker-archive:{archive}:{base_image.NAME}",
                           log=cache.directory("logs") / "base-image.log")
        cluster("load-image", archive)
        run(state.FULL_CLUSTER, "kubectl", "apply", "-f", "-", stdin=POD)
        cls.wait_for_pod()

    @staticmethod
    def wait_for_pod() -> None:
        run(state.FULL_CLUSTER, "kubectl", "wait", "--for=condition=Ready", "pod/probe", "--timeout=120s")

    def in_pod(self, script: str) -> str:
        return run(state.FULL_CLUSTER, "kubectl", "exec", "probe", "--", "bash", "-c", script)

    def test_a_pod_finds_services_by_name(self) -> None:
        self.assertIn("10.96.0.1", self.in_pod("getent hosts kubernetes.default"))
        self.assertIn("kafka.kafka.svc.cluster.local", self.in_pod("getent hosts kafka.kafka.svc"))

    def test_a_pod_reaches_the_api_server_and_the_broker(self) -> None:
        for target in ("10.96.0.1/443", "kafka.kafka.svc/9092", "10.244.0.1/9092"):
            with self.subTest(target):
                self.in_pod(f"exec 3<>/dev/tcp/{target}")

    def test_logs_are_readable(self) -> None:
        self.assertEqual("started\n", run(state.FULL_CLUSTER, "kubectl", "logs", "probe"))

    def test_a_pod_that_is_not_root_keeps_data_through_a_crash_of_everything(self) -> None:
        self.in_pod("echo precious > /data/file")
        kill(state.FULL_CLUSTER)
        cluster("up")
        self.wait_for_pod()
        # The pod's old readiness may still be written down while its container starts anew.
        run(state.FULL_CLUSTER, "bash", "-c", "until kubectl exec probe -- true; do sleep 0.2; done")
        self.assertEqual("precious\n", self.in_pod("cat /data/file"))
        self.in_pod("exec 3<>/dev/tcp/kafka.kafka.svc/9092")

    def test_nothing_listens_on_the_machines_interface(self) -> None:
        self.assertEqual({state.LOOPBACK, state.NODE_ADDRESS}, listening_addresses(state.FULL_CLUSTER))


if __name__ == "__main__":
    unittest.main()
