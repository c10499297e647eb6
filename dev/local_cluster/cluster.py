"""A cluster as a whole: what `up` brings up and in which order, and what `down` takes away."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from . import broker, cache, control_plane, dns, go_binaries, images, kafka_dist, network, node, objects
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


def up_full() -> ClusterState:
    """The cluster with the node, on which pods run; one at a time on a machine."""
    if os.geteuid() != 0:
        raise Failure("a cluster with a node needs root; --control-plane-only does not")
    started = time.monotonic()
    go_binaries.ensure(go_binaries.CONTROL_PLANE + go_binaries.NODE + go_binaries.CLIENT)
    kafka_dist.ensure()
    pause = images.ensure_pause()
    with cache.lock(f"cluster-{FULL_CLUSTER}"):
        node.claim(directory_of(FULL_CLUSTER))
        state = _known_or_new(FULL_CLUSTER, has_node=True)
        node.claim(state.directory)  # once more: removing what an earlier cluster left removes its claim
        with step("network"):
            network.bring_up()
            node.start_volumes(state)
        state.processes.stop_strays(but="containerd-shim")
        state.choose_ports({**control_plane.listeners(True), **broker.listeners(True), **dns.listeners(), **node.listeners()})
        _start_control_plane_and_broker(state)
        _start_node(state, pause)
    say(f"the cluster is up after {time.monotonic() - started:.1f} s: eval \"$(dev/cluster env)\"")
    return state


def load_image(archive: Path) -> None:
    """Gives an image to the node."""
    if not archive.is_file():
        raise Failure(f"{archive} is not a file: give an archive such as `buildah push IMAGE docker-archive:FILE:IMAGE` writes")
    state = load(FULL_CLUSTER)
    if state is None or state.processes.pid("containerd") is None:
        raise Failure("the cluster with the node is not up: run dev/cluster up first")
    with step(f"load {archive.name}"):
        names = images.load(archive)
    say("  " + ", ".join(names))


def stop(name: str, part: str) -> None:
    """Stops one process at once, as if it had crashed; `up` starts it again."""
    state = load(name)
    if state is None or part not in state.processes.names():
        raise Failure(f"cluster '{name}' has no process '{part}': see dev/cluster status")
    state.processes.stop(part, grace_s=0)


def down(name: str) -> None:
    """Stops what `up` started and removes everything of the cluster. Nothing to do is no error."""
    if not directory_of(name).exists():
        say(f"cluster '{name}' is not up")
        return
    with cache.lock(f"cluster-{name}"), step(f"take down cluster '{name}'"):
        _remove(load(name) or ClusterState(name, name == FULL_CLUSTER, boot_id()))


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
    if state is None:
        state = ClusterState(name, has_node, boot_id())
        _remove(state)  # a killed cluster may have lost its state, but not its mounts and processes
        state.save()
    return state


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


def _start_node(state: ClusterState, pause: Path) -> None:
    with step("containerd"):
        node.start_containerd(state)
        if not images.has(node.PAUSE_IMAGE):
            images.load(pause)
    with step("objects"):
        objects.apply(state)
    with step("node"):
        dns.start(state)
        node.start_kube_proxy(state)
        node.start_kubelet(state)
        state.processes.wait("coredns", lambda: dns.is_ready(state))
        state.processes.wait("kube-proxy", lambda: node.kube_proxy_is_ready(state))
        state.processes.wait("kubelet", lambda: node.kubelet_is_ready(state) and objects.node_is_ready(state))


def _remove(state: ClusterState) -> None:
    processes = state.processes
    if state.has_node and not node.is_anothers(state.directory):
        network.take_down()
        node.remove(state)
    # All of its data goes too, so that nothing is gained by asking them to end in order.
    for name in processes.names():
        processes.stop(name, grace_s=0)
    processes.stop_strays()
    shutil.rmtree(state.directory, ignore_errors=True)
