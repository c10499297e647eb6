"""Running commands, and the clusters that tests need."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from local_cluster import cache, state
from local_cluster.progress import Failure, say

ROOT = Path(__file__).resolve().parents[2]
DEV = ROOT / "dev"

Environment = dict[str, str]


def run(command: Sequence[str | Path], env: Environment | None = None, timeout_s: float | None = None) -> int:
    """The exit code; 124 when it took too long, as timeout(1) says it."""
    with subprocess.Popen(command, cwd=ROOT, env=env) as process:
        try:
            return process.wait(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            say(f"{command[0]} took longer than {timeout_s:.0f} s")
            return 124
        except BaseException:
            # Ctrl-C reached the child as well: let it clean up.
            process.wait()
            raise


def run_or_fail(command: Sequence[str | Path], what: str) -> None:
    if run(command) != 0:
        raise Failure(f"{what} failed")


def run_into_log(command: Sequence[str | Path], what: str, log: Path) -> None:
    with open(log, "a", encoding="utf-8") as output:
        done = subprocess.run(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        raise Failure(f"{what} failed", log)


def python_environment(base: Environment | None = None) -> Environment:
    """For Python tests: dev/ and the packages of dev/deps are importable, the cache's binaries are in the PATH."""
    env = dict(base or os.environ)
    env["PYTHONPATH"] = os.pathsep.join([str(DEV), str(cache.root() / "python")])
    env["PYTHONDONTWRITEBYTECODE"] = "1"
    env["PATH"] = f"{cache.root() / 'bin'}{os.pathsep}{env['PATH']}"
    return env


def cluster_environment(*which: str) -> Environment:
    """This process's environment with what `dev/cluster env` exports."""
    script = f'exports=$("{DEV / "cluster"}" env "$@") && eval "$exports" && env -0'
    done = subprocess.run(["bash", "-c", script, "bash", *which], stdout=subprocess.PIPE, check=True)
    return dict(entry.split("=", 1) for entry in done.stdout.decode().split("\0") if "=" in entry)


@contextlib.contextmanager
def control_plane() -> Iterator[Environment]:
    """An API server and a broker of one's own, gone afterwards whatever happens."""
    which = ["--control-plane-only", "--name", f"test-{os.getpid()}"]
    try:
        run_or_fail([DEV / "cluster", "up", *which], "dev/cluster up")
        yield cluster_environment("--name", which[-1])
    finally:
        run([DEV / "cluster", "down", *which])


@contextlib.contextmanager
def node_cluster() -> Iterator[Environment]:
    """The cluster with the node: left as it was found."""
    was_up = state.load(state.FULL_CLUSTER) is not None
    try:
        run_or_fail([DEV / "cluster", "up"], "dev/cluster up")
        yield cluster_environment()
    finally:
        if not was_up:
            run([DEV / "cluster", "down"])
