"""Installing, upgrading and removing the chart on a real API server.

It brings up an API server of its own: a CRD belongs to the whole cluster, and other tests use it meanwhile.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[3]
CHART = ROOT / "charts" / "fusion-operator"
CLUSTER = f"chart-{os.getpid()}"
NAMESPACE = "fusion-system"
CRD = "fusionpipelines.fusion-operator.io"
ACCOUNT = f"system:serviceaccount:{NAMESPACE}:fusion-operator"


def cluster(*arguments: str) -> str:
    return subprocess.run([ROOT / "dev" / "cluster", *arguments], stdout=subprocess.PIPE, text=True, check=True).stdout


def setUpModule() -> None:
    unittest.addModuleCleanup(cluster, "down", "--control-plane-only", "--name", CLUSTER)
    cluster("up", "--control-plane-only", "--name", CLUSTER)
    exports = dict(line.removeprefix("export ").split("=", 1) for line in cluster("env", "--name", CLUSTER).splitlines())
    os.environ["KUBECONFIG"] = exports["KUBECONFIG"].strip("'\"")


def run(*command: str, stdin: str | None = None) -> str:
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}: {done.stderr}")
    return done.stdout


def install(chart: Path = CHART, **values: object) -> None:
    run("helm", "upgrade", "--install", "fusion-operator", str(chart), f"--namespace={NAMESPACE}", "--create-namespace",
        "--values=-", stdin=json.dumps(values))


def uninstall() -> None:
    run("helm", "uninstall", "fusion-operator", f"--namespace={NAMESPACE}", "--ignore-not-found")


def may(verb: str, resource: str, namespace: str) -> bool:
    command = ["kubectl", "auth", "can-i", verb, resource, f"--as={ACCOUNT}", f"--namespace={namespace}"]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False).stdout.strip() == "yes"


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
        # kubectl cannot wait for a condition while there is no list of conditions, as right after the creation.
        run("kubectl", "wait", "--for=jsonpath={.status.acceptedNames.kind}=FusionPipeline", f"crd/{CRD}", "--timeout=30s")
        run("kubectl", "wait", "--for=condition=Established", f"crd/{CRD}", "--timeout=30s")
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
            ("get", "secrets"),
            ("create", "events.events.k8s.io"),
        ):
            self.assertTrue(may_soon(verb, resource, "default"), f"{verb} {resource}")
        for verb, resource in (
            ("list", "secrets"),
            ("watch", "secrets"),
            ("delete", "fusionpipelines.fusion-operator.io"),
            ("create", "pods"),
            ("create", "rolebindings.rbac.authorization.k8s.io"),
            ("get", "leases.coordination.k8s.io"),
        ):
            self.assertFalse(may(verb, resource, "default"), f"{verb} {resource}")
        self.assertTrue(may_soon("get", "leases.coordination.k8s.io/fusion-operator", NAMESPACE))

    def test_with_listed_namespaces_it_may_do_nothing_elsewhere(self) -> None:
        run("kubectl", "create", "namespace", "shop")
        self.addCleanup(run, "kubectl", "delete", "namespace", "shop", "--wait=false")
        install(watchNamespaces=["shop"], installationId="test")
        for verb, resource in (("list", "fusionpipelines.fusion-operator.io"), ("get", "secrets"), ("get", "namespaces/shop")):
            self.assertTrue(may_soon(verb, resource, "shop"), f"{verb} {resource}")
        for verb, resource in (("list", "fusionpipelines.fusion-operator.io"), ("get", "secrets"), ("get", "statefulsets.apps")):
            self.assertFalse(may(verb, resource, "default"), f"{verb} {resource}")


if __name__ == "__main__":
    unittest.main()
