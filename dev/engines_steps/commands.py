"""The command line of dev/engines."""

from __future__ import annotations

import argparse
import sys
import time

from local_cluster.progress import Failure, say, step
from local_cluster.state import FULL_CLUSTER, ClusterState, load

from . import apache_spark, flink_installation, images, spark_installation, spark_operator
from .kubernetes import apply_crds

_INSTALLATIONS = {"flink": flink_installation, "spark": spark_installation}
_DEFAULT_NAMESPACE = "demo"
_SPARK_OPERATORS = (spark_operator.VERSION, spark_operator.NEWER_VERSION)


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; the exit code is 0 when it did what it was asked."""
    options = _parser().parse_args(arguments)
    started = time.monotonic()
    try:
        options.run(options, [options.only] if options.only else list(_INSTALLATIONS))
    except Failure as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; `dev/engines up` goes on from here, `dev/engines down` removes them", file=sys.stderr)
        return 130
    say(f"done after {time.monotonic() - started:.1f} s")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dev/engines", description="Flink and Spark with their operators in the local cluster.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run, text: str, in_cluster: bool = True) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.add_argument("--only", choices=list(_INSTALLATIONS), help="one engine and not the other")
        if in_cluster:
            made.add_argument("--name", default=FULL_CLUSTER, help="of the cluster")
        made.set_defaults(run=run)
        return made

    command("images", _images, "download the engines and build the images; does only what is missing", in_cluster=False)
    up = command("up", _up, "install the engines' operators into the cluster that dev/cluster made, and wait for them")
    up.add_argument("--job-namespace", action="append", metavar="NAMESPACE",
                    help=f"where jobs run, with the service accounts flink and spark; repeatable, {_DEFAULT_NAMESPACE} if missing")
    command("down", _down, "remove the operators with all jobs")
    crds = command("crds", _crds, "only the CRDs, for a cluster without a node; also that of Apache's own Spark operator")
    for made in (up, crds):
        made.add_argument("--spark-operator", choices=_SPARK_OPERATORS, default=_SPARK_OPERATORS[0], metavar="VERSION",
                          help=f"{' or '.join(_SPARK_OPERATORS)}, of which the second one can suspend applications")
    return parser


def _images(_: argparse.Namespace, engines: list[str]) -> None:
    for engine in engines:
        for image in images.OF_ENGINE[engine]:
            archive = image.ensure()
            say(f"  {image.name}  {archive.stat().st_size / 1e6:.0f} MB  {archive}")


def _up(options: argparse.Namespace, engines: list[str]) -> None:
    cluster = _cluster(options.name)
    if not cluster.has_node:
        raise Failure(f"no pods run in cluster '{cluster.name}': dev/engines crds --name {cluster.name} gives it the kinds alone")
    namespaces = options.job_namespace or [_DEFAULT_NAMESPACE]
    if "flink" in engines:
        flink_installation.install(cluster, namespaces)
    if "spark" in engines:
        spark_installation.install(cluster, namespaces, options.spark_operator)
    for engine in engines:
        _INSTALLATIONS[engine].wait(cluster)


def _down(options: argparse.Namespace, engines: list[str]) -> None:
    cluster = _cluster(options.name)
    for engine in engines:
        _INSTALLATIONS[engine].uninstall(cluster)


def _crds(options: argparse.Namespace, engines: list[str]) -> None:
    cluster = _cluster(options.name)
    files = flink_installation.crds() if "flink" in engines else []
    if "spark" in engines:
        # Apache's not with `up`: kinds of one name in two groups are only told apart by their full names.
        files += [*spark_installation.crds(options.spark_operator), apache_spark.CRD]
    with step("CRDs"):
        apply_crds(cluster, *files)


def _cluster(name: str) -> ClusterState:
    state = load(name)
    if state is None:
        raise Failure(f"cluster '{name}' is not up: run dev/cluster up first")
    return state
