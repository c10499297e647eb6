"""The machine's side of the cluster's network: the bridge, the kernel's settings, masquerading and the node's name."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from . import files
from .control_plane import POD_RANGE, SERVICE_RANGE
from .progress import Failure
from .state import NODE_ADDRESS, RUN

BRIDGE = "cni0"
NODE_NAME = "node1"
_HOSTS = Path("/etc/hosts")
_HOSTS_LINE = f"{NODE_ADDRESS} {NODE_NAME} # fusion-operator's local cluster\n"
_TABLE = "fusion_operator_cluster"
# kube-proxy's tables carry its own names.
_TABLES = (("ip", _TABLE), ("ip", "kube-proxy"), ("ip6", "kube-proxy"))
# The last ones are what the kubelet sets at its start: set here, so that `down` can restore them.
_SETTINGS = {
    "net/ipv4/ip_forward": "1",
    "net/bridge/bridge-nf-call-iptables": "1",
    "vm/overcommit_memory": "1",
    "vm/panic_on_oom": "0",
    "kernel/panic": "10",
    "kernel/panic_on_oops": "1",
    "kernel/keys/root_maxkeys": "1000000",
    "kernel/keys/root_maxbytes": "25000000",
}
_SETTINGS_BEFORE = RUN / "settings-before.json"


def run(*command: str, stdin: str = "") -> str:
    """Runs a command to its end and returns what it printed."""
    try:
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise Failure(f"{command[0]} is not installed: run dev/deps") from None
    if done.returncode != 0:
        raise Failure(f"'{' '.join(command)}' failed: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def bring_up() -> None:
    """Makes the bridge and all that belongs to it; leaves what is there already."""
    _ensure_bridge()
    _change_settings()
    rules = f"""table ip {_TABLE}
delete table ip {_TABLE}
table ip {_TABLE} {{
  chain postrouting {{
    type nat hook postrouting priority srcnat;
    ip saddr {POD_RANGE} ip daddr != {POD_RANGE} masquerade
  }}
}}
"""
    run("nft", "-f", "-", stdin=rules)
    text = _HOSTS.read_text(encoding="utf-8")
    if _HOSTS_LINE not in text:
        # In place, for in a container this file may be a mount.
        _HOSTS.write_text(text + ("" if text.endswith("\n") or not text else "\n") + _HOSTS_LINE, encoding="utf-8")


def is_up() -> bool:
    """Whether the bridge has its address."""
    return any(entry["local"] == NODE_ADDRESS for entry in _addresses())


def take_down() -> None:
    """Removes all that bring_up made and restores what it changed; also what a killed cluster left."""
    for name in _ports_of_bridge():
        run("ip", "link", "delete", name)
    if _bridge_exists():
        run("ip", "link", "delete", BRIDGE)
    present = run("nft", "list", "tables").splitlines()
    for family, table in _TABLES:
        if f"table {family} {table}" in present:
            run("nft", "delete", "table", family, table)
    _restore_settings()
    text = _HOSTS.read_text(encoding="utf-8")
    if _HOSTS_LINE in text:
        _HOSTS.write_text(text.replace(_HOSTS_LINE, ""), encoding="utf-8")


def _ensure_bridge() -> None:
    if _bridge_exists() and not is_up():
        found = ", ".join(entry["local"] for entry in _addresses()) or "no address"
        if found != "no address":
            raise Failure(f"the interface {BRIDGE} ({found}) belongs to something else: remove it with `ip link delete {BRIDGE}`")
    if not _bridge_exists():
        run("ip", "link", "add", BRIDGE, "type", "bridge")
    if not is_up():
        run("ip", "address", "add", f"{NODE_ADDRESS}/16", "dev", BRIDGE)
    run("ip", "link", "set", BRIDGE, "up")
    # Addresses of services are rewritten on their way out: a route must lead there, whatever the machine's routes are.
    run("ip", "route", "replace", SERVICE_RANGE, "dev", BRIDGE)


def _settings_before() -> dict[str, str]:
    return json.loads(_SETTINGS_BEFORE.read_text(encoding="utf-8")) if _SETTINGS_BEFORE.exists() else {}


def _change_settings() -> None:
    before = _settings_before()
    for setting, value in _SETTINGS.items():
        file = Path("/proc/sys") / setting
        if file.exists() and (found := file.read_text(encoding="utf-8").strip()) != value:
            before.setdefault(setting, found)
            files.write(_SETTINGS_BEFORE, json.dumps(before))
            file.write_text(value, encoding="utf-8")


def _restore_settings() -> None:
    for setting, before in _settings_before().items():
        (Path("/proc/sys") / setting).write_text(before, encoding="utf-8")
    _SETTINGS_BEFORE.unlink(missing_ok=True)


def _bridge_exists() -> bool:
    return Path("/sys/class/net", BRIDGE).exists()


def _addresses() -> list[dict[str, str]]:
    if not _bridge_exists():
        return []
    links = json.loads(run("ip", "-json", "-4", "address", "show", "dev", BRIDGE))
    return [entry for link in links for entry in link.get("addr_info", [])]


def _ports_of_bridge() -> list[str]:
    directory = Path("/sys/class/net", BRIDGE, "brif")
    return sorted(path.name for path in directory.iterdir()) if directory.is_dir() else []
