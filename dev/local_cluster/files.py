"""Configuration files: written only when they change, because some processes end when theirs is written."""

from __future__ import annotations

from pathlib import Path


def write(path: Path, text: str, mode: int = 0o600) -> Path:
    """Gives the file this content, readable as `mode` allows, and returns its path."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.touch(mode=mode)
        path.write_text(text, encoding="utf-8")
    return path
