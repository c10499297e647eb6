"""The images of examples/flight-delays: those of the engines with the example's jobs."""

from __future__ import annotations

import dataclasses
import os
import subprocess
from pathlib import Path

from engines_steps import flink, images
from engines_steps.image import Image
from local_cluster import cache
from local_cluster.progress import Failure, step
from local_cluster.state import ClusterState

from .cluster import ROOT

EXAMPLES = ROOT / "examples"
FLIGHTS = EXAMPLES / "flight-delays"
_JAR = Path("examples") / "late-flights.jar"
# As in the example's Containerfiles.
_SPARK_FILES = (EXAMPLES / "pyspark" / "fusion_stage.py", FLIGHTS / "delay_profiles.py", FLIGHTS / "daily_counts.py")


def _java_sources() -> tuple[Path, ...]:
    return (*sorted((EXAMPLES / "flink").rglob("*.java")), *sorted(FLIGHTS.rglob("*.java")), FLIGHTS / "build-jar")


def _jar() -> Path:
    return cache.root() / _JAR


def flink_image() -> Image:
    return dataclasses.replace(
        images.FLINK,
        name="docker.io/local/flight-delays-flink:1",
        copies=lambda: images.FLINK.copies() | {_jar(): "/opt/flink/usrlib/late-flights.jar"},
        files=(*images.FLINK.files, *_java_sources()),
    )


def spark_image() -> Image:
    return dataclasses.replace(
        images.SPARK,
        name="docker.io/local/flight-delays-spark:1",
        copies=lambda: images.SPARK.copies() | {file: f"/opt/flight-delays/{file.name}" for file in _SPARK_FILES},
        files=(*images.SPARK.files, *_SPARK_FILES),
    )


def build_jar() -> None:
    flink.DISTRIBUTION.ensure()
    log = cache.directory("logs") / "late-flights-jar.log"
    with step("jar of the Flink job"), open(log, "w", encoding="utf-8") as output:
        done = subprocess.run([FLIGHTS / "build-jar", _jar()], env=os.environ | {"FLINK_HOME": str(flink.DISTRIBUTION.directory)},
                              stdout=output, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        raise Failure("the jar of the Flink job was not built", log)


def load(cluster: ClusterState, with_spark: bool = True) -> None:
    """Gives the node the images, which are built where they are missing."""
    build_jar()
    for image in (flink_image(), spark_image()) if with_spark else (flink_image(),):
        images.load(image, cluster)
