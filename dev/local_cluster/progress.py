"""Progress: one line for each step, with the time it took."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path


class Failure(Exception):
    """A step that failed, told to the user as one sentence, and where to read more."""

    def __init__(self, message: str, log: Path | None = None) -> None:
        super().__init__(message if log is None else f"{message}\n  log: {log}{_tail(log)}")


def _tail(log: Path, lines: int = 12) -> str:
    try:
        text = log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
    except OSError:
        return ""
    return "".join(f"\n  | {line[:300]}" for line in text)


@contextlib.contextmanager
def step(name: str) -> Iterator[None]:
    """Says what goes on while it goes on, and how long it took when it is done. Steps do not nest."""
    started = time.monotonic()
    print(f"  {name} ... ", end="", file=sys.stderr, flush=True)
    try:
        yield
    except BaseException:
        print(f"failed after {time.monotonic() - started:.1f} s", file=sys.stderr, flush=True)
        raise
    print(f"{time.monotonic() - started:.1f} s", file=sys.stderr, flush=True)


def say(message: str) -> None:
    """A line that is no step."""
    print(message, file=sys.stderr, flush=True)
