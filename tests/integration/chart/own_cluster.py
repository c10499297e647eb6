"""An API server for the chart alone: a CRD belongs to the whole cluster, and other tests use it meanwhile."""

from __future__ import annotations

import json
import os
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CHART = ROOT / "charts" / "fusion-operator"
NAMESPACE = "fusion-system"
CRD = "fusionpipelines.fusion-operator.io"


def _cluster(*arguments: str) -> str:
    return subprocess.run([ROOT / "dev" / "cluster", *arguments], stdout=subprocess.PIPE, text=True, check=True).stdout


def bring_up(name: str) -> None:
    """For a test module: the cluster is taken down at its end."""
    name = f"{name}-{os.getpid()}"
    unittest.addModuleCleanup(_cluster, "down", "--control-plane-only", "--name", name)
    _cluster("up", "--control-plane-only", "--name", name)
    exports = dict(line.removeprefix("export ").split("=", 1) for line in _cluster("env", "--name", name).splitlines())
    os.environ["KUBECONFIG"] = exports["KUBECONFIG"].strip("'\"")


def run(*command: str, stdin: str | None = None) -> str:
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}: {done.stderr}")
    return done.stdout


def install(chart: Path = CHART, **values: object) -> None:
    """With these values alone, whatever an earlier call has set."""
    run("helm", "upgrade", "--install", "fusion-operator", str(chart), f"--namespace={NAMESPACE}", "--create-namespace",
        "--reset-values", "--values=-", stdin=json.dumps(values))


def uninstall() -> None:
    run("helm", "uninstall", "fusion-operator", f"--namespace={NAMESPACE}", "--ignore-not-found")


def wait_for_crd() -> None:
    # kubectl cannot wait for a condition while there is no list of conditions, as right after the creation.
    run("kubectl", "wait", "--for=jsonpath={.status.acceptedNames.kind}=FusionPipeline", f"crd/{CRD}", "--timeout=30s")
    run("kubectl", "wait", "--for=condition=Established", f"crd/{CRD}", "--timeout=30s")
