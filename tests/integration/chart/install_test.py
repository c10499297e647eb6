"""Installing, upgrading and removing the chart on a real API server."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
import unittest
from pathlib import Path

import yaml
from own_cluster import CHART, CRD, NAMESPACE, ROOT, bring_up, install, run, uninstall, wait_for_crd

ENGINE_KINDS = (
    "sparkapplications.sparkoperator.k8s.io",
    "sparkapplications.spark.apache.org",
    "flinkdeployments.flink.apache.org",
    "flinksessionjobs.flink.apache.org",
)
ACCOUNT = f"system:serviceaccount:{NAMESPACE}:fusion-operator"


def setUpModule() -> None:
    bring_up("chart")


def may(verb: str, resource: str, namespace: str) -> bool:
    """`resource` is name.group or name.group/object. (`kubectl auth can-i` loses the group of kinds that are not there.)"""
    kind, _, name = resource.partition("/")
    plural, _, group = kind.partition(".")
    attributes = {"verb": verb, "group": group, "resource": plural, "name": name, "namespace": namespace}
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": {"user": ACCOUNT, "resourceAttributes": attributes}}
    return run("kubectl", "create", "--filename=-", "--output=jsonpath={.status.allowed}", stdin=json.dumps(review)) == "true"


def may_soon(verb: str, resource: str, namespace: str) -> bool:
    """The API server's authorizer learns of new roles by a watch, so a moment after they were created."""
    deadline = time.monotonic() + 30
    while not may(verb, resource, namespace):
        if time.monotonic() > deadline:
            return False
    return True


def printer_columns() -> list[str]:
    crd = json.loads(run("kubectl", "get", "crd", CRD, "--output=json"))
    return [column["name"] for column in crd["spec"]["versions"][0]["additionalPrinterColumns"]]


class Installation(unittest.TestCase):
    def setUp(self) -> None:
        self.addCleanup(run, "kubectl", "delete", "crd", CRD, "--ignore-not-found")
        self.addCleanup(uninstall)

    def test_an_upgrade_reaches_the_crds(self) -> None:
        install()
        self.assertNotIn("Added", printer_columns())
        with tempfile.TemporaryDirectory() as directory:
            newer = Path(directory) / "fusion-operator"
            shutil.copytree(CHART, newer)
            file = newer / "files" / "crds" / "fusionpipelines.yaml"
            crd = yaml.safe_load(file.read_text(encoding="utf-8"))
            column = {"name": "Added", "type": "string", "jsonPath": ".status.message"}
            crd["spec"]["versions"][0]["additionalPrinterColumns"].append(column)
            file.write_text(yaml.safe_dump(crd), encoding="utf-8")
            install(newer)
        self.assertIn("Added", printer_columns())

    def test_uninstalling_keeps_pipelines_and_installing_again_finds_them(self) -> None:
        install()
        wait_for_crd()
        run("kubectl", "create", "namespace", "keeper")
        self.addCleanup(run, "kubectl", "delete", "namespace", "keeper", "--wait=false")
        pipeline = (ROOT / "examples" / "minimal.yaml").read_text(encoding="utf-8").replace("namespace: demo", "namespace: keeper")
        run("kubectl", "apply", "--filename=-", stdin=pipeline)
        uninstall()
        self.assertIn("minimal", run("kubectl", "get", "fusionpipelines", "--namespace=keeper", "--output=name"))
        install()
        self.assertIn("minimal", run("kubectl", "get", "fusionpipelines", "--namespace=keeper", "--output=name"))

    def test_the_operator_may_do_what_it_does_everywhere_and_no_more(self) -> None:
        install()
        for verb, resource in (
            ("list", "fusionpipelines.fusion-operator.io"),
            ("patch", "fusionpipelines.fusion-operator.io/status"),
            ("create", "statefulsets.apps"),
            ("create", "persistentvolumeclaims"),
            *((verb, kind) for kind in ENGINE_KINDS for verb in ("get", "list", "watch", "create", "patch", "delete")),
            ("list", "nodes"),
            ("get", "secrets"),
            ("create", "events.events.k8s.io"),
        ):
            self.assertTrue(may_soon(verb, resource, "default"), f"{verb} {resource}")
        for verb, resource in (
            ("list", "secrets"),
            ("watch", "secrets"),
            ("delete", "fusionpipelines.fusion-operator.io"),
            ("create", "pods"),
            ("get", "nodes"),
            ("update", "flinkdeployments.flink.apache.org"),
            ("create", "rolebindings.rbac.authorization.k8s.io"),
            ("get", "leases.coordination.k8s.io"),
        ):
            self.assertFalse(may(verb, resource, "default"), f"{verb} {resource}")
        self.assertTrue(may_soon("get", "leases.coordination.k8s.io/fusion-operator", NAMESPACE))

    def test_with_listed_namespaces_it_may_do_nothing_elsewhere(self) -> None:
        run("kubectl", "create", "namespace", "shop")
        self.addCleanup(run, "kubectl", "delete", "namespace", "shop", "--wait=false")
        install(watchNamespaces=["shop"], installationId="test")
        for verb, resource in (("list", "fusionpipelines.fusion-operator.io"), ("get", "secrets"), ("get", "namespaces/shop"), ("create", ENGINE_KINDS[0])):
            self.assertTrue(may_soon(verb, resource, "shop"), f"{verb} {resource}")
        for verb, resource in (("list", "fusionpipelines.fusion-operator.io"), ("get", "secrets"), ("get", "statefulsets.apps"), ("list", "nodes")):
            self.assertFalse(may(verb, resource, "default"), f"{verb} {resource}")


if __name__ == "__main__":
    unittest.main()
