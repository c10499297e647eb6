"""dev/cluster as its users call it, and what can be seen of a cluster from outside."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path

from local_cluster import state
from local_cluster.processes import TAG

ROOT = Path(__file__).resolve().parents[2]
CLUSTER = ROOT / "dev" / "cluster"


def cluster(*arguments: str | Path) -> str:
    """Runs a command that is expected to succeed, and returns what it printed."""
    done = subprocess.run([CLUSTER, *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"dev/cluster {' '.join(map(str, arguments))} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def refusal(*arguments: str) -> str:
    """Runs a command that is expected to fail, and returns its complaint."""
    done = subprocess.run([CLUSTER, *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 1:
        raise AssertionError(f"dev/cluster {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stderr


def environment(name: str) -> dict[str, str]:
    """The process's environment with what `env` exports, as a shell understands it."""
    script = f'exports=$("{CLUSTER}" env --name "$0") && eval "$exports" && env -0'
    done = subprocess.run(["bash", "-c", script, name], stdout=subprocess.PIPE, check=True)
    return dict(entry.split("=", 1) for entry in done.stdout.decode().split("\0") if "=" in entry)


def run(name: str, *command: str, stdin: str = "") -> str:
    """Runs a command with a cluster's environment, and returns what it printed."""
    done = subprocess.run(command, env=environment(name), input=stdin, capture_output=True, text=True, check=False, timeout=180)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def pids(name: str) -> dict[str, str]:
    """The pid of every part, as `status` shows it."""
    lines = cluster("status", "--name", name).split("\n\n")[0].splitlines()[1:]
    return {words[0]: words[1] for words in map(str.split, lines)}


def tagged(name: str) -> list[int]:
    """Every process of a cluster, helpers such as containerd's shims included."""
    tag = f"{TAG}={state.directory_of(name)}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if tag in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except OSError:
            continue  # it ended meanwhile
    return found


def kill(name: str) -> None:
    """Ends every process of a cluster without a warning."""
    for pid in tagged(name):
        os.kill(pid, signal.SIGKILL)


def listening_addresses(name: str) -> set[str]:
    """The addresses on which a cluster's processes listen."""
    lines = subprocess.run(["ss", "-Htlnp"], capture_output=True, text=True, check=True).stdout.splitlines()
    ours = {str(pid) for pid in tagged(name)}
    found = set()
    for line in lines:
        if ours & set(re.findall(r"pid=(\d+)", line)):
            found.add(line.split()[3].rpartition(":")[0].strip("[]").removeprefix("::ffff:"))
    return found
