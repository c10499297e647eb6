"""Images on the node: the pause image, and archives that are loaded from files."""

from __future__ import annotations

import subprocess
from pathlib import Path

from . import cache, network, node
from .base_image import buildah
from .progress import Failure, step

_PAUSE_SOURCE = """#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void reap(int signal) { while (waitpid(-1, NULL, WNOHANG) > 0) {} }
static void end(int signal) { _exit(0); }

int main(void) {
  signal(SIGCHLD, reap);
  signal(SIGTERM, end);
  signal(SIGINT, end);
  for (;;) pause();
}
"""


def ensure_pause() -> Path:
    """The archive of the image that holds a pod's namespaces open, built if it is missing."""
    archive = cache.directory("images") / "pause.tar"
    with cache.lock("pause-image"):
        if not archive.exists():
            with step("pause image"):
                _build_pause(archive)
    return archive


def load(archive: Path) -> list[str]:
    """Imports a docker or OCI archive for pods to use, and returns the names of its images."""
    before = _names()
    output = network.run("ctr", *_ctr_options(), "images", "import", str(archive))
    named = [line.split()[1] for line in output.splitlines() if line.startswith("unpacking ")]
    return named or sorted(_names() - before)


def has(name: str) -> bool:
    """Whether the node has the image."""
    return name in _names()


def _names() -> set[str]:
    return set(network.run("ctr", *_ctr_options(), "images", "list", "--quiet").splitlines())


def _ctr_options() -> list[str]:
    return ["--address", str(node.CONTAINERD_SOCKET), "--namespace", "k8s.io"]


def _build_pause(archive: Path) -> None:
    log = cache.directory("logs") / "pause-image.log"
    program = archive.with_name("pause")
    with open(log, "w", encoding="utf-8") as output:
        command = ["gcc", "-static", "-Os", "-s", "-x", "c", "-", "-o", str(program)]
        done = subprocess.run(command, input=_PAUSE_SOURCE.encode(), stdout=output, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        raise Failure("the pause program does not compile", log)
    unfinished = archive.with_name(".unfinished-pause.tar")
    unfinished.unlink(missing_ok=True)
    container = buildah("from", "scratch", log=log)
    try:
        buildah("copy", container, str(program), "/pause", log=log)
        buildah("config", "--entrypoint", '["/pause"]', container, log=log)
        buildah("commit", "--rm", container, f"docker-archive:{unfinished}:{node.PAUSE_IMAGE}", log=log)
    except Failure:
        buildah("rm", container, log=log)
        raise
    program.unlink()
    unfinished.rename(archive)
