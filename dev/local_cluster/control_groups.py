"""The control group below which the kubelet keeps its pods: ours alone, so that no other cluster's pods are ever ended."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from .progress import Failure

NAME = "fusion-operator"
_ROOT = Path("/sys/fs/cgroup")


def _hierarchies() -> list[Path]:
    """The one hierarchy of cgroup v2, or all those of cgroup v1."""
    if (_ROOT / "cgroup.controllers").exists():
        return [_ROOT]
    return [path for path in sorted(_ROOT.iterdir()) if (path / "cgroup.procs").exists() and not path.is_symlink()]


def ensure() -> None:
    """Makes the group in every hierarchy."""
    for hierarchy in _hierarchies():
        (hierarchy / NAME).mkdir(exist_ok=True)
        shares = hierarchy / NAME / "cpu.shares"
        if shares.exists():
            # What the kubelet gives all pods together. The default is as much as a single process outside has, and pods
            # starve beside a compiler.
            shares.write_text(str(1024 * (os.cpu_count() or 1)), encoding="utf-8")
        if hierarchy == _ROOT:
            controllers = (_ROOT / "cgroup.controllers").read_text(encoding="utf-8").split()
            for control in (_ROOT / "cgroup.subtree_control", _ROOT / NAME / "cgroup.subtree_control"):
                passed_on = control.read_text(encoding="utf-8").split()
                for missing in (name for name in controllers if name not in passed_on):
                    control.write_text(f"+{missing}", encoding="utf-8")


def end_processes() -> None:
    """Ends every process in the group: the containers of all pods."""
    deadline = time.monotonic() + 10
    while pids := _pids():
        if time.monotonic() > deadline:
            raise Failure(f"processes of pods do not end: {sorted(pids)}")
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.05)


def remove() -> None:
    """Removes the group, in which nothing runs any more."""
    for group in sorted(_groups(), key=lambda path: len(path.parts), reverse=True):
        group.rmdir()


def _groups() -> list[Path]:
    return [Path(directory) for hierarchy in _hierarchies() for directory, _, _ in os.walk(hierarchy / NAME)]


def _pids() -> set[int]:
    found: set[int] = set()
    for group in _groups():
        try:
            found |= {int(pid) for pid in (group / "cgroup.procs").read_text(encoding="utf-8").split()}
        except OSError:
            continue  # removed meanwhile
    return found
