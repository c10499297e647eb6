"""kubectl and helm on one cluster."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

from local_cluster import cache
from local_cluster.progress import Failure
from local_cluster.state import ClusterState

Object = dict[str, Any]


def kubectl(cluster: ClusterState, *arguments: str, stdin: str | None = None) -> str:
    """What kubectl printed; its complaint becomes a Failure."""
    done = subprocess.run([cache.binary("kubectl"), f"--kubeconfig={cluster.kubeconfig}", *arguments], input=stdin,
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failure(f"kubectl {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


def apply(cluster: ClusterState, *objects: Object) -> None:
    """Creates the objects or makes them as given."""
    apply_text(cluster, json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)}))


def apply_text(cluster: ClusterState, manifest: str) -> None:
    _apply_server_side(cluster, "--filename=-", stdin=manifest)


def apply_files(cluster: ClusterState, *files: Path) -> None:
    _apply_server_side(cluster, *(f"--filename={file}" for file in files))


def apply_crds(cluster: ClusterState, *files: Path, timeout_s: float = 60) -> None:
    """Applies CRDs and waits until the API server serves their kinds."""
    apply_files(cluster, *files)
    # Not by `kubectl wait`, which fails while a CRD has no conditions yet.
    deadline = time.monotonic() + timeout_s
    while waiting := [crd["metadata"]["name"] for crd in _read(cluster, *files) if not _is_established(crd)]:
        if time.monotonic() > deadline:
            raise Failure(f"{', '.join(waiting)} not established after {timeout_s:.0f} s")
        time.sleep(0.1)


def _read(cluster: ClusterState, *files: Path) -> list[Object]:
    read = json.loads(kubectl(cluster, "get", *(f"--filename={file}" for file in files), "--output=json"))
    return read["items"] if read["kind"] == "List" else [read]


def _is_established(crd: Object) -> bool:
    conditions = crd.get("status", {}).get("conditions") or []
    return any(condition["type"] == "Established" and condition["status"] == "True" for condition in conditions)


def _apply_server_side(cluster: ClusterState, *arguments: str, stdin: str | None = None) -> None:
    # On the server's side: the CRDs are too large for an annotation.
    kubectl(cluster, "apply", "--server-side", "--force-conflicts", "--field-manager=dev-engines", *arguments, stdin=stdin)


def exists(cluster: ClusterState, kind: str, name: str) -> bool:
    """Whether there is such an object outside of namespaces."""
    return bool(kubectl(cluster, "get", kind, name, "--ignore-not-found", "--output=name").strip())


def helm(cluster: ClusterState, *arguments: str, values: Object | None = None) -> str:
    """What Helm printed; when it fails its log is shown."""
    log = cache.directory("logs") / f"engines-helm-{arguments[0]}.log"
    environment = {**os.environ, "KUBECONFIG": str(cluster.kubeconfig)}
    options = [] if values is None else ["--values=-"]
    with open(log, "w", encoding="utf-8") as errors:
        done = subprocess.run([cache.binary("helm"), *arguments, *options], stdout=subprocess.PIPE, stderr=errors, text=True,
                              input=None if values is None else json.dumps(values), env=environment, check=False)
    if done.returncode != 0:
        raise Failure(f"helm {arguments[0]} failed", log)
    return done.stdout
