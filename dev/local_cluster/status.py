"""The state of a cluster's parts, as `dev/cluster status` shows it."""

from __future__ import annotations

import socket
from collections.abc import Callable

from . import broker, control_plane
from .state import LOOPBACK, ClusterState


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
    parts: dict[str, tuple[str, Callable[[], bool]]] = {
        "etcd": _listener(LOOPBACK, state.ports["etcd"]),
        "kube-apiserver": (state.server, lambda: control_plane.api_server_is_ready(state)),
        "kube-controller-manager": _listener(LOOPBACK, state.ports["kube-controller-manager"]),
        "broker": (broker.address(state), lambda: broker.is_ready(state)),
    }
    return parts


def _listener(address: str, port: int) -> tuple[str, Callable[[], bool]]:
    def accepts() -> bool:
        try:
            socket.create_connection((address, port), timeout=2).close()
        except OSError:
            return False
        return True

    return f"{address}:{port}", accepts
