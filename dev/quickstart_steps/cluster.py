"""Commands against the cluster with the node."""

from __future__ import annotations

import functools
import json
import subprocess
from pathlib import Path
from typing import Any

from local_cluster import cache
from local_cluster.progress import Failure

ROOT = Path(__file__).resolve().parents[2]
NODE_CLUSTER = ROOT / "dev" / "cluster"

Object = dict[str, Any]


@functools.cache
def environment() -> dict[str, str]:
    """This process's environment with what `dev/cluster env` exports: KUBECONFIG, KAFKA_BOOTSTRAP, PATH."""
    script = f'exports=$("{NODE_CLUSTER}" env) && eval "$exports" && env -0'
    done = subprocess.run(["bash", "-c", script], stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise Failure("the cluster is not up")
    pairs = (entry.split("=", 1) for entry in done.stdout.decode().split("\0") if "=" in entry)
    return {name: value for name, value in pairs}


def bootstrap() -> str:
    """The broker's address, from this machine."""
    return environment()["KAFKA_BOOTSTRAP"]


def helm(*arguments: str, stdin: str | None = None) -> str:
    """What Helm printed; when it fails its log is shown."""
    log = cache.directory("logs") / f"helm-{arguments[0]}.log"
    with open(log, "w", encoding="utf-8") as errors:
        done = subprocess.run(
            ["helm", *arguments], input=stdin, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment(), check=False
        )
    if done.returncode != 0:
        raise Failure(f"helm {arguments[0]} failed", log)
    return done.stdout


def kubectl(*arguments: str, stdin: str | None = None) -> str:
    """What kubectl printed; its complaint becomes a Failure."""
    done = subprocess.run(["kubectl", *arguments], input=stdin, capture_output=True, text=True, env=environment(), check=False)
    if done.returncode != 0:
        raise Failure(f"kubectl {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


def get(kind: str, name: str, namespace: str) -> Object | None:
    """The object, or None if there is none of that name."""
    text = kubectl("get", kind, name, f"--namespace={namespace}", "--ignore-not-found", "--output=json")
    return json.loads(text) if text.strip() else None
