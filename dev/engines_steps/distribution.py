"""A distribution: a directory of the cache that is made once from what its sources say, and made anew when they change."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from local_cluster import cache
from local_cluster.progress import step

MODULES = Path(__file__).parent / "modules"


@dataclass(frozen=True)
class Distribution:
    """`make` fills an empty directory, from what the `sources` say; its place is found by `name` in the cache."""

    name: str
    sources: Sequence[Path]
    make: Callable[[Path], None]

    @property
    def directory(self) -> Path:
        return cache.root() / "engines" / self.name

    @property
    def fingerprint(self) -> str:
        """Changes with what the distribution is made from."""
        digest = hashlib.sha256(self.name.encode())
        for source in self.sources:
            digest.update(source.read_bytes())
        return digest.hexdigest()[:12]

    def ensure(self) -> Path:
        """Makes it if it is missing or made from other sources. Quick when it is there."""
        if not self.is_made():
            with self.held():
                pass
        return self.directory

    @contextlib.contextmanager
    def held(self) -> Iterator[Path]:
        """Makes sure of it, and that another checkout with other sources does not replace it meanwhile."""
        with cache.lock(f"engines-{self.name}"):
            if not self.is_made():
                with step(self.name):
                    self._make_anew()
            yield self.directory

    def is_made(self) -> bool:
        """Whether it is in the cache, made from its sources as they are now."""
        stamp = self.directory / ".made-from"
        return stamp.exists() and stamp.read_text(encoding="utf-8") == self.fingerprint

    def _make_anew(self) -> None:
        unfinished = self.directory.with_name(f".unfinished-{self.name}")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        self.make(unfinished)
        (unfinished / ".made-from").write_text(self.fingerprint, encoding="utf-8")
        shutil.rmtree(self.directory, ignore_errors=True)
        unfinished.rename(self.directory)
