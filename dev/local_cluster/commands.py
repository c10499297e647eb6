"""The command line of dev/cluster."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from pathlib import Path

from . import base_image, broker, cache, cluster, control_plane, status
from .progress import Failure
from .state import CONTROL_PLANE_ONLY, FULL_CLUSTER, ClusterState, directory_of, load


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; the exit code is 0 when it did what it was asked."""
    options = _parser().parse_args(arguments)
    try:
        code = options.run(options)
        sys.stdout.flush()
        return code
    except Failure as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader has seen enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; `dev/cluster up` goes on from here, `dev/cluster down` removes it", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dev/cluster", description="A real Kubernetes and a real Kafka on this machine, without any container registry."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run, text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(run=run)
        return made

    def add_which(made: argparse.ArgumentParser) -> None:
        made.add_argument("--control-plane-only", action="store_true", help="an API server and a broker on free loopback ports")
        made.add_argument("--name", help="of a cluster without the node; many run side by side")

    add_which(command("up", _up, "bring a cluster up; does only what is missing"))
    down = command("down", _down, "stop a cluster and remove everything of it")
    add_which(down)
    down.add_argument("--all", action="store_true", help="every cluster")
    add_which(command("status", _status, "show the parts of a cluster; fails if one is not ready"))
    add_which(command("env", _env, 'print the exports: eval "$(dev/cluster env)"'))
    stop = command("stop", _stop, "stop one process of a cluster at once, as if it had crashed; up starts it again")
    stop.add_argument("part", metavar="PART", help="as status names it")
    add_which(stop)
    load_image = command("load-image", _load_image, "give an image to the node, from a docker or OCI archive")
    load_image.add_argument("file", metavar="FILE", type=Path)
    command("base-image", _base_image, f"make {base_image.NAME} for buildah and print the exports that let buildah see it")
    return parser


def _name(options: argparse.Namespace) -> str:
    name = options.name or (CONTROL_PLANE_ONLY if options.control_plane_only else FULL_CLUSTER)
    directory_of(name)  # fails if this is no name
    return name


def _known(name: str) -> ClusterState:
    state = load(name)
    if state is None:
        raise Failure(f"cluster '{name}' is not up: run dev/cluster up first")
    return state


def _up(options: argparse.Namespace) -> int:
    if options.control_plane_only:
        cluster.up_control_plane(_name(options))
    elif options.name not in (None, FULL_CLUSTER):
        raise Failure("--name goes with --control-plane-only: one cluster at a time has the node")
    else:
        cluster.up_full()
    return 0


def _down(options: argparse.Namespace) -> int:
    if options.all:
        cluster.down_all()
    else:
        cluster.down(_name(options))
    return 0


def _status(options: argparse.Namespace) -> int:
    return 0 if status.show(_known(_name(options))) else 1


def _env(options: argparse.Namespace) -> int:
    state = _known(_name(options))
    values = {
        "KUBECONFIG": str(state.kubeconfig),
        "KAFKA_BOOTSTRAP": broker.address(state),
        "KAFKA_SASL_BOOTSTRAP": broker.address(state, "broker-sasl"),
        "KAFKA_SASL_TLS_BOOTSTRAP": broker.address(state, "broker-sasl-tls"),
        "KAFKA_CA_FILE": str(control_plane.certificates(state).certificate("ca")),
        "KAFKA_USER": broker.USER,
        "KAFKA_PASSWORD": broker.PASSWORD,
    }
    for name, value in values.items():
        print(f"export {name}={shlex.quote(value)}")
    print(f'export PATH={shlex.quote(str(cache.root() / "bin"))}:"$PATH"')
    return 0


def _stop(options: argparse.Namespace) -> int:
    cluster.stop(_name(options), options.part)
    return 0


def _load_image(options: argparse.Namespace) -> int:
    cluster.load_image(options.file)
    return 0


def _base_image(_: argparse.Namespace) -> int:
    base_image.ensure()
    for name, value in base_image.environment().items():
        print(f"export {name}={shlex.quote(value)}")
    return 0
