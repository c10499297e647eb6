"""The operator's process on the node, for those who kill it."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

from quickstart_steps import installation
from quickstart_steps.cluster import Object, kubectl


def _pods() -> list[Object]:
    text = kubectl(
        "get", "pods", f"--namespace={installation.NAMESPACE}", "--selector=app.kubernetes.io/name=fusion-operator", "--output=json"
    )
    return json.loads(text)["items"]


def pids() -> list[int]:
    """Its processes: those of its name in its pods' control groups."""
    uids = [pod["metadata"]["uid"] for pod in _pods()]
    found = []
    for directory in Path("/proc").iterdir():
        if not directory.name.isdigit():
            continue
        try:
            name = (directory / "comm").read_text(encoding="utf-8").strip()
            group = (directory / "cgroup").read_text(encoding="utf-8")
        except OSError:
            continue  # it ended meanwhile
        if name == "fusion-operator" and any(uid in group for uid in uids):
            found.append(int(directory.name))
    return found


def kill() -> None:
    """kill -9."""
    victims = pids()
    assert len(victims) == 1, victims
    os.kill(victims[0], signal.SIGKILL)


def restarts() -> int:
    """How often the containers of its pods were started again."""
    return sum(status["restartCount"] for pod in _pods() for status in pod["status"].get("containerStatuses", []))
