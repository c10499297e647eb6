"""Flink and Spark on the cluster with the node: installed, used by jobs without a webhook's help, removed.

It needs the machine's one node, so no cluster with a node may be up when it starts.
"""

from __future__ import annotations

import json
import subprocess
import time
import unittest
from collections.abc import Callable

from cluster_command import ROOT, cluster, run
from local_cluster import state
from node_case import NodeCase

NAMESPACE = "jobs"
FLINK, SPARK = "flinkdeployments.flink.apache.org", "sparkapplications.sparkoperator.k8s.io"
_STARTS_S = 300  # half a minute on an idle machine
# What a job's pods find where a pod template has put it, as a shell says it.
_LOOK = "echo $PROBE $(cat /etc/job/greeting) $(touch /state/$(id -u) && echo writable)"

_PARTS = """
apiVersion: v1
kind: ConfigMap
metadata: {name: job}
data:
  greeting: hello
  look.py: |
    import os, subprocess
    from pyspark.sql import SparkSession
    context = SparkSession.builder.getOrCreate().sparkContext
    look = lambda _: subprocess.run(os.environ["LOOK"], shell=True, capture_output=True, text=True).stdout.strip()
    print("driver", look(None))
    print("executor", context.parallelize([0], 1).map(look).collect()[0])
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: state}
spec: {accessModes: [ReadWriteMany], resources: {requests: {storage: 1Gi}}}
"""


def engines(*arguments: str) -> str:
    """Runs a command that is expected to succeed, and returns its progress."""
    done = subprocess.run([ROOT / "dev" / "engines", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"dev/engines {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return done.stderr


def kubectl(*arguments: str, stdin: str = "") -> str:
    return run(state.FULL_CLUSTER, "kubectl", f"--namespace={NAMESPACE}", *arguments, stdin=stdin)


def wait(kind: str, name: str, done: Callable[[dict], bool], timeout_s: float = _STARTS_S) -> dict:
    """Until `done` holds of the object's status."""
    deadline = time.monotonic() + timeout_s
    while True:
        status = json.loads(kubectl("get", kind, name, "--output=json")).get("status", {})
        if done(status):
            return status
        if time.monotonic() > deadline:
            raise AssertionError(f"{kind} {name} after {timeout_s:.0f} s: {json.dumps(status)}")
        time.sleep(0.5)


def pod_template(container: str) -> dict:
    return {"spec": {
        "containers": [{
            "name": container,
            "env": [{"name": "PROBE", "value": "set"}, {"name": "LOOK", "value": _LOOK}],
            "volumeMounts": [{"name": "job", "mountPath": "/etc/job"}, {"name": "state", "mountPath": "/state"}],
        }],
        "volumes": [{"name": "job", "configMap": {"name": "job"}},
                    {"name": "state", "persistentVolumeClaim": {"claimName": "state"}}],
    }}


def flink_deployment(name: str) -> dict:
    configuration = {
        "taskmanager.numberOfTaskSlots": "1",
        "taskmanager.memory.managed.size": "32m",
        "state.checkpoints.dir": f"file:///state/{name}/checkpoints",
        "state.savepoints.dir": f"file:///state/{name}/savepoints",
        "kubernetes.jobmanager.cpu.limit-factor": "10",
        "kubernetes.taskmanager.cpu.limit-factor": "10",
        "env.java.opts.all": "-XX:+UseSerialGC --add-opens=java.base/java.lang=ALL-UNNAMED "
        "--add-opens=java.base/java.util=ALL-UNNAMED --add-opens=java.base/java.nio=ALL-UNNAMED",
    }
    return {
        "apiVersion": "flink.apache.org/v1beta1",
        "kind": "FlinkDeployment",
        "metadata": {"name": name},
        "spec": {
            "image": "docker.io/local/flink:1.18.1",
            "imagePullPolicy": "Never",
            "flinkVersion": "v1_18",
            "serviceAccount": "flink",
            "flinkConfiguration": configuration,
            "podTemplate": pod_template("flink-main-container"),
            "jobManager": {"resource": {"memory": "768m", "cpu": 0.1}},
            "taskManager": {"resource": {"memory": "900m", "cpu": 0.1}},
            "job": {"jarURI": "local:///opt/flink/examples/numbers.jar", "entryClass": "Numbers", "parallelism": 1,
                    "upgradeMode": "savepoint", "state": "running"},
        },
    }


def spark_application(name: str, main: str, **spec: object) -> dict:
    part = {"cores": 1, "coreRequest": "100m", "memory": "512m", "memoryOverhead": "384m"}
    return {
        "apiVersion": "sparkoperator.k8s.io/v1beta2",
        "kind": "SparkApplication",
        "metadata": {"name": name},
        "spec": {
            "type": "Python",
            "mode": "cluster",
            "sparkVersion": "3.5.7",
            "image": "docker.io/local/spark:3.5.7",
            "imagePullPolicy": "Never",
            "mainApplicationFile": main,
            "restartPolicy": {"type": "Never"},
            "driver": part | {"serviceAccount": "spark", "template": pod_template("spark-kubernetes-driver")},
            "executor": part | {"instances": 1, "template": pod_template("spark-kubernetes-executor")},
            **spec,
        },
    }


class Engines(NodeCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        engines("up", "--job-namespace", NAMESPACE)
        kubectl("apply", "--filename=-", stdin=_PARTS)

    def create(self, kind: str, made: dict) -> str:
        name = made["metadata"]["name"]
        kubectl("apply", "--filename=-", stdin=json.dumps(made))
        self.addCleanup(kubectl, "delete", kind, name, "--ignore-not-found", "--timeout=120s")
        return name

    def test_a_flink_job_runs_with_what_its_pod_template_brings_and_stops_with_a_savepoint(self) -> None:
        name = self.create(FLINK, flink_deployment("numbers"))
        wait(FLINK, name, lambda status: status.get("lifecycleState") == "STABLE")
        pods = kubectl("get", "pods", f"--selector=app={name}", "--output=name").split()
        self.assertEqual(len(pods), 2)
        for pod in pods:
            self.assertEqual("set hello writable\n", kubectl("exec", pod, "--", "sh", "-c", _LOOK))
        kubectl("patch", FLINK, name, "--type=merge", '--patch={"spec": {"job": {"state": "suspended"}}}')
        status = wait(FLINK, name, lambda status: status.get("lifecycleState") == "SUSPENDED")
        savepoint = status["jobStatus"]["savepointInfo"]["lastSavepoint"]
        self.assertIn(f"file:/state/{name}/savepoints/savepoint-", savepoint["location"])

    def test_a_spark_job_runs_with_what_its_pod_templates_bring(self) -> None:
        name = self.create(SPARK, spark_application("look", "local:///etc/job/look.py"))
        wait(SPARK, name, lambda status: status.get("applicationState", {}).get("state") == "COMPLETED")
        said = kubectl("logs", f"{name}-driver").splitlines()
        self.assertIn("driver set hello writable", said)
        self.assertIn("executor set hello writable", said)

    def test_spark_computes_pi(self) -> None:
        pi = "local:///opt/spark/examples/src/main/python/pi.py"
        name = self.create(SPARK, spark_application("pi", pi, arguments=["2"]))
        wait(SPARK, name, lambda status: status.get("applicationState", {}).get("state") == "COMPLETED")
        self.assertIn("Pi is roughly 3.1", kubectl("logs", f"{name}-driver"))

    def test_up_again_starts_no_new_pods(self) -> None:
        def pods() -> str:
            return "".join(kubectl("get", "pods", f"--namespace={name}-operator", "--output=name") for name in ("flink", "spark"))

        before = pods()
        engines("up", "--job-namespace", NAMESPACE)
        self.assertEqual(before, pods())

    def test_down_removes_jobs_before_their_operator_and_up_brings_it_back(self) -> None:
        kubectl("apply", "--filename=-", stdin=json.dumps(flink_deployment("left-behind")))
        wait(FLINK, "left-behind", lambda status: status.get("jobManagerDeploymentStatus") == "DEPLOYING")
        self.addCleanup(engines, "up", "--job-namespace", NAMESPACE)
        engines("down", "--only", "flink")
        self.assertNotIn("flink", kubectl("get", "crds", "--output=name"))
        self.assertNotIn("flink", kubectl("get", "namespaces", "--output=name"))
        self.assertNotIn("left-behind", kubectl("get", "pods", "--output=name"))


if __name__ == "__main__":
    unittest.main()
