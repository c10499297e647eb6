"""Apache Spark with PySpark and its Kafka source, laid out as its release archive is."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path

from . import maven, pypi
from .distribution import MODULES, Distribution

VERSION = "3.5.7"
_POM = MODULES / "spark" / "pom.xml"
# Where parts of PyPI's archive go. Its own tests and documentation stay behind.
_PLACES = {("deps", "bin"): "bin", ("deps", "sbin"): "sbin", ("deps", "jars"): "jars", ("deps", "examples"): "examples/src/main/python",
           ("pyspark",): "python/pyspark", ("lib",): "python/lib"}


def _make(target: Path) -> None:
    downloads = target / "downloads"
    with tarfile.open(pypi.download_source(f"pyspark=={VERSION}", downloads)) as packed:
        for member in packed:
            place = _place(Path(member.name).parts[1:])
            if member.isfile() and place is not None:
                path = target / place
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(packed.extractfile(member).read())
                path.chmod(0o755 if member.mode & 0o100 or place.parts[0] in ("bin", "sbin") else 0o644)
    shutil.rmtree(downloads)
    # What Spark brings in the same or another version stays as Spark has it.
    maven.copy_dependencies(_POM, target / "maven")
    for jar in (target / "maven").iterdir():
        jar.rename(target / "jars" / jar.name)
    (target / "maven").rmdir()


def _place(parts: tuple[str, ...]) -> Path | None:
    for start, place in _PLACES.items():
        if parts[: len(start)] == start and "tests" not in parts:
            return Path(place, *parts[len(start):])
    return None


DISTRIBUTION = Distribution(f"spark-{VERSION}", (Path(__file__), _POM), _make)
