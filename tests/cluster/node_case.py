"""A cluster with the node for the tests of one class, which leaves no trace."""

from __future__ import annotations

import re
import subprocess
import unittest
from pathlib import Path

from cluster_command import cluster, tagged
from local_cluster import state


def output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def traces() -> dict[str, object]:
    """What a cluster could leave on the machine."""
    settings = ("net/ipv4/ip_forward", "vm/overcommit_memory", "kernel/panic", "kernel/panic_on_oops")
    places = ("/run/fusion-operator", "/run/containerd", "/run/netns", "/var/lib/cni", "/var/lib/kubelet", "/var/log/pods",
              "/var/log/containers", "/tmp/hostpath_pv", "/usr/libexec/kubernetes")
    return {
        "interfaces": re.findall(r"^\d+: ([^:@]+)", output("ip", "-oneline", "link"), re.MULTILINE),
        "routes": output("ip", "route"),
        "mounts": Path("/proc/self/mounts").read_text(encoding="utf-8"),
        "firewall": output("nft", "list", "ruleset"),
        "settings": {name: Path("/proc/sys", name).read_text(encoding="utf-8") for name in settings},
        "hosts": Path("/etc/hosts").read_text(encoding="utf-8"),
        "control groups": sorted(str(path) for path in Path("/sys/fs/cgroup").glob("**/fusion-operator")),
        "places": [place for place in places if Path(place).exists() or Path(place).is_symlink()],
        "processes": tagged(state.FULL_CLUSTER),
    }


class NodeCase(unittest.TestCase):
    """The machine has one node: no cluster with a node may be up when it starts."""

    @classmethod
    def setUpClass(cls) -> None:
        if state.load(state.FULL_CLUSTER) is not None:
            raise AssertionError("the cluster with the node is up: run dev/cluster down first")
        before = traces()
        cls.addClassCleanup(cls.check_that_down_leaves_no_trace, before)
        cluster("up")

    @staticmethod
    def check_that_down_leaves_no_trace(before: dict[str, object]) -> None:
        cluster("down")
        after = traces()
        differences = {name: (before[name], after[name]) for name in before if before[name] != after[name]}
        if differences:
            raise AssertionError(f"down left something, (before, after): {differences}")
