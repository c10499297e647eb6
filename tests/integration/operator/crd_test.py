"""The CustomResourceDefinition is missing, comes, goes and comes back.

It brings up an API server of its own: a CRD belongs to the whole cluster, and other tests use it meanwhile.
"""

from __future__ import annotations

import unittest

import own_control_plane
from broker import Broker
from kube import CRD, install_crd, kubectl
from operator_case import OperatorCase


def setUpModule() -> None:
    own_control_plane.bring_up("crd")


class Crd(OperatorCase):
    def remove_crd(self) -> None:
        kubectl("delete", "crd", CRD, "--ignore-not-found", "--timeout=180s")

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
