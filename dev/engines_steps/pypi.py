"""Files from PyPI."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from local_cluster import cache
from local_cluster.progress import Failure


def download(requirement: str, target: Path, *options: str) -> Path:
    """Downloads the one file of a requirement such as `pyspark==3.5.7` into a directory, and returns its path."""
    log = cache.directory("logs") / f"download-{requirement.partition('=')[0]}.log"
    target.mkdir(parents=True, exist_ok=True)
    before = set(target.iterdir())
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--disable-pip-version-check", f"--dest={target}"]
    with open(log, "w", encoding="utf-8") as output:
        done = subprocess.run([*command, *options, requirement], stdout=output, stderr=subprocess.STDOUT, check=False)
    found = sorted(set(target.iterdir()) - before)
    if done.returncode != 0 or len(found) != 1:
        raise Failure(f"{requirement} does not come from PyPI", log)
    return found[0]


def download_source(requirement: str, target: Path) -> Path:
    """The source distribution of a requirement."""
    return download(requirement, target, "--no-binary=:all:")


def download_wheel(requirement: str, target: Path, python: str, platform: str) -> Path:
    """The wheel of a requirement for a Python and a platform that need not be this machine's."""
    return download(requirement, target, "--only-binary=:all:", f"--python-version={python}", f"--platform={platform}")
