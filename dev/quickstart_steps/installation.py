"""The operator in the local cluster, installed as a user would: with Helm."""

from __future__ import annotations

import json
import subprocess
import sys

from local_cluster.progress import Failure

from .cluster import ROOT, helm, kubectl

RELEASE = "fusion-operator"
NAMESPACE = "fusion-system"
CHART = ROOT / "charts" / "fusion-operator"
# The broker's name in the cluster.
KAFKA = "kafka.kafka.svc:9092"
# The status interval shows progress sooner than a cluster with many pipelines would want.
_VALUES = {"kafka": {"bootstrapServers": KAFKA}, "statusInterval": "2s"}


def build_image() -> str:
    """Builds the image, gives it to the cluster and returns its name."""
    done = subprocess.run([ROOT / "dev" / "image"], stdout=subprocess.PIPE, stderr=sys.stderr, text=True, check=False)
    if done.returncode != 0:
        raise Failure("the image was not built")
    return done.stdout.strip()


def install(image: str) -> None:
    """Installs or upgrades the release and waits until the operator is ready."""
    repository, tag = image.rsplit(":", 1)
    values = _VALUES | {"image": {"repository": repository, "tag": tag}}
    helm(
        "upgrade", "--install", RELEASE, str(CHART), f"--namespace={NAMESPACE}", "--create-namespace", "--wait", "--timeout=3m",
        "--values=-", stdin=json.dumps(values),
    )


def is_installed() -> bool:
    text = helm("list", f"--namespace={NAMESPACE}", "--output=json")
    return any(release["name"] == RELEASE for release in json.loads(text))


def uninstall() -> None:
    """Removes the release and, unlike a user's uninstall, the CRDs that it leaves behind."""
    helm("uninstall", RELEASE, f"--namespace={NAMESPACE}", "--wait")
    kubectl("delete", "crd", "fusionpipelines.fusion-operator.io", "--ignore-not-found")
    kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found")


def operator_log(lines: int = 30) -> str:
    """The end of the operator's log, for a failure's report."""
    return kubectl("logs", f"--namespace={NAMESPACE}", f"deployment/{RELEASE}", f"--tail={lines}")
