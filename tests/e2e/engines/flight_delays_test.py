"""The example with both engines comes out the same, whatever happens to it on the way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import unittest
from collections.abc import Callable

from confluent_kafka.admin import AdminClient
from local_cluster import broker
from pipeline_case import install_operator
from quickstart_steps import flight_delays, installation
from quickstart_steps.cluster import Object, bootstrap, get, kubectl
from quickstart_steps.flight_delays import FlightDelays

_NAMESPACE = flight_delays.NAMESPACES[1]
_LIMIT_S = 300


def setUpModule() -> None:
    install_operator()
    flight_delays.install_engines()


class FlightDelaysTest(unittest.TestCase):
    def setUp(self) -> None:
        self.example = FlightDelays(_NAMESPACE, f"e2e-{os.getpid()}.")
        self.pipeline = self.example.pipeline
        self.addCleanup(self._clean_up)

    def _clean_up(self) -> None:
        kubectl("delete", "fusionpipeline", self.pipeline.name, f"--namespace={_NAMESPACE}", "--ignore-not-found", f"--timeout={_LIMIT_S}s")
        # What deletionPolicy Retain keeps.
        self._wait(lambda: not self._pods(""), "the end of all pods")
        kubectl("delete", "persistentvolumeclaims", f"--namespace={_NAMESPACE}", "--selector=fusion-operator.io/pipeline=flight-delays")
        admin = AdminClient({"bootstrap.servers": bootstrap()})
        topics = [name for name in admin.list_topics(timeout=30).topics if name.startswith(self.example.prefix)]
        for future in admin.delete_topics(topics).values() if topics else []:
            future.result()

    def test_the_result_is_equal_whatever_is_killed_suspended_and_rescaled(self) -> None:
        self.example.feed("history")
        self.assertIn("created", self.example.apply())
        self.assertIn("unchanged", self.example.apply())
        self._kill_driver_of_the_batch()
        self.example.wait_for_stages(profile="Completed", alert="Running", daily="Running")
        batch = self._stage("profile")["completed"]

        feed = self.example.start_feed("live", "--rate", "25")
        self.addCleanup(self._end, feed)
        # Flink's offsets carry none: the operator has asked the job itself.
        self._wait(lambda: "watermark" in self._stage("alert"), "the watermark of alert")
        for disturb in (self._kill_task_manager, self._kill_job_manager, self._kill_bridge, self._kill_driver, self._kill_broker,
                        self._suspend_and_resume, lambda: self._change_parallelism(1)):
            disturb()
            self.assertIsNone(feed.poll(), "flights were sent all the while")
        self._end(feed)
        self.example.feed("live", "--rate", "0")

        self.assertTrue(self.example.is_equal())
        self.pipeline.wait_for("Ready", timeout_s=_LIMIT_S, show=False)
        self.assertEqual(self._stage("profile")["completed"], batch, "the batch ran once")

    def _kill_driver_of_the_batch(self) -> None:
        self._wait(lambda: self._stage("profile").get("state") == "Running", "the batch")
        self._kill_pods("profile", "-driver")

    def _kill_task_manager(self) -> None:
        killed = self._kill_pods("alert", "-taskmanager-")
        self._wait(lambda: any("-taskmanager-" in pod and pod not in killed for pod in self._pods_of("alert")), "another TaskManager")
        self._wait_running()

    def _kill_job_manager(self) -> None:
        managers = [pod for pod in self._pods_of("alert") if "-taskmanager-" not in pod]
        self._delete(managers)
        self._wait(lambda: self._stage("alert").get("state") != "Running", "the loss of the JobManager")
        self._wait_running()

    def _kill_bridge(self) -> None:
        self._delete(self._pods("fusion-operator.io/bridge=alerts"))
        self._wait_running()

    def _kill_driver(self) -> None:
        self._kill_pods("daily", "-driver")
        self._wait(lambda: self._stage("daily").get("state") != "Running", "the loss of the driver")
        self._wait_running()

    def _kill_broker(self) -> None:
        state = flight_delays.cluster()
        pid = state.processes.pid("broker")
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        self._wait(lambda: state.processes.pid("broker") is None, "the broker's end")
        broker.start(state)
        broker.wait(state)
        self._wait_running()

    def _suspend_and_resume(self) -> None:
        self.example.apply(lambda spec: spec.update(suspend=True))
        self.example.wait_for_stages(alert="Suspended", daily="Suspended")
        self.pipeline.wait_for("Ready", timeout_s=_LIMIT_S, show=False)
        self.assertIn("savepoint", self._stage("alert")["savepoint"])
        self.assertEqual(self._pods("app.kubernetes.io/component=bridge"), [])
        self.example.apply()
        self._wait_running()

    def _change_parallelism(self, parallelism: int) -> None:
        def change(spec: Object) -> None:
            stage = next(stage for stage in spec["stages"] if stage["name"] == "alert")
            stage["workload"]["template"]["spec"]["job"]["parallelism"] = parallelism

        before = self._last_savepoint()
        self.example.apply(change)
        self._wait(lambda: self._last_savepoint() != before, "the savepoint of the upgrade")
        self._wait_running()
        self.assertEqual(self._deployment()["status"]["taskManager"]["replicas"], parallelism)

    @staticmethod
    def _end(feed: subprocess.Popen[bytes]) -> None:
        feed.terminate()
        feed.wait()

    # What there is

    def _wait_running(self) -> None:
        self.example.wait_for_stages(alert="Running", daily="Running")
        self.pipeline.wait_for("Ready", timeout_s=_LIMIT_S, show=False)

    def _stage(self, name: str) -> Object:
        stages = self.pipeline.read().get("status", {}).get("stages", [])
        return next((stage for stage in stages if stage["name"] == name), {})

    def _deployment(self) -> Object:
        found = get("flinkdeployments.flink.apache.org", self._stage("alert")["workload"], _NAMESPACE)
        assert found is not None
        return found

    def _last_savepoint(self) -> str:
        info = self._deployment().get("status", {}).get("jobStatus", {}).get("savepointInfo", {})
        return (info.get("lastSavepoint") or {}).get("location", "")

    def _pods(self, selector: str) -> list[str]:
        text = kubectl("get", "pods", f"--namespace={_NAMESPACE}", f"--selector={selector}", "--output=json")
        return [pod["metadata"]["name"] for pod in json.loads(text)["items"]]

    def _pods_of(self, stage: str) -> list[str]:
        return self._pods(f"fusion-operator.io/stage={stage}")

    def _kill_pods(self, stage: str, part: str) -> list[str]:
        self._wait(lambda: any(part in pod for pod in self._pods_of(stage)), f"a pod of {stage}")
        pods = [pod for pod in self._pods_of(stage) if part in pod]
        self._delete(pods)
        return pods

    def _delete(self, pods: list[str]) -> None:
        """At once: the containers are killed."""
        self.assertTrue(pods)
        kubectl("delete", "pod", *pods, f"--namespace={_NAMESPACE}", "--grace-period=0", "--force")

    def _wait(self, done: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + _LIMIT_S
        while not done():
            if time.monotonic() > deadline:
                self.fail(f"{what} did not come within {_LIMIT_S} s; the operator's log ends with\n{installation.operator_log()}")
            time.sleep(0.3)


if __name__ == "__main__":
    unittest.main()
