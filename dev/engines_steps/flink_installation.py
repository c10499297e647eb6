"""The Flink operator in a cluster."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

from local_cluster.progress import Failure, step
from local_cluster.state import ClusterState

from . import flink_operator, images
from .kubernetes import Object, apply, apply_crds, apply_text, exists, kubectl

NAMESPACE = "flink-operator"
_MANIFEST = Path(__file__).parent / "manifests" / "flink-operator.yaml"
_CRDS = ("flinkdeployments.flink.apache.org", "flinksessionjobs.flink.apache.org")
_SERVICE_ACCOUNT = "flink"


def crds() -> list[Path]:
    directory = flink_operator.DISTRIBUTION.ensure() / "crds"
    return [directory / f"{name}.yaml" for name in _CRDS]


def install(cluster: ClusterState, job_namespaces: list[str]) -> None:
    """Installs or updates the operator and does not wait for it."""
    for image in images.OF_ENGINE["flink"]:
        images.load(image, cluster)
    with step("Flink operator"):
        apply_crds(cluster, *crds())
        apply(cluster, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
        # Another image of the same name, or another configuration, is another pod.
        manifest = _MANIFEST.read_text(encoding="utf-8")
        made_from = hashlib.sha256(f"{images.FLINK_OPERATOR.fingerprint} {manifest}".encode()).hexdigest()[:12]
        apply_text(cluster, manifest.replace("MADE_FROM", made_from))
        apply(cluster, *(made for namespace in job_namespaces for made in _service_account(namespace)))


def wait(cluster: ClusterState, timeout_s: int = 180) -> None:
    with step("Flink operator ready"):
        kubectl(cluster, "rollout", "status", "deployment/flink-operator", f"--namespace={NAMESPACE}", f"--timeout={timeout_s}s")


def uninstall(cluster: ClusterState, timeout_s: float = 120) -> None:
    """Removes the operator with all jobs. The jobs go first: their finalizers wait for the operator."""
    if exists(cluster, "crd", _CRDS[0]):
        with step("Flink jobs"):
            for plural in reversed(_CRDS):  # jobs before the sessions in which they run
                kubectl(cluster, "delete", plural, "--all", "--all-namespaces", "--wait=false")
            _wait_until_gone(cluster, timeout_s)
    with step("Flink operator"):
        kubectl(cluster, "delete", f"--filename={_MANIFEST}", "--ignore-not-found", "--wait=false")
        kubectl(cluster, "delete", "crd", *_CRDS, "--ignore-not-found", "--timeout=60s")
        kubectl(cluster, "delete", "namespace", NAMESPACE, "--ignore-not-found", "--timeout=120s")
        for kind in ("rolebinding", "role", "serviceaccount"):
            kubectl(cluster, "delete", kind, "--all-namespaces", "--selector=dev-engines=flink")


def _wait_until_gone(cluster: ClusterState, timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    while left := [name for plural in _CRDS
                   for name in kubectl(cluster, "get", plural, "--all-namespaces", "--output=name").split()]:
        if time.monotonic() > deadline:
            log = f"kubectl logs -n {NAMESPACE} deploy/flink-operator"
            raise Failure(f"{', '.join(left)} did not go within {timeout_s:.0f} s: {log} may say why")
        time.sleep(0.5)


def _service_account(namespace: str) -> list[Object]:
    """What a job's pods act as: the JobManager makes TaskManagers, and keeps its leader in ConfigMaps."""
    metadata = {"name": _SERVICE_ACCOUNT, "namespace": namespace, "labels": {"dev-engines": "flink"}}
    rules = [{"apiGroups": [""], "resources": ["configmaps", "pods", "services"], "verbs": ["*"]},
             {"apiGroups": ["apps"], "resources": ["deployments", "deployments/finalizers"], "verbs": ["*"]}]
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}},
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata},
        {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": metadata, "rules": rules},
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding",
            "metadata": metadata,
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": _SERVICE_ACCOUNT},
            "subjects": [{"kind": "ServiceAccount", "name": _SERVICE_ACCOUNT, "namespace": namespace}],
        },
    ]
