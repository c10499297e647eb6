"""The Kafka broker: one node, KRaft, with a plain listener and two for tests of SASL and TLS."""

from __future__ import annotations

import base64
import subprocess
import uuid
from pathlib import Path

from . import control_plane, files, kafka_dist, probes
from .progress import Failure
from .state import LOOPBACK, NODE_ADDRESS, ClusterState, Listener

# Of both SASL listeners. No secret: whoever reaches them reaches the plain listener too.
USER = "fusion"
PASSWORD = "fusion-local"


def listeners(has_node: bool) -> dict[str, Listener]:
    """The listeners that need a port. With a node the plain one is where Kafka's users expect it."""
    wanted = {"broker-controller": Listener(LOOPBACK, "broker")}
    for number, name in enumerate(("broker", "broker-sasl", "broker-sasl-tls")):
        wanted[name] = Listener(NODE_ADDRESS, "broker", 9092 + number) if has_node else Listener(LOOPBACK, "broker")
    return wanted


def address(state: ClusterState, listener: str = "broker") -> str:
    """The bootstrap address of a listener; it is also what the broker advertises."""
    return f"{state.address}:{state.ports[listener]}"


def start(state: ClusterState) -> None:
    """Formats the storage if it is new, starts the broker and does not wait for it."""
    directory = state.directory / "broker"
    directory.mkdir(parents=True, exist_ok=True)
    properties = _write_properties(state, directory)
    if not (directory / "data" / "meta.properties").exists():
        _format(state, directory, properties)
    heap_mib = 512 if state.has_node else 256
    temporary = directory / "tmp"
    temporary.mkdir(exist_ok=True)
    command = kafka_dist.java_command("kafka.Kafka", temporary, heap_mib, quick_start=not state.has_node)
    command.append(str(properties))
    state.processes.start("broker", command, files=[properties])


def wait(state: ClusterState) -> None:
    """Waits until the broker serves requests."""
    state.processes.wait("broker", lambda: is_ready(state))


def is_ready(state: ClusterState) -> bool:
    """The broker has started (it says so in its log) and accepts connections."""
    try:
        if "Kafka Server started" not in state.processes.log("broker").read_text(encoding="utf-8", errors="replace"):
            return False
    except OSError:
        return False
    return probes.accepts(state.address, state.ports["broker"])


def _write_properties(state: ClusterState, directory: Path) -> Path:
    made = control_plane.certificates(state)
    made.ensure_server("broker", "broker", ["DNS:localhost", f"IP:{LOOPBACK}", f"IP:{NODE_ADDRESS}",
                                            "DNS:kafka.kafka.svc", "DNS:kafka.kafka.svc.cluster.local"])
    names = {"PLAINTEXT": "broker", "SASL_PLAINTEXT": "broker-sasl", "SASL_SSL": "broker-sasl-tls"}
    served = ",".join(f"{protocol}://{address(state, listener)}" for protocol, listener in names.items())
    controller = f"{LOOPBACK}:{state.ports['broker-controller']}"
    scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
    plain = (f'org.apache.kafka.common.security.plain.PlainLoginModule required user_{USER}="{PASSWORD}";')
    values = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@{controller}",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "listeners": f"{served},CONTROLLER://{controller}",
        "advertised.listeners": served,
        "listener.security.protocol.map": ",".join(f"{name}:{name}" for name in names) + ",CONTROLLER:PLAINTEXT",
        "sasl.enabled.mechanisms": "SCRAM-SHA-512,PLAIN",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(made.pem_bundle("broker")),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(made.certificate("ca")),
        "log.dirs": str(directory / "data"),
        "auto.create.topics.enable": "false",
        "delete.topic.enable": "true",
        "group.initial.rebalance.delay.ms": "0",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "3",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "3",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        # After a crash the broker is let in again when its last session has ended.
        "broker.session.timeout.ms": "5000",
        "broker.heartbeat.interval.ms": "1000",
        "log.cleaner.dedupe.buffer.size": str(8 << 20),
    }
    for listener in ("sasl_plaintext", "sasl_ssl"):
        values[f"listener.name.{listener}.scram-sha-512.sasl.jaas.config"] = scram
        values[f"listener.name.{listener}.plain.sasl.jaas.config"] = plain
    text = "".join(f"{key}={value}\n" for key, value in values.items())
    return files.write(directory / "server.properties", text)


def _format(state: ClusterState, directory: Path, properties: Path) -> None:
    cluster_id = "-"
    while cluster_id.startswith("-"):  # it would be taken for an option; Kafka's own ids never start with it
        cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    user = f"SCRAM-SHA-512=[name={USER},password={PASSWORD}]"
    command = kafka_dist.java_command("kafka.tools.StorageTool", directory, quick_start=True)
    command += ["format", "--cluster-id", cluster_id, "--config", str(properties), "--add-scram", user]
    log = state.processes.log("broker-format")
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "w", encoding="utf-8") as output:
        done = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        raise Failure("the broker's storage cannot be formatted", log)
