"""The four images, and their way onto the node."""

from __future__ import annotations

from pathlib import Path

from local_cluster import images as node_images
from local_cluster.progress import step
from local_cluster.state import ClusterState

from . import flink, flink_operator, spark, spark_operator
from .image import FILES, Image

_FLINK_ENTRYPOINT, _SPARK_ENTRYPOINT = FILES / "flink-entrypoint.sh", FILES / "spark-entrypoint.sh"


def _parts(directory: Path, target: str, names: tuple[str, ...]) -> dict[Path, str]:
    return {directory / name: f"{target}/{name}" for name in names}


FLINK = Image(
    name=f"docker.io/local/flink:{flink.VERSION}",
    distributions=(flink.DISTRIBUTION,),
    copies=lambda: _parts(flink.DISTRIBUTION.directory, "/opt/flink", ("bin", "conf", "examples", "lib", "opt", "plugins"))
    | {_FLINK_ENTRYPOINT: "/docker-entrypoint.sh"},
    user=("flink", 9999),
    home="/opt/flink/work",
    entrypoint=("tini", "-s", "--", "/docker-entrypoint.sh"),
    environment={"FLINK_HOME": "/opt/flink"},
    files=(Path(__file__), _FLINK_ENTRYPOINT),
)
FLINK_OPERATOR = Image(
    name=f"docker.io/local/flink-kubernetes-operator:{flink_operator.VERSION}",
    distributions=(flink_operator.DISTRIBUTION, flink.DISTRIBUTION),
    # The operator itself reads the jars of session jobs: file:///opt/flink/examples/numbers.jar.
    copies=lambda: _parts(flink_operator.DISTRIBUTION.directory, "/opt/flink", ("first", "lib", "plugins"))
    | _parts(flink.DISTRIBUTION.directory, "/opt/flink", ("examples",)),
    user=("flink", 9999),
    home="/opt/flink/work",
    entrypoint=("tini", "-s", "--"),
    files=(Path(__file__),),
)
_SPARK_PARTS = ("bin", "examples", "jars", "python", "sbin")
_SPARK_ENVIRONMENT = {"SPARK_HOME": "/opt/spark", "PATH": "/opt/spark/bin:/usr/local/bin:/usr/bin:/bin"}
_SPARK_USER = ("spark", 185)
SPARK = Image(
    name=f"docker.io/local/spark:{spark.VERSION}",
    distributions=(spark.DISTRIBUTION,),
    copies=lambda: _parts(spark.DISTRIBUTION.directory, "/opt/spark", _SPARK_PARTS)
    | {_SPARK_ENTRYPOINT: "/opt/entrypoint.sh"},
    user=_SPARK_USER,
    home="/opt/spark/work-dir",
    entrypoint=("/opt/entrypoint.sh",),
    environment=_SPARK_ENVIRONMENT,
    files=(Path(__file__), _SPARK_ENTRYPOINT),
)


def spark_operator_image(version: str = spark_operator.VERSION) -> Image:
    """Spark with the operator's binary: the operator calls spark-submit."""
    operator = spark_operator.distribution(version)
    return Image(
        name=f"docker.io/local/spark-operator:{version}",
        distributions=(spark.DISTRIBUTION, operator),
        copies=lambda: _parts(spark.DISTRIBUTION.directory, "/opt/spark", _SPARK_PARTS)
        | {operator.directory / "spark-operator": "/usr/bin/spark-operator"},
        user=_SPARK_USER,
        home="/home/spark",
        entrypoint=("tini", "-s", "--", "spark-operator"),
        environment=_SPARK_ENVIRONMENT,
        files=(Path(__file__),),
    )


OF_ENGINE = {"flink": (FLINK, FLINK_OPERATOR), "spark": (SPARK, spark_operator_image())}


def load(image: Image, cluster: ClusterState) -> None:
    """Gives an image to the node, unless the node has it with this content."""
    archive = image.ensure()
    stamp = cluster.directory / "images" / f"{archive.stem}.made-from"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == image.fingerprint and node_images.has(image.name):
        return
    with step(f"load {image.name}"):
        node_images.load(archive)
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(image.fingerprint, encoding="utf-8")
