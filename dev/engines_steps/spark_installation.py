"""Kubeflow's Spark operator in a cluster, by its chart."""

from __future__ import annotations

from pathlib import Path

from local_cluster.progress import step
from local_cluster.state import ClusterState

from . import images, spark_operator
from .image import Image
from .kubernetes import Object, apply, apply_crds, exists, helm, kubectl

NAMESPACE = "spark-operator"
RELEASE = "spark-operator"
_APPLICATIONS = "sparkapplications.sparkoperator.k8s.io"
_SCHEDULED = "scheduledsparkapplications.sparkoperator.k8s.io"
_CRDS = (_SCHEDULED, _APPLICATIONS, "sparkconnects.sparkoperator.k8s.io")


def crds(version: str = spark_operator.VERSION) -> list[Path]:
    return sorted((spark_operator.distribution(version).ensure() / "crds").glob("*.yaml"))


def install(cluster: ClusterState, job_namespaces: list[str], version: str = spark_operator.VERSION) -> None:
    """Installs or upgrades the release and does not wait for it."""
    image = images.spark_operator_image(version)
    for needed in (images.SPARK, image):
        images.load(needed, cluster)
    with step("Spark operator"):
        apply_crds(cluster, *crds(version))
        apply(cluster, *({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in job_namespaces))
        chart = spark_operator.distribution(version).directory / "chart"
        helm(cluster, "upgrade", "--install", RELEASE, str(chart), "--skip-crds", f"--namespace={NAMESPACE}", "--create-namespace",
             values=_values(image, job_namespaces))


def wait(cluster: ClusterState, timeout_s: int = 180) -> None:
    with step("Spark operator ready"):
        for part in ("controller", "webhook"):
            kubectl(cluster, "rollout", "status", f"deployment/{RELEASE}-{part}", f"--namespace={NAMESPACE}",
                    f"--timeout={timeout_s}s")


def uninstall(cluster: ClusterState) -> None:
    """Removes the operator with all jobs and, unlike a user's uninstall, its CRDs."""
    if exists(cluster, "crd", _APPLICATIONS):
        with step("Spark jobs"):
            for plural in _CRDS[:2]:
                kubectl(cluster, "delete", plural, "--all", "--all-namespaces", "--timeout=120s")
    with step("Spark operator"):
        if RELEASE in helm(cluster, "list", f"--namespace={NAMESPACE}", "--all", "--short").split():
            helm(cluster, "uninstall", RELEASE, f"--namespace={NAMESPACE}", "--wait")
        kubectl(cluster, "delete", "crd", *_CRDS, "--ignore-not-found", "--timeout=60s")
        kubectl(cluster, "delete", "namespace", NAMESPACE, "--ignore-not-found", "--timeout=120s")


def _values(image: Image, job_namespaces: list[str]) -> Object:
    registry, repository = image.name.split("/", 1)
    repository, tag = repository.rsplit(":", 1)
    # Another image of the same name is another pod.
    made_from = {"dev-engines/image": image.fingerprint}
    # Without a request of its own it starves on a busy machine, and a submission takes a minute.
    part = {"leaderElection": {"enable": False}, "annotations": made_from, "resources": {"requests": {"cpu": "250m"}}}
    return {
        "image": {"registry": registry, "repository": repository, "tag": tag, "pullPolicy": "Never"},
        "controller": part,
        # Without it driver pods get no owner, and outlive their application.
        "webhook": {"enable": True, **part},
        "spark": {"jobNamespaces": job_namespaces, "serviceAccount": {"name": "spark"}},
    }
