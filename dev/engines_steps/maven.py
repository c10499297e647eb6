"""Jars from Maven Central."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from local_cluster import cache
from local_cluster.progress import Failure


def copy_dependencies(pom: Path, target: Path) -> None:
    """Copies the jars that a pom's runtime needs into a directory."""
    if shutil.which("mvn") is None:
        raise Failure("mvn is not installed: dev/deps says what is needed")
    log = cache.directory("logs") / f"download-{pom.parent.name}.log"
    command = ["mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies"]
    command += [f"-DoutputDirectory={target}", "-DincludeScope=runtime"]
    with open(log, "w", encoding="utf-8") as output:
        done = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0 or not target.is_dir():
        raise Failure(f"the jars of {pom.parent.name} do not come from Maven Central", log)
