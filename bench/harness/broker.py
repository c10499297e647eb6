"""The broker that all contestants share: one node of Kafka on loopback, with a directory of its own."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from pathlib import Path

from local_cluster import files, kafka_dist, probes
from local_cluster.progress import Failure

from .running_process import RunningProcess

HEAP_MIB = 1024
_CLUSTER_ID = "4L6g3nShT-eMCtK--X86sw"
_START_TIMEOUT_S = 60


class Broker:
    """Runs from __enter__ to __exit__; its data is gone afterwards."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._ports = _free_ports(2)
        self.address = f"127.0.0.1:{self._ports[0]}"

    def __enter__(self) -> Broker:
        shutil.rmtree(self._directory, ignore_errors=True)
        self._directory.mkdir(parents=True)
        kafka_dist.ensure()
        properties = files.write(self._directory / "server.properties", self._properties())
        java = ["--cluster-id", _CLUSTER_ID, "--config", str(properties)]
        subprocess.run(
            [*kafka_dist.java_command("kafka.tools.StorageTool", self._directory, quick_start=True), "format", *java],
            check=True, capture_output=True)
        command = [*kafka_dist.java_command("kafka.Kafka", self._directory, HEAP_MIB), str(properties)]
        self._process = RunningProcess(command, self._directory / "broker.log")
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stop(grace_s=2)  # its data is thrown away: it need not close it well
        shutil.rmtree(self._directory, ignore_errors=True)

    def cpu_s(self) -> float:
        """What the broker has used so far."""
        return self._process.cpu_s()

    def _wait(self) -> None:
        deadline = time.monotonic() + _START_TIMEOUT_S
        while not ("Kafka Server started" in self._process.log.read_text(encoding="utf-8", errors="replace")
                   and probes.accepts("127.0.0.1", self._ports[0])):
            self._process.must_run("the broker")
            if time.monotonic() > deadline:
                raise Failure(f"the broker has not started within {_START_TIMEOUT_S} s", self._process.log)
            time.sleep(0.1)

    def _properties(self) -> str:
        controller = f"127.0.0.1:{self._ports[1]}"
        values = {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@{controller}",
            "controller.listener.names": "CONTROLLER",
            "listeners": f"PLAINTEXT://{self.address},CONTROLLER://{controller}",
            "advertised.listeners": f"PLAINTEXT://{self.address}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs": str(self._directory / "data"),
            "auto.create.topics.enable": "false",
            "group.initial.rebalance.delay.ms": "0",
            "offsets.topic.replication.factor": "1",
            "offsets.topic.num.partitions": "3",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "transaction.state.log.num.partitions": "3",
            "log.retention.ms": "-1",
            "log.cleaner.dedupe.buffer.size": str(8 << 20),
        }
        return "".join(f"{key}={value}\n" for key, value in values.items())


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
