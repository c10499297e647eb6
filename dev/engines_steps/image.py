"""Images of the engines and of their operators, built by buildah into archives of the cache."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from local_cluster import base_image, cache
from local_cluster.base_image import buildah
from local_cluster.progress import step

from .distribution import Distribution

FILES = Path(__file__).parent / "image_files"
# What all of them have below, in one layer that the node keeps once. The JDK links its manual pages, whose directory the base
# image does not have.
_SCRIPT = """set -e
mkdir -p /usr/share/man/man1
apt-get -q update
DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends openjdk-17-jre-headless procps python3 tini >&2
rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb
ln -s /usr/bin/python3 /usr/local/bin/python
"""


@dataclass(frozen=True)
class Image:
    """`copies` maps a path of a distribution or a file to its place in the image."""

    name: str
    distributions: Sequence[Distribution]
    copies: Callable[[], dict[Path, str]]
    user: tuple[str, int]
    home: str
    entrypoint: Sequence[str]
    environment: dict[str, str] = field(default_factory=dict)
    files: Sequence[Path] = ()

    @property
    def fingerprint(self) -> str:
        """Changes with what the image is made from."""
        digest = hashlib.sha256(f"{self.name} {_SCRIPT} {self.user} {self.entrypoint} {self.environment}".encode())
        for distribution in self.distributions:
            digest.update(distribution.fingerprint.encode())
        for file in (*self.files, Path(__file__)):
            digest.update(file.read_bytes())
        return digest.hexdigest()[:12]

    @property
    def archive(self) -> Path:
        short = self.name.rpartition("/")[2].replace(":", "-")
        return cache.root() / "images" / f"engines-{short}.tar"

    def ensure(self) -> Path:
        """The archive, built if it is missing or made from other content. Quick when it is there."""
        for distribution in self.distributions:
            distribution.ensure()
        stamp = self.archive.with_name(f"{self.archive.stem}.made-from")
        with cache.lock(f"engines-image-{self.archive.stem}"):
            if not (self.archive.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == self.fingerprint):
                stamp.unlink(missing_ok=True)
                with contextlib.ExitStack() as held:
                    for distribution in self.distributions:
                        held.enter_context(distribution.held())
                    _build(self)
                stamp.write_text(self.fingerprint, encoding="utf-8")
        return self.archive


def _build(image: Image) -> None:
    log = cache.directory("logs") / f"{image.archive.stem}-image.log"
    log.unlink(missing_ok=True)
    base = _ensure_base(log)
    with step(f"image {image.name}"), _container(base, log) as container:
        user, number = image.user
        for source, target in image.copies().items():
            buildah("copy", container, str(source), target, log=log)
        script = f"useradd --uid {number} --user-group --no-create-home --home-dir {image.home} {user}"
        script += f" && mkdir -p {image.home} && chown {user}: {image.home}"
        buildah("run", container, "--", "sh", "-c", script, log=log)
        environment = [f"--env={name}={value}" for name, value in image.environment.items()]
        entrypoint = "[" + ", ".join(f'"{word}"' for word in image.entrypoint) + "]"
        buildah("config", "--user", str(number), "--workingdir", image.home, "--entrypoint", entrypoint, "--cmd", "",
                *environment, container, log=log)
        unfinished = image.archive.with_name(f".unfinished-{image.archive.name}")
        unfinished.unlink(missing_ok=True)
        buildah("commit", container, f"docker-archive:{unfinished}:{image.name}", log=log)
        unfinished.rename(image.archive)


def _ensure_base(log: Path) -> str:
    """The image below all others, kept under a name that changes with what it is made of."""
    base_image.ensure()
    name = f"docker.io/local/engines-base:{hashlib.sha256(_SCRIPT.encode()).hexdigest()[:12]}"
    with cache.lock("engines-base-image"):
        if not buildah("images", "--quiet", "--filter", f"reference={name}", log=log):
            with step("image below the engines"), _container(base_image.NAME, log) as container:
                buildah("run", container, "--", "sh", "-c", _SCRIPT, log=log)
                buildah("commit", container, name, log=log)
    return name


@contextlib.contextmanager
def _container(base: str, log: Path) -> Iterator[str]:
    container = buildah("from", "--pull=never", base, log=log)
    try:
        yield container
    finally:
        buildah("rm", container, log=log)
