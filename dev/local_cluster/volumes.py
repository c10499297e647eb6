"""The directories of the default class's volumes, made writable for pods that do not run as root.

The controller manager's provisioner makes them below a fixed path, with mode 0750 and for root, and the kubelet leaves
the group of a host path alone. This program watches for new ones: `python3 volumes.py DIRECTORY`.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

PROVISIONED = Path("/tmp/hostpath_pv")
_CREATED_OR_MOVED_HERE = 0x100 | 0x80  # IN_CREATE | IN_MOVED_TO of inotify(7)


def open_all(directory: Path) -> None:
    """Lets everybody write to each volume in the directory."""
    for volume in directory.iterdir():
        try:
            volume.chmod(0o777)
        except FileNotFoundError:
            continue  # deleted meanwhile


def watch(directory: Path) -> None:
    """Opens each volume as it appears; never returns."""
    libc = ctypes.CDLL(None, use_errno=True)
    events = libc.inotify_init()
    if events < 0 or libc.inotify_add_watch(events, bytes(directory), _CREATED_OR_MOVED_HERE) < 0:
        raise OSError(ctypes.get_errno(), f"{directory} cannot be watched")
    while True:
        open_all(directory)
        os.read(events, 4096)


if __name__ == "__main__":
    watch(Path(sys.argv[1]))
