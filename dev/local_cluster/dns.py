"""CoreDNS on the bridge's address: names of the cluster's services, and those that the machine itself can look up."""

from __future__ import annotations

from pathlib import Path

from . import cache, control_plane, files, probes
from .state import LOOPBACK, NODE_ADDRESS, ClusterState, Listener


def listeners() -> dict[str, Listener]:
    """The listeners that need a port."""
    return {"coredns-health": Listener(LOOPBACK, "coredns"), "coredns-ready": Listener(LOOPBACK, "coredns")}


def write_upstream(state: ClusterState) -> Path:
    """A resolv.conf with the machine's name servers and without its search domains, so that names mean the same everywhere."""
    text = "".join(f"nameserver {server}\n" for server in _name_servers())
    return files.write(state.directory / "resolv.conf", text)


def start(state: ClusterState) -> None:
    """Starts CoreDNS and does not wait for it."""
    made = control_plane.certificates(state)
    made.ensure_client("coredns", "system:coredns")
    kubeconfig = made.write_kubeconfig(state.directory / "coredns.kubeconfig", "coredns", state.server)
    forward = f"forward . {write_upstream(state)}" if _name_servers() else ""
    # Answers, and the lack of one, live 5 s: who looks up a service that is just being made soon finds it.
    corefile = files.write(state.directory / "Corefile", f""".:53 {{
  bind {NODE_ADDRESS}
  errors
  health {LOOPBACK}:{state.ports['coredns-health']}
  ready {LOOPBACK}:{state.ports['coredns-ready']}
  kubernetes cluster.local in-addr.arpa ip6.arpa {{
    kubeconfig {kubeconfig}
    pods insecure
    fallthrough in-addr.arpa ip6.arpa
    ttl 5
  }}
  {forward}
  cache 5
}}
""")
    command = [str(cache.binary("coredns")), "-conf", str(corefile)]
    state.processes.start("coredns", command, files=[corefile, kubeconfig])


def is_ready(state: ClusterState) -> bool:
    """Whether CoreDNS knows the cluster's services."""
    return probes.answers(f"http://{LOOPBACK}:{state.ports['coredns-ready']}/ready")


def _name_servers() -> list[str]:
    try:
        lines = Path("/etc/resolv.conf").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    return [words[1] for line in lines if len(words := line.split()) > 1 and words[0] == "nameserver"]
