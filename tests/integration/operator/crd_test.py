"""The CustomResourceDefinition is missing, comes, goes and comes back.

It brings up an API server of its own: a CRD belongs to the whole cluster, and other tests use it meanwhile.
"""

from __future__ import annotations

import os
import subprocess
import unittest

import kube as kube_module
from broker import Broker
from kube import CRD, ROOT, Kube, install_crd, kubectl
from operator_case import OperatorCase

_CLUSTER = f"crd-{os.getpid()}"
_BEFORE: dict[str, str] = {}


def _cluster(*arguments: str) -> str:
    return subprocess.run([ROOT / "dev" / "cluster", *arguments], stdout=subprocess.PIPE, text=True, check=True).stdout


def setUpModule() -> None:
    _BEFORE.update(os.environ)
    unittest.addModuleCleanup(_restore)
    unittest.addModuleCleanup(_cluster, "down", "--control-plane-only", "--name", _CLUSTER)
    _cluster("up", "--control-plane-only", "--name", _CLUSTER)
    for line in _cluster("env", "--name", _CLUSTER).splitlines():
        name, _, value = line.removeprefix("export ").partition("=")
        if name.startswith(("KUBECONFIG", "KAFKA_")):
            os.environ[name] = value.strip("'\"")


def _restore() -> None:
    os.environ.clear()
    os.environ.update(_BEFORE)


class Crd(OperatorCase):
    def setUp(self) -> None:
        kube_module.kube.cache_clear()
        super().setUp()

    def remove_crd(self) -> None:
        kubectl("delete", "crd", CRD, "--ignore-not-found", "--timeout=60s")

    def test_it_waits_for_the_crd(self) -> None:
        self.remove_crd()
        operator = self.start()
        self.wait(lambda: "is not installed: install it" in operator.page("/readyz")[1], "/readyz to say what is missing")
        self.assertEqual(operator.page("/readyz")[0], 503)
        self.assertEqual(operator.page("/healthz")[0], 200)
        install_crd()
        self.wait(lambda: operator.page("/readyz")[0] == 200, "/readyz")
        self.apply()
        self.wait_topics_ready()

    def test_no_topic_goes_with_the_crd(self) -> None:
        operator = self.start()
        self.apply(self.spec(deletionPolicy="Retain"))
        self.wait_topics_ready()
        topics = Broker().topics(self.namespace)
        self.remove_crd()
        self.wait(lambda: operator.page("/readyz")[0] == 503, "/readyz to fail")
        install_crd()
        self.wait(lambda: operator.page("/readyz")[0] == 200, "/readyz")
        self.assertEqual(self.broker.topics(self.namespace), topics)
        self.apply()
        self.wait_topics_ready()
        self.assertFalse(self.status()["topics"][0].get("created", False), "a found topic is not ours to delete")


if __name__ == "__main__":
    unittest.main()
