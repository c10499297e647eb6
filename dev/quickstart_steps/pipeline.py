"""One FusionPipeline in the cluster: its conditions, and the wait for them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from local_cluster.progress import Failure, say

from .cluster import Object, get, kubectl


@dataclass
class Pipeline:
    namespace: str
    name: str

    def read(self) -> Object:
        found = get("fusionpipeline", self.name, self.namespace)
        if found is None:
            raise Failure(f"there is no FusionPipeline {self.namespace}/{self.name}")
        return found

    def wait_for(self, condition: str, timeout_s: float, show: bool = True) -> None:
        """Until the condition is True for the newest spec; says each change of it on the way."""
        self.wait_until(lambda pipeline: is_true(pipeline, condition), f"condition {condition}", timeout_s, show, condition)

    def wait_until(self, done: Callable[[Object], bool], what: str, timeout_s: float, show: bool = False,
                   condition: str = "Ready") -> Object:
        """Until `done` holds of the pipeline; when it takes too long, the failure says its condition."""
        started, last = time.monotonic(), ""
        while True:
            pipeline = self.read()
            seen = describe(pipeline, condition)
            if show and seen != last:
                say(f"    {time.monotonic() - started:5.1f} s  {seen}")
                last = seen
            if done(pipeline):
                return pipeline
            if time.monotonic() - started > timeout_s:
                raise Failure(f"pipeline {self.namespace}/{self.name}: {what} did not come within {timeout_s:.0f} s: {seen}")
            time.sleep(0.5)

    def group(self, bridge: str) -> str:
        """The consumer group of one of its bridges, as the bridge's configuration says it."""
        selector = f"fusion-operator.io/pipeline={self.name},fusion-operator.io/bridge={bridge}"
        text = kubectl("get", "configmaps", f"--namespace={self.namespace}", f"--selector={selector}", "--output=json")
        groups = {json.loads(item["data"]["bridge.json"])["group"] for item in json.loads(text)["items"]}
        if len(groups) != 1:
            raise Failure(f"bridge {bridge} of {self.namespace}/{self.name} has {len(groups)} consumer groups: expected one")
        return groups.pop()


def condition_of(pipeline: Object, condition: str) -> Object:
    found = [item for item in pipeline.get("status", {}).get("conditions", []) if item["type"] == condition]
    return found[0] if found else {"type": condition, "status": "Unknown", "reason": "NotReported", "message": ""}


def is_true(pipeline: Object, condition: str) -> bool:
    current = pipeline.get("status", {}).get("observedGeneration", 0) >= pipeline["metadata"]["generation"]
    return current and condition_of(pipeline, condition)["status"] == "True"


def describe(pipeline: Object, condition: str) -> str:
    found = condition_of(pipeline, condition)
    return f"{condition} {found['status']}, {found['reason']}: {found['message']}".rstrip(": ")
