"""The cache: every binary, jar, image and cluster state that dev/cluster makes lies below one directory."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


def root() -> Path:
    """FUSION_CACHE, or ~/.cache/fusion-operator."""
    return Path(os.environ.get("FUSION_CACHE") or Path.home() / ".cache" / "fusion-operator").absolute()


def directory(*parts: str) -> Path:
    """A directory below the cache's root, made if it is missing."""
    path = root().joinpath(*parts)
    path.mkdir(parents=True, exist_ok=True)
    return path


def binary(name: str) -> Path:
    """Where the binary of this name lies, whether or not it is built yet."""
    return root() / "bin" / name


@contextlib.contextmanager
def lock(name: str) -> Iterator[None]:
    """Holds a lock of the cache, so that two commands never build or change the same thing at once."""
    with open(directory("locks") / name, "w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
