"""A line that changes while something goes on."""

from __future__ import annotations

import sys
import time


class LiveLine:
    """Rewrites one line of a terminal; where there is no terminal, writes a line every few seconds."""

    _EVERY_S = 5.0

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._text = ""
        self._written = time.monotonic()

    def show(self, text: str) -> None:
        self._text = text
        if self._terminal:
            print(f"\r  {text}\x1b[K", end="", file=sys.stderr, flush=True)
        elif time.monotonic() - self._written >= self._EVERY_S:
            print(f"  {text}", file=sys.stderr, flush=True)
            self._written = time.monotonic()

    def end(self, text: str = "") -> None:
        """Leaves the last text, with more behind it, as a line of its own."""
        start = "\r" if self._terminal else ""
        print(f"{start}  {self._text}{text}", file=sys.stderr, flush=True)
