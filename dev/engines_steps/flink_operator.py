"""The Flink Kubernetes Operator: its jars and its CRDs."""

from __future__ import annotations

import zipfile
from pathlib import Path

from . import maven
from .distribution import MODULES, Distribution

VERSION = "1.7.0"
_POM = MODULES / "flink_operator" / "pom.xml"
# They override classes of Flink's own and come first in the class path.
FIRST = (f"flink-kubernetes-standalone-{VERSION}.jar", f"flink-kubernetes-operator-{VERSION}.jar")


def _make(target: Path) -> None:
    maven.copy_dependencies(_POM, target / "lib")
    (target / "first").mkdir()
    for name in FIRST:
        (target / "lib" / name).rename(target / "first" / name)
    (target / "plugins").mkdir()
    (target / "crds").mkdir()
    with zipfile.ZipFile(target / "lib" / f"flink-kubernetes-operator-api-{VERSION}.jar") as packed:
        for plural in ("flinkdeployments", "flinksessionjobs"):
            name = f"{plural}.flink.apache.org"
            (target / "crds" / f"{name}.yaml").write_bytes(packed.read(f"META-INF/fabric8/{name}-v1.yml"))


DISTRIBUTION = Distribution(f"flink-kubernetes-operator-{VERSION}", (Path(__file__), _POM), _make)
