"""The base image docker.io/library/debian:bookworm-slim, made from Debian's packages where no registry is reachable."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from . import cache, files
from .progress import Failure, step

NAME = "docker.io/library/debian:bookworm-slim"
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_PACKAGES = "ca-certificates"
# What Debian's own slim image leaves out.
_LEFT_OUT = ("/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*", "/usr/share/lintian/*", "/usr/share/doc/*")


def environment() -> dict[str, str]:
    """With these variables every buildah command works on the images in the cache."""
    directory = cache.directory("buildah")
    text = f"""[storage]
driver = "vfs"
graphroot = "{directory / 'root'}"
runroot = "{directory / 'run'}"
"""
    storage = files.write(directory / "storage.conf", text)
    return {"CONTAINERS_STORAGE_CONF": str(storage), "STORAGE_DRIVER": "vfs", "BUILDAH_ISOLATION": "chroot"}


def buildah(*arguments: str, log: Path) -> str:
    """Runs buildah on the images in the cache and returns what it printed; its complaints go to the log."""
    try:
        with open(log, "a", encoding="utf-8") as errors:
            done = subprocess.run(
                ["buildah", *arguments],
                env={**os.environ, **environment()},
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                check=False,
            )
    except FileNotFoundError:
        raise Failure("buildah is not installed: run dev/deps") from None
    if done.returncode != 0:
        raise Failure(f"buildah {arguments[0]} failed", log)
    return done.stdout.strip()


def ensure() -> None:
    """Makes the root file system and gives it to buildah under its usual name. Quick when both are there."""
    log = cache.directory("logs") / "base-image.log"
    with cache.lock("base-image"):
        tar = cache.directory("images") / "debian-bookworm-slim.tar"
        if not tar.exists():
            with step("base image from Debian's packages"):
                _make_root(tar, log)
        if not buildah("images", "--quiet", "--filter", f"reference={NAME}", log=log):
            with step("base image for buildah"):
                container = buildah("from", "scratch", log=log)
                try:
                    buildah("add", container, str(tar), "/", log=log)
                    buildah("config", "--cmd", "bash", "--env", f"PATH={_PATH}", container, log=log)
                    buildah("commit", container, NAME, log=log)
                finally:
                    buildah("rm", container, log=log)


def _make_root(tar: Path, log: Path) -> None:
    if shutil.which("mmdebstrap") is None:
        raise Failure("mmdebstrap is not installed: run dev/deps")
    unfinished = tar.with_name(".unfinished.tar")
    command = ["mmdebstrap", "--mode=root" if os.geteuid() == 0 else "--mode=unshare", "--variant=minbase"]
    command += [f"--include={_PACKAGES}", *(f"--dpkgopt=path-exclude={path}" for path in _LEFT_OUT)]
    command += ["--dpkgopt=path-include=/usr/share/doc/*/copyright", "bookworm", str(unfinished)]
    with open(log, "w", encoding="utf-8") as output:
        done = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        unfinished.unlink(missing_ok=True)
        raise Failure("mmdebstrap cannot make a Debian root file system", log)
    unfinished.rename(tar)
