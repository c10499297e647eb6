"""The node: containerd, kubelet and kube-proxy, and the removal of all that they leave on a machine."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

from . import cache, control_groups, control_plane, dns, files, network, probes, volumes
from .processes import Processes
from .progress import Failure
from .state import LOOPBACK, NODE_ADDRESS, RUN, ClusterState, Listener

CONTAINERD_SOCKET = RUN / "containerd.sock"
PAUSE_IMAGE = "docker.io/local/pause:1"
_CNI_NETWORK = "fusion-operator"
_CNI_RESULTS = Path("/var/lib/cni/results")
_CONTAINER_LOGS = Path("/var/log/containers")
_SOCKETS = (Path("/run/containerd/s"), Path("/var/lib/kubelet/device-plugins"))
# Made at fixed places by containerd, the CNI plugins and the kubelet; removed where nothing else uses them.
_EMPTY_DIRECTORIES = (*_SOCKETS, Path("/run/containerd"), Path("/var/lib/kubelet"), _CNI_RESULTS, _CNI_RESULTS.parent,
                      _CONTAINER_LOGS)


def listeners() -> dict[str, Listener]:
    """The listeners that need a port."""
    return {
        "kubelet": Listener(NODE_ADDRESS, "kubelet", 10250),
        "kubelet-health": Listener(LOOPBACK, "kubelet"),
        "kube-proxy-health": Listener(LOOPBACK, "kube-proxy"),
        "kube-proxy-metrics": Listener(LOOPBACK, "kube-proxy"),
    }


def is_anothers(directory: Path) -> bool:
    """Whether a cluster other than the one in this directory has the machine's node, and is alive."""
    owner = _owner()
    others = Processes(owner or directory)
    return owner not in (None, directory) and any(others.pid(name) is not None for name in others.names())


def claim(directory: Path) -> None:
    """Makes the cluster in this directory the machine's one cluster with a node; fails while another one is alive."""
    if is_anothers(directory):
        raise Failure(f"another cluster with a node is up: FUSION_CACHE={_owner().parent.parent} dev/cluster down")
    RUN.mkdir(parents=True, exist_ok=True)
    files.write(RUN / "owner", str(directory))


def _owner() -> Path | None:
    try:
        return Path((RUN / "owner").read_text(encoding="utf-8"))
    except OSError:
        return None


def start_containerd(state: ClusterState) -> None:
    """Starts containerd, with directories and a socket of its own."""
    directory = state.directory / "containerd"
    (directory / "cni").mkdir(parents=True, exist_ok=True)
    RUN.mkdir(parents=True, exist_ok=True)
    network_list = {
        "cniVersion": "1.0.0",
        "name": _CNI_NETWORK,
        "plugins": [
            {
                "type": "bridge",
                "bridge": network.BRIDGE,
                "isGateway": True,
                "hairpinMode": True,
                "ipam": {
                    "type": "host-local",
                    "dataDir": str(RUN / "cni"),
                    "ranges": [[{"subnet": control_plane.POD_RANGE, "gateway": NODE_ADDRESS}]],
                    "routes": [{"dst": "0.0.0.0/0"}],
                },
            }
        ],
    }
    files.write(directory / "cni" / "10-bridge.conflist", json.dumps(network_list, indent=2))
    config = files.write(directory / "config.toml", f"""version = 2
root = "{directory / 'root'}"
state = "{RUN / 'containerd'}"
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]
[grpc]
  address = "{CONTAINERD_SOCKET}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{PAUSE_IMAGE}"
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  stream_server_address = "{LOOPBACK}"
  stream_server_port = "0"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      Root = "{RUN / 'runc'}"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{directory / 'cni'}"
""")
    if state.processes.pid("containerd") is None:
        CONTAINERD_SOCKET.unlink(missing_ok=True)
    state.processes.start("containerd", ["containerd", "--config", str(config)], files=[config])
    state.processes.wait("containerd", containerd_is_ready)


def containerd_is_ready() -> bool:
    """Whether containerd has made its socket."""
    return CONTAINERD_SOCKET.exists()


def start_volumes(state: ClusterState) -> None:
    """Leads the provisioner's fixed path into the cluster's directory, and starts what opens new volumes to pods."""
    directory = state.directory / "volumes"
    directory.mkdir(exist_ok=True)
    if not _volumes_lead_to(state):
        if volumes.PROVISIONED.exists():
            raise Failure(f"{volumes.PROVISIONED} belongs to something else: remove it, the volumes of pods go there")
        volumes.PROVISIONED.unlink(missing_ok=True)  # a link that leads nowhere
        volumes.PROVISIONED.symlink_to(directory)
    program = Path(volumes.__file__)
    state.processes.start("volumes", [sys.executable, "-B", str(program), str(directory)], files=[program])


def _volumes_lead_to(state: ClusterState) -> bool:
    return volumes.PROVISIONED.is_symlink() and Path(os.readlink(volumes.PROVISIONED)) == state.directory / "volumes"


def start_kubelet(state: ClusterState) -> None:
    """Starts the kubelet and does not wait for it."""
    made = control_plane.certificates(state)
    names = [f"DNS:{network.NODE_NAME}", f"IP:{NODE_ADDRESS}"]
    made.ensure_server("kubelet", f"system:node:{network.NODE_NAME}", names, "system:nodes")
    kubeconfig = made.write_kubeconfig(state.directory / "kubelet.kubeconfig", "kubelet", state.server)
    directory = state.directory / "kubelet"
    directory.mkdir(exist_ok=True)
    control_groups.ensure()
    config = _write_json(state.directory / "kubelet-config.json", {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": NODE_ADDRESS,
        "port": state.ports["kubelet"],
        "readOnlyPort": 0,
        "healthzBindAddress": LOOPBACK,
        "healthzPort": state.ports["kubelet-health"],
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": str(made.certificate("ca"))},
        },
        "authorization": {"mode": "Webhook"},
        "tlsCertFile": str(made.certificate("kubelet")),
        "tlsPrivateKeyFile": str(made.key("kubelet")),
        "containerRuntimeEndpoint": f"unix://{CONTAINERD_SOCKET}",
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"/{control_groups.NAME}",
        "failCgroupV1": False,
        "failSwapOn": False,
        "oomScoreAdj": 0,
        "makeIPTablesUtilChains": False,
        "evictionHard": {"memory.available": "50Mi", "nodefs.available": "1%", "nodefs.inodesFree": "1%",
                         "imagefs.available": "1%"},
        "imageGCHighThresholdPercent": 100,  # an image that was loaded cannot be pulled again
        "clusterDNS": [NODE_ADDRESS],
        "clusterDomain": "cluster.local",
        "resolvConf": str(dns.write_upstream(state)),
        "podLogsDir": str(state.directory / "pod-logs"),
        "volumePluginDir": str(directory / "volume-plugins"),
    })
    command = [str(cache.binary("kubelet")), f"--config={config}", f"--kubeconfig={kubeconfig}"]
    command += [f"--root-dir={directory}", f"--cert-dir={directory / 'pki'}"]
    command += [f"--hostname-override={network.NODE_NAME}", f"--node-ip={NODE_ADDRESS}"]
    state.processes.start("kubelet", command, files=[config, kubeconfig])


def start_kube_proxy(state: ClusterState) -> None:
    """Starts kube-proxy and does not wait for it."""
    made = control_plane.certificates(state)
    made.ensure_client("kube-proxy", "system:kube-proxy")
    kubeconfig = made.write_kubeconfig(state.directory / "kube-proxy.kubeconfig", "kube-proxy", state.server)
    config = _write_json(state.directory / "kube-proxy-config.json", {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "clientConnection": {"kubeconfig": str(kubeconfig)},
        "mode": "nftables",
        "clusterCIDR": control_plane.POD_RANGE,
        "hostnameOverride": network.NODE_NAME,
        "nodePortAddresses": [f"{NODE_ADDRESS}/32"],  # and not the machine's own interface
        "healthzBindAddress": f"{LOOPBACK}:{state.ports['kube-proxy-health']}",
        "metricsBindAddress": f"{LOOPBACK}:{state.ports['kube-proxy-metrics']}",
        "oomScoreAdj": 0,
        # Zero leaves the machine's settings as they are.
        "conntrack": {"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
    })
    state.processes.start("kube-proxy", [str(cache.binary("kube-proxy")), f"--config={config}"], files=[config, kubeconfig])


def kubelet_is_ready(state: ClusterState) -> bool:
    """Whether the kubelet says that it is healthy."""
    return probes.answers(f"http://{LOOPBACK}:{state.ports['kubelet-health']}/healthz")


def kube_proxy_is_ready(state: ClusterState) -> bool:
    """Whether kube-proxy has written its rules lately."""
    return probes.answers(f"http://{LOOPBACK}:{state.ports['kube-proxy-health']}/healthz")


def remove(state: ClusterState) -> None:
    """Ends all containers and removes every mount, socket, link and control group of the node, in any state of it."""
    for name in ("kubelet", "kube-proxy"):
        state.processes.stop(name, grace_s=0)
    control_groups.end_processes()
    state.processes.stop("containerd", grace_s=0)
    state.processes.stop_strays()
    for directory in _SOCKETS:
        for socket in directory.iterdir() if directory.is_dir() else ():
            if socket.is_socket() and not probes.accepts_local(socket):
                socket.unlink()
    _unmount_below(state.directory, RUN)
    control_groups.remove()
    for link in _CONTAINER_LOGS.iterdir() if _CONTAINER_LOGS.is_dir() else ():
        if link.is_symlink() and str(state.directory) in os.readlink(link):
            link.unlink()
    for result in _CNI_RESULTS.iterdir() if _CNI_RESULTS.is_dir() else ():
        if str(RUN / "containerd") in result.read_text(encoding="utf-8", errors="replace"):
            result.unlink()
    if _volumes_lead_to(state):
        volumes.PROVISIONED.unlink()
    for directory in _EMPTY_DIRECTORIES:
        if directory.is_dir() and not any(directory.iterdir()):
            directory.rmdir()
    shutil.rmtree(RUN, ignore_errors=True)


def _unmount_below(*directories: Path) -> None:
    mounts = [line.split()[1].encode().decode("unicode_escape") for line in Path("/proc/self/mounts").read_text().splitlines()]
    for mount in reversed(mounts):
        if any(Path(mount).is_relative_to(directory) for directory in directories):
            network.run("umount", "--lazy", mount)


def _write_json(path: Path, value: object) -> Path:
    return files.write(path, json.dumps(value, indent=2) + "\n")
