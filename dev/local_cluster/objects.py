"""The cluster's objects, by kubectl as its admin."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from . import cache
from .progress import Failure
from .state import ClusterState

_FROM_THE_START = Path(__file__).parent / "manifests" / "cluster.yaml"


def apply(state: ClusterState) -> None:
    """Applies what every cluster with a node holds, and leads its services to the ports that their processes have."""
    text = _FROM_THE_START.read_text(encoding="utf-8").replace("9092 # the broker's port", str(state.ports["broker"]))
    _kubectl(state, "apply", "--server-side", "--force-conflicts", "-f", "-", stdin=text)
    # The API server never corrects the port of its own service once it is written.
    for kind, path in (("endpoints", "/subsets/0/ports/0/port"), ("endpointslices", "/ports/0/port")):
        service = ("--namespace=default", kind, "kubernetes", "--ignore-not-found")
        template = "jsonpath={" + path.replace("/0", "[0]").replace("/", ".") + "}"
        port = _kubectl(state, "get", *service, f"--output={template}")
        if port and int(port) != state.ports["kube-apiserver"]:
            patch = [{"op": "replace", "path": path, "value": state.ports["kube-apiserver"]}]
            _kubectl(state, "patch", *service[:3], "--type=json", f"--patch={json.dumps(patch)}")


def node_is_ready(state: ClusterState) -> bool:
    """Whether every node says that it is ready; there is at least one."""
    path = "jsonpath={.items[*].status.conditions[?(@.type=='Ready')].status}"
    return set(_kubectl(state, "get", "nodes", f"--output={path}").split()) == {"True"}


def _kubectl(state: ClusterState, *arguments: str, stdin: str = "") -> str:
    command = [str(cache.binary("kubectl")), f"--kubeconfig={state.kubeconfig}", *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failure(f"kubectl {arguments[0]} failed: {done.stderr.strip()}", state.processes.log("kube-apiserver"))
    return done.stdout
