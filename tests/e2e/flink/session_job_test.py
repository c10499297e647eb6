"""A stage in a session cluster that is somebody else's: its pods know no contract, all of it comes with the job."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition
from engines_steps import flink, images
from local_cluster.progress import Failure
from pipeline_case import install_operator
from quickstart_steps import flight_delays, installation
from quickstart_steps.cluster import ROOT, Object, bootstrap, get, kubectl
from quickstart_steps.pipeline import Pipeline

_NAMESPACE = flight_delays.NAMESPACES[1]
_SESSION = "session"
_LABEL = "fusion-operator-test=session-job"
_FLINK = "flink.apache.org/v1beta1"
_LIMIT_S = 300


def setUpModule() -> None:
    install_operator()
    command = [ROOT / "dev" / "engines", "up", "--only=flink", f"--job-namespace={_NAMESPACE}"]
    if subprocess.run(command, check=False).returncode != 0:
        raise Failure("the Flink operator was not installed")


def jar() -> bytes:
    """The job with the library that reads the contract."""
    sources = [*(ROOT / "examples" / "flink").rglob("*.java"), Path(__file__).with_name("Copy.java")]
    libraries = f"{flink.DISTRIBUTION.ensure()}/lib/*"
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run(["javac", "--release", "11", "-Xlint:-options", "-cp", libraries, "-d", f"{directory}/classes", *sources], check=True)
        subprocess.run(["jar", "--create", "--file", f"{directory}/copy.jar", "-C", f"{directory}/classes", "."], check=True)
        return Path(directory, "copy.jar").read_bytes()


def named(kind: str, name: str, version: str = "v1", **content: object) -> Object:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "labels": dict([_LABEL.split("=")])}, **content}


def jar_server() -> list[Object]:
    """Where the Flink operator fetches the jar: of a session job it can be nowhere else."""
    server = {
        "name": "server",
        "image": images.FLINK.name,
        "imagePullPolicy": "Never",
        "command": ["python3", "-m", "http.server", "8080", "--directory=/jars"],
        "readinessProbe": {"httpGet": {"path": "/copy.jar", "port": 8080}, "periodSeconds": 1},
        "volumeMounts": [{"name": "jars", "mountPath": "/jars"}],
    }
    pod = named("Pod", "jars", spec={"containers": [server], "volumes": [{"name": "jars", "configMap": {"name": "jars"}}]})
    pod["metadata"]["labels"]["serves"] = "jars"
    service = named("Service", "jars", spec={"selector": {"serves": "jars"}, "ports": [{"port": 8080}]})
    return [named("ConfigMap", "jars", binaryData={"copy.jar": base64.b64encode(jar()).decode()}), pod, service]


def session_cluster() -> list[Object]:
    """A FlinkDeployment without a job, as its owner would write it: with a volume where jobs may keep their state."""
    container = {"name": "flink-main-container", "volumeMounts": [{"name": "state", "mountPath": "/state"}]}
    claim = {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "1Gi"}}}
    volume = {"name": "state", "persistentVolumeClaim": {"claimName": "session-state"}}
    spec = {
        "image": images.FLINK.name,
        "imagePullPolicy": "Never",
        "flinkVersion": "v1_18",
        "serviceAccount": "flink",
        "flinkConfiguration": {
            "taskmanager.numberOfTaskSlots": "1",
            "taskmanager.memory.managed.size": "32m",
            # The Flink operator asks for them here before it looks at a job's own.
            "state.checkpoints.dir": "file:///state/session/checkpoints",
            "state.savepoints.dir": "file:///state/session/savepoints",
            "kubernetes.jobmanager.cpu.limit-factor": "10",
            "kubernetes.taskmanager.cpu.limit-factor": "10",
            "env.java.opts.all": "-XX:+UseSerialGC --add-opens=java.base/java.lang=ALL-UNNAMED "
            "--add-opens=java.base/java.util=ALL-UNNAMED --add-opens=java.base/java.nio=ALL-UNNAMED",
        },
        "podTemplate": {"spec": {"containers": [container], "volumes": [volume]}},
        "jobManager": {"resource": {"memory": "768m", "cpu": 0.1}},
        "taskManager": {"resource": {"memory": "900m", "cpu": 0.1}},
    }
    return [named("PersistentVolumeClaim", "session-state", spec=claim), named("FlinkDeployment", _SESSION, _FLINK, spec=spec)]


class SessionJob(unittest.TestCase):
    def setUp(self) -> None:
        prefix = f"session-{os.getpid()}."
        self.numbers, self.copies = f"{prefix}numbers", f"{prefix}copies"
        self.pipeline = Pipeline(_NAMESPACE, "session-copy")
        self.addCleanup(self._clean_up)
        self._create(*jar_server(), *session_cluster())
        kubectl("wait", "pod/jars", "--for=condition=Ready", f"--namespace={_NAMESPACE}", "--timeout=120s")

    @staticmethod
    def _clean_up() -> None:
        # Jobs before the session in which they run: their finalizers ask it.
        for kind in ("fusionpipelines", "flinkdeployments.flink.apache.org", "pods,services,configmaps,persistentvolumeclaims"):
            kubectl("delete", kind, f"--namespace={_NAMESPACE}", f"--selector={_LABEL}", f"--timeout={_LIMIT_S}s")

    @staticmethod
    def _create(*objects: Object) -> None:
        kubectl("create", f"--namespace={_NAMESPACE}", "--filename=-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))

    def test_a_job_is_told_by_parameters_and_goes_on_from_its_savepoint(self) -> None:
        self.assertIn("created", self.apply())
        self.wait_for("Running")
        self.send(range(1_000))
        self.wait_for_copies(1_000)

        self.apply(suspend=True)
        self.assertRegex(self.wait_for("Suspended")["savepoint"], "^file:/state/copy/.*savepoints/savepoint-")
        self.send(range(1_000, 2_000))
        self.apply()
        workload = self.wait_for("Running")["workload"]
        self.wait_for_copies(2_000)
        self.pipeline.wait_for("Ready", timeout_s=_LIMIT_S, show=False)

        kubectl("delete", "fusionpipeline", self.pipeline.name, f"--namespace={_NAMESPACE}", f"--timeout={_LIMIT_S}s")
        self.assertIsNone(get("flinksessionjobs.flink.apache.org", workload, _NAMESPACE))
        session = get("flinkdeployments.flink.apache.org", _SESSION, _NAMESPACE)
        assert session is not None
        self.assertEqual(session["status"]["jobManagerDeploymentStatus"], "READY", "it is not the pipeline's to stop")

    def apply(self, suspend: bool = False) -> str:
        job = {"jarURI": f"http://jars.{_NAMESPACE}:8080/copy.jar", "entryClass": "Copy", "parallelism": 1}
        template = {
            "apiVersion": _FLINK,
            "kind": "FlinkSessionJob",
            "spec": {"deploymentName": _SESSION, "job": job, "flinkConfiguration": {"execution.checkpointing.interval": "2s"}},
        }
        stage = {"name": "copy", "engine": "Flink", "mode": "Streaming", "workload": {"template": template}}
        stage |= {"inputs": [{"topic": self.numbers}], "outputs": [{"topic": self.copies}], "checkpoints": {"uri": "file:///state/copy"}}
        topics = [{"name": topic, "partitions": 2} for topic in (self.numbers, self.copies)]
        spec = {"kafka": {"bootstrapServers": installation.KAFKA}, "topics": topics, "stages": [stage], "deletionPolicy": "Delete"}
        spec |= {"suspend": True} if suspend else {}
        manifest = named("FusionPipeline", self.pipeline.name, "fusion-operator.io/v1alpha1", spec=spec)
        return kubectl("apply", f"--namespace={_NAMESPACE}", "--filename=-", stdin=json.dumps(manifest))

    def wait_for(self, state: str) -> Object:
        """Until the stage is in this state; returns its status."""

        def stages(pipeline: Object) -> list[Object]:
            current = pipeline.get("status", {}).get("observedGeneration", 0) >= pipeline["metadata"]["generation"]
            return [stage for stage in pipeline.get("status", {}).get("stages", []) if current and stage.get("state") == state]

        return stages(self.pipeline.wait_until(lambda pipeline: bool(stages(pipeline)), f"the state {state}", _LIMIT_S))[0]

    # Kafka

    def send(self, numbers: range) -> None:
        producer = Producer({"bootstrap.servers": bootstrap(), "log_level": 0})
        for number in numbers:
            producer.produce(self.numbers, str(number), partition=number % 2)
        self.assertEqual(producer.flush(60), 0)

    def wait_for_copies(self, count: int) -> None:
        """Until there are so many: then each number is there once."""
        deadline = time.monotonic() + _LIMIT_S
        while len(copied := self.copied()) < count and time.monotonic() < deadline:
            time.sleep(0.5)
        self.assertEqual(sorted(copied), list(range(count)))

    def copied(self) -> list[int]:
        options = {"bootstrap.servers": bootstrap(), "group.id": "unused", "enable.partition.eof": True, "log_level": 0}
        consumer = Consumer(options | {"enable.auto.commit": False, "isolation.level": "read_committed"})
        consumer.assign([TopicPartition(self.copies, number, 0) for number in range(2)])
        found: list[int] = []
        ends = 0
        while ends < 2:
            for message in consumer.consume(1_000, timeout=1):
                if message.error() is None:
                    found.append(int(message.value()))
                elif message.error().code() == KafkaError._PARTITION_EOF:
                    ends += 1
        consumer.close()
        return found


if __name__ == "__main__":
    unittest.main()
