"""Kubeflow's Spark operator: its binary, its CRDs and its chart."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
from pathlib import Path

from local_cluster import cache
from local_cluster.progress import Failure

from .distribution import Distribution

VERSION = "2.3.0"
# The first one above has no spec.suspend; this one has.
NEWER_VERSION = "2.5.1"
_MODULE = "github.com/kubeflow/spark-operator/v2"


def _make(version: str, target: Path) -> None:
    if shutil.which("go") is None:
        raise Failure("go is not installed: dev/deps says which version is needed")
    log = cache.directory("logs") / "build-spark-operator.log"
    environment = {**os.environ, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOFLAGS": "", "GOWORK": "off"}
    with open(log, "w", encoding="utf-8") as output:

        def go(*arguments: str, directory: Path, stdout=output) -> subprocess.CompletedProcess[str]:
            done = subprocess.run(["nice", "-n", "5", "go", *arguments], cwd=directory, env=environment, stdout=stdout,
                                  stderr=output, text=True, check=False)
            if done.returncode != 0:
                raise Failure(f"go {arguments[0]} of the Spark operator failed", log)
            return done

        # Not by `go install`, which refuses modules with replace directives.
        found = go("mod", "download", "-json", f"{_MODULE}@v{version}", directory=target, stdout=subprocess.PIPE)
        module = Path(json.loads(found.stdout)["Dir"])
        flags = f"-s -w -X {_MODULE}.version=v{version}"
        go("build", "-trimpath", "-buildvcs=false", "-ldflags", flags, "-o", str(target / "spark-operator"), "./cmd/operator",
           directory=module)
    for source, place in (("config/crd/bases", "crds"), ("charts/spark-operator-chart", "chart")):
        shutil.copytree(module / source, target / place, copy_function=shutil.copyfile)
        # The module cache is read-only.
        for path in (target / place, *(target / place).rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)


def distribution(version: str = VERSION) -> Distribution:
    """The operator in one of its versions."""
    return Distribution(f"spark-operator-{version}", (Path(__file__),), functools.partial(_make, version))
