"""A cluster as a whole: what `up` brings up and in which order, and what `down` takes away."""

from __future__ import annotations

import os
import shutil
import time

from . import broker, cache, control_plane, go_binaries, kafka_dist
from .progress import Failure, say, step
from .state import FULL_CLUSTER, ClusterState, all_clusters, boot_id, directory_of, load


def up_control_plane(name: str) -> ClusterState:
    """An API server and a broker on free loopback ports; any number of these run side by side."""
    if name == FULL_CLUSTER:
        raise Failure(f"'{FULL_CLUSTER}' is the name of the cluster with the node")
    started = time.monotonic()
    go_binaries.ensure(go_binaries.CONTROL_PLANE)
    kafka_dist.ensure()
    with cache.lock(f"cluster-{name}"):
        state = _known_or_new(name, has_node=False)
        state.processes.stop_strays()
        state.choose_ports({**control_plane.listeners(False), **broker.listeners(False)})
        _start_control_plane_and_broker(state)
    say(f"cluster '{name}' is up after {time.monotonic() - started:.1f} s: eval \"$(dev/cluster env --name {name})\"")
    return state


def down(name: str) -> None:
    """Stops what `up` started and removes everything of the cluster. Nothing to do is no error."""
    if not directory_of(name).exists():
        say(f"cluster '{name}' is not up")
        return
    with cache.lock(f"cluster-{name}"), step(f"take down cluster '{name}'"):
        state = load(name)
        if state is not None:
            _remove(state)
        shutil.rmtree(directory_of(name), ignore_errors=True)


def down_all() -> None:
    """Takes down every cluster of this cache."""
    for state in all_clusters():
        down(state.name)


def _known_or_new(name: str, has_node: bool) -> ClusterState:
    state = load(name)
    if state is not None and state.boot != boot_id():
        with step("remove the cluster of the machine's last start"):
            _remove(state)
        state = None
    return state or ClusterState(name, has_node, boot_id())


def _start_control_plane_and_broker(state: ClusterState) -> None:
    with step("certificates"):
        control_plane.write_configuration(state)
    with step("etcd"):
        control_plane.start_storage(state)
        control_plane.start_api_server(state)
    with step("broker's storage"):
        broker.start(state)
    with step("kube-apiserver"):
        control_plane.wait_for_api_server(state)
    with step("controllers"):
        control_plane.start_controllers(state)
    with step("broker"):
        broker.wait(state)


def _remove(state: ClusterState) -> None:
    processes = state.processes
    # All of its data goes too, so that nothing is gained by asking them to end in order.
    for name in processes.names():
        processes.stop(name, grace_s=0)
    processes.stop_strays()
    shutil.rmtree(state.directory, ignore_errors=True)


def is_root() -> bool:
    return os.geteuid() == 0
