"""The state of a cluster's parts, as `dev/cluster status` shows it."""

from __future__ import annotations

from collections.abc import Callable

from . import broker, control_plane, dns, node, volumes
from .state import LOOPBACK, NODE_ADDRESS, ClusterState


def show(state: ClusterState) -> bool:
    """Prints a line for each part: name, pid, address, readiness. True when all of them are ready."""
    rows = [("PART", "PID", "ADDRESS", "STATE")]
    all_ready = True
    for name, (address, ready) in _parts(state).items():
        pid = state.processes.pid(name)
        verdict = "stopped" if pid is None else "ready" if ready() else "not ready"
        all_ready = all_ready and verdict == "ready"
        rows.append((name, str(pid or "-"), address, verdict))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    print(f"\nlogs: {state.directory / 'logs'}")
    return all_ready


def _parts(state: ClusterState) -> dict[str, tuple[str, Callable[[], bool]]]:
    """name -> (address, readiness)."""
    ports = state.ports
    parts: dict[str, tuple[str, Callable[[], bool]]] = {
        "etcd": (f"{LOOPBACK}:{ports['etcd']}", lambda: control_plane.storage_is_ready(state)),
        "kube-apiserver": (state.server, lambda: control_plane.api_server_is_ready(state)),
    }
    for name in control_plane.controllers(state):
        parts[name] = (f"{LOOPBACK}:{ports[name]}", lambda name=name: control_plane.controller_is_ready(state, name))
    parts["broker"] = (broker.address(state), lambda: broker.is_ready(state))
    if state.has_node:
        parts["volumes"] = (str(volumes.PROVISIONED), volumes.PROVISIONED.exists)
        parts["containerd"] = (str(node.CONTAINERD_SOCKET), node.containerd_is_ready)
        parts["kubelet"] = (f"{NODE_ADDRESS}:{ports['kubelet']}", lambda: node.kubelet_is_ready(state))
        parts["kube-proxy"] = (f"{LOOPBACK}:{ports['kube-proxy-health']}", lambda: node.kube_proxy_is_ready(state))
        parts["coredns"] = (f"{NODE_ADDRESS}:53", lambda: dns.is_ready(state))
    return parts
