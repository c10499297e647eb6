"""What is remembered of a cluster between two commands: its name and its ports."""

from __future__ import annotations

import json
import random
import re
import socket
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from . import cache
from .processes import Processes
from .progress import Failure

# Of the cluster with the node. It is the address of the bridge cni0: the node's, the API server's and the broker's.
NODE_ADDRESS = "10.244.0.1"
LOOPBACK = "127.0.0.1"
# Sockets, and what must not outlive the machine's start; of the cluster with the node.
RUN = Path("/run/fusion-operator")
FULL_CLUSTER = "full"
CONTROL_PLANE_ONLY = "control-plane"

# Below the range of ephemeral ports (32768) and of node ports (30000).
_PORTS = range(20000, 30000)


def boot_id() -> str:
    """Changes when the machine starts anew: pids, mounts and interfaces of an earlier start are gone."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()


@dataclass(frozen=True)
class Listener:
    """Something that needs a port: its address, its process, and the port that it gets if it is free."""

    address: str
    process: str
    preferred_port: int | None = None


@dataclass
class ClusterState:
    """One cluster. `ports` maps a listener's name to its port."""

    name: str
    has_node: bool
    boot: str
    ports: dict[str, int] = field(default_factory=dict)

    @property
    def directory(self) -> Path:
        return directory_of(self.name)

    @property
    def processes(self) -> Processes:
        return Processes(self.directory)

    @property
    def address(self) -> str:
        """Where the API server and the broker listen."""
        return NODE_ADDRESS if self.has_node else LOOPBACK

    @property
    def kubeconfig(self) -> Path:
        return self.directory / "admin.kubeconfig"

    @property
    def server(self) -> str:
        return f"https://{self.address}:{self.ports['kube-apiserver']}"

    def save(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        unfinished = self.directory / "state.json.unfinished"
        unfinished.write_text(json.dumps(asdict(self), indent=2), encoding="utf-8")
        unfinished.rename(self.directory / "state.json")

    def choose_ports(self, listeners: dict[str, Listener]) -> None:
        """Gives each listener a free port, and another one where a stranger took the port meanwhile.

        The choice is saved under a lock, so that clusters that start side by side never choose the same port.
        """
        with cache.lock("ports"):
            others = {port for other in all_clusters() if other.name != self.name for port in other.ports.values()}
            for name, listener in listeners.items():
                port = self.ports.get(name, listener.preferred_port)
                keeps = name in self.ports and self.processes.pid(listener.process) is not None
                if port is not None and (keeps or _is_free(listener.address, port)):
                    self.ports[name] = port
                    continue
                taken = others | set(self.ports.values())
                candidates = (port for port in random.sample(_PORTS, len(_PORTS)) if port not in taken)
                self.ports[name] = next(port for port in candidates if _is_free(listener.address, port))
            self.save()


def _is_free(address: str, port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: a closed connection takes no port
        try:
            probe.bind((address, port))
        except OSError:
            return False
        return True


def directory_of(name: str) -> Path:
    """Where everything of a cluster lies."""
    if not re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?", name):
        raise Failure(f"'{name}' is no name for a cluster: lower case letters, digits and '-', at most 40")
    return cache.root() / "clusters" / name


def load(name: str) -> ClusterState | None:
    """The cluster of this name, if it was brought up and not down."""
    try:
        text = (directory_of(name) / "state.json").read_text(encoding="utf-8")
    except OSError:
        return None
    values = json.loads(text)
    known = {one.name for one in fields(ClusterState)}  # another version of this program may have written more
    return ClusterState(**{key: value for key, value in values.items() if key in known})


def all_clusters() -> list[ClusterState]:
    """Every cluster that was brought up and not down."""
    directory = cache.root() / "clusters"
    names = sorted(path.name for path in directory.iterdir()) if directory.is_dir() else []
    return [state for name in names if (state := load(name)) is not None]
