"""examples/flight-delays on the local cluster: Spark, Flink and the bridges between them, end to end."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml
from local_cluster import cache
from local_cluster.progress import Failure, say, step
from local_cluster.state import FULL_CLUSTER, ClusterState, load

from . import flight_images
from .cluster import ROOT, Object, bootstrap, environment, kubectl
from .pipeline import Pipeline

# Where the engines' operators look for jobs.
NAMESPACES = ("demo", "e2e-engines")
_PROGRAMS = flight_images.FLIGHTS
# JVMs of two engines start at a time on few processors.
_START_LIMIT_S = 420
_RESULT_LIMIT_S = 300


def install_engines() -> None:
    namespaces = [f"--job-namespace={namespace}" for namespace in NAMESPACES]
    if subprocess.run([ROOT / "dev" / "engines", "up", *namespaces], check=False).returncode != 0:
        raise Failure("the engines' operators were not installed")
    flight_images.load(cluster())


def cluster() -> ClusterState:
    state = load(FULL_CLUSTER)
    if state is None:
        raise Failure("the cluster is not up")
    return state


@dataclass
class FlightDelays:
    """The example in a namespace, with a prefix before the names of its topics."""

    namespace: str
    prefix: str = ""

    @property
    def pipeline(self) -> Pipeline:
        return Pipeline(self.namespace, "flight-delays")

    def manifest(self) -> Object:
        manifest: Object = yaml.safe_load((_PROGRAMS / "pipeline.yaml").read_text(encoding="utf-8"))
        manifest["metadata"]["namespace"] = self.namespace
        spec = manifest["spec"]
        for topic in spec["topics"]:
            topic["name"] = self.prefix + topic["name"]
        ends = [end for stage in spec["stages"] for end in stage.get("inputs", []) + stage.get("outputs", [])]
        for end in ends + [bridge[end] for bridge in spec["bridges"] for end in ("from", "to")]:
            end["topic"] = self.prefix + end["topic"]
        return manifest

    def apply(self, change: Callable[[Object], None] = lambda spec: None) -> str:
        """Applies the example, with a change of its spec; returns what kubectl said."""
        manifest = self.manifest()
        change(manifest["spec"])
        return kubectl("apply", "--filename=-", stdin=json.dumps(manifest)).strip()

    def feed(self, *arguments: str) -> None:
        """Sends flights; what is there already is not sent again."""
        code = self.start_feed(*arguments).wait()
        if code != 0:
            raise Failure(f"feed.py {' '.join(arguments)} ended with {code}")

    def start_feed(self, *arguments: str) -> subprocess.Popen[bytes]:
        return self._program("feed.py", *arguments)

    def is_equal(self, timeout_s: float = _RESULT_LIMIT_S) -> bool:
        """Whether the topics hold what the plain script computes, and says so."""
        return self._program("compare.py", f"--wait={timeout_s:.0f}").wait() == 0

    def wait_for_stages(self, timeout_s: float = _START_LIMIT_S, **states: str) -> Object:
        """Until these stages are in these states; says each change of a stage's state on the way."""
        started, last = time.monotonic(), ""
        while True:
            pipeline = self.pipeline.read()
            stages = {stage["name"]: stage for stage in pipeline.get("status", {}).get("stages", [])}
            seen = ", ".join(f"{name} {stage.get('state', '')}" for name, stage in stages.items())
            if seen != last:
                say(f"    {time.monotonic() - started:5.1f} s  {seen}")
                last = seen
            current = pipeline.get("status", {}).get("observedGeneration", 0) >= pipeline["metadata"]["generation"]
            if current and all(stages.get(name, {}).get("state") == state for name, state in states.items()):
                return pipeline
            if time.monotonic() - started > timeout_s:
                said = pipeline.get("status", {}).get("message", "")
                raise Failure(f"{states} did not come within {timeout_s:.0f} s: {seen}: {said}")
            time.sleep(0.5)

    def _program(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, _PROGRAMS / name, *arguments, "--bootstrap-servers", bootstrap(), "--topic-prefix", self.prefix]
        return subprocess.Popen(command, env=environment() | {"PYTHONPATH": str(Path(cache.root()) / "python")})


def run() -> bool:
    """Applies the example, feeds it and compares; whether the result is equal."""
    example = FlightDelays("demo")
    pipeline = example.pipeline
    say(f"pipeline {pipeline.namespace}/{pipeline.name}")
    example.feed("history")
    with step("kubectl apply"):
        said = example.apply()
    say(f"    {said}")
    example.wait_for_stages(profile="Completed", alert="Running", daily="Running")
    example.feed("live")
    equal = example.is_equal()
    pipeline.wait_for("Ready", timeout_s=120)
    print()
    print(kubectl("get", "fusionpipelines", "--all-namespaces"))
    return equal
