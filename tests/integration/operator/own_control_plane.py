"""An API server and a broker for one test module alone, for what concerns the whole of them."""

from __future__ import annotations

import os
import subprocess
import unittest

import kube
from kube import ROOT

ENGINE_KINDS = (
    "flinkdeployments.flink.apache.org",
    "flinksessionjobs.flink.apache.org",
    "sparkapplications.sparkoperator.k8s.io",
    "sparkapplications.spark.apache.org",
)


def bring_up(name: str) -> str:
    """To be called by setUpModule; the module's end takes it down. Returns the cluster's name."""
    cluster = f"{name}-{os.getpid()}"
    before = dict(os.environ)

    def restore() -> None:
        os.environ.clear()
        os.environ.update(before)
        kube.kube.cache_clear()

    unittest.addModuleCleanup(restore)
    unittest.addModuleCleanup(_run, "down", "--control-plane-only", "--name", cluster)
    _run("up", "--control-plane-only", "--name", cluster)
    for line in _run("env", "--name", cluster).splitlines():
        variable, _, value = line.removeprefix("export ").partition("=")
        if variable.startswith(("KUBECONFIG", "KAFKA_")):
            os.environ[variable] = value.strip("'\"")
    kube.kube.cache_clear()
    return cluster


def install_engine_kinds(cluster: str, spark_operator: str) -> None:
    """The CRDs of Flink's and of both Spark operators, and none of the operators."""
    command = [ROOT / "dev" / "engines", "crds", "--name", cluster, "--spark-operator", spark_operator]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    for kind in ENGINE_KINDS:
        kube.wait_until_served(kind)


def _run(*arguments: str) -> str:
    return subprocess.run([ROOT / "dev" / "cluster", *arguments], stdout=subprocess.PIPE, text=True, check=True).stdout
