"""Who is measured: how each is started on a source and a target."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import peers
from .topics import PARTITIONS

COMMIT_INTERVAL_MS = 500
WIDE_WINDOW_IDS = 10_000_000


@dataclass(frozen=True)
class Task:
    """One run: carry this source into this target."""

    programs: Path  # where our own binaries lie
    brokers: str
    source: str
    source_id: str
    target: str
    target_id: str
    directory: Path  # of this run, for its files and logs
    name: str  # of this run, never used before on this broker


@dataclass(frozen=True)
class Contestant:
    """`share`: of the input that it carries. A slow one needs fewer records for as long a look."""

    name: str
    label: str
    command: Callable[[Task], list[str]]
    share: float = 1.0
    peer: str = ""  # of bench/peers; empty: a program of ours
    wide_window: bool = False  # its source begins with WIDE_WINDOW_IDS small records, which are not measured
    target: Callable[[str, str], str] = lambda source, run: f"{run}-target"


def _bare_loop(task: Task) -> list[str]:
    return [str(task.programs / "bench-bare-loop"), "--brokers", task.brokers, "--from", task.source, "--to",
            task.target, "--group", task.name]


def _bridge(guarantee: str, codec: str = "Lz4", ids: int = 0) -> Callable[[Task], list[str]]:
    def command(task: Task) -> list[str]:
        kafka = {"bootstrapServers": task.brokers, "tls": False, "caFile": "", "certificateFile": "", "keyFile": "",
                 "saslMechanism": "", "saslUsername": "", "saslPasswordFile": ""}
        config = {"version": 1, "pipeline": "bench/bench", "bridge": "bench", "group": task.name, "kafka": kafka,
                  "from": {"name": task.source, "id": task.source_id},
                  "to": {"name": task.target, "id": task.target_id},
                  "startFrom": "Earliest", "startTimestampMs": 0, "guarantee": guarantee, "partitionBy": "Key",
                  "partitionPointer": "", "partitioner": "Murmur2Random", "codec": codec,
                  "commitIntervalMs": COMMIT_INTERVAL_MS, "stateDirectory": ""}
        if ids:
            # An id is held for a second more, and the input was written faster than a million a second.
            config["deduplicate"] = {"idFrom": "Header", "idName": "fusion-id", "windowRecords": ids // PARTITIONS,
                                     "windowDurationS": 1, "maxIds": ids + 2_000_000}
        file = task.directory / "bridge.json"
        file.write_text(json.dumps(config, indent=1), encoding="utf-8")
        return [str(task.programs / "fusion-bridge"), "--config", str(file), "--ordinal", "0", "--listen",
                "127.0.0.1:0"]

    return command


def _mirror_maker(exactly_once: bool) -> Callable[[Task], list[str]]:
    def command(task: Task) -> list[str]:
        # Two names for one broker. The default policy renames topics after the cluster that they come from.
        values = {
            "clusters": f"{task.name}, target",
            f"{task.name}.bootstrap.servers": task.brokers,
            "target.bootstrap.servers": task.brokers,
            f"{task.name}->target.enabled": "true",
            f"{task.name}->target.topics": task.source,
            f"{task.name}->target.emit.heartbeats.enabled": "false",
            f"{task.name}->target.emit.checkpoints.enabled": "false",
            f"target->{task.name}.enabled": "false",
            f"target->{task.name}.emit.heartbeats.enabled": "false",
            "sync.topic.acls.enabled": "false",
            "sync.topic.configs.enabled": "false",
            "refresh.groups.enabled": "false",
            "replication.factor": "1",
            "offset-syncs.topic.replication.factor": "1",
            "config.storage.replication.factor": "1",
            "offset.storage.replication.factor": "1",
            "offset.storage.partitions": "1",
            "status.storage.replication.factor": "1",
            "status.storage.partitions": "1",
            "tasks.max": "2",
            "consumer.isolation.level": "read_committed",
            "consumer.max.poll.records": "5000",
            "consumer.max.partition.fetch.bytes": "4194304",
            "producer.compression.type": "lz4",
            "producer.linger.ms": "20",
            "producer.batch.size": "262144",
            "producer.buffer.memory": "67108864",
            "offset.flush.interval.ms": "10000",
        }
        if exactly_once:
            values["target.exactly.once.source.support"] = "enabled"
            values[f"{task.name}->target.transaction.boundary"] = "interval"
            values[f"{task.name}->target.transaction.boundary.interval.ms"] = str(COMMIT_INTERVAL_MS)
        file = task.directory / "mm2.properties"
        file.write_text("".join(f"{key} = {value}\n" for key, value in values.items()), encoding="utf-8")
        main = "org.apache.kafka.connect.mirror.MirrorMaker"
        return [*peers.java_command("mirror_maker", main, task.directory), str(file)]

    return command


def _job(peer: str) -> Callable[[Task], list[str]]:
    def command(task: Task) -> list[str]:
        return [*peers.java_command(peer, "KafkaToKafka", task.directory), task.brokers, task.source, task.target,
                str(COMMIT_INTERVAL_MS), "lz4", str(task.directory / "checkpoint")]

    return command


def _renamed(source: str, run: str) -> str:
    return f"{run}.{source}"


ALL = (
    Contestant("bare", "bare librdkafka loop, no transactions", _bare_loop),
    Contestant("at-least-once", "bridge, AtLeastOnce", _bridge("AtLeastOnce")),
    Contestant("exactly-once", "bridge, ExactlyOnce", _bridge("ExactlyOnce")),
    Contestant("exactly-once-zstd", "bridge, ExactlyOnce, Zstd", _bridge("ExactlyOnce", codec="Zstd")),
    Contestant("effectively-once", "bridge, EffectivelyOnce, 1 million ids", _bridge("EffectivelyOnce", ids=1_000_000)),
    Contestant("effectively-once-10m", "bridge, EffectivelyOnce, 10 million ids",
               _bridge("EffectivelyOnce", ids=WIDE_WINDOW_IDS), wide_window=True),
    Contestant("mirror-maker", "MirrorMaker 2, at least once", _mirror_maker(exactly_once=False), share=0.3,
               peer="mirror_maker", target=_renamed),
    Contestant("mirror-maker-exactly-once", "MirrorMaker 2, exactly once", _mirror_maker(exactly_once=True),
               share=0.3, peer="mirror_maker", target=_renamed),
    Contestant("flink", "Flink, exactly once", _job("flink"), share=0.5, peer="flink"),
    Contestant("spark", "Spark Structured Streaming, at least once", _job("spark"), share=0.5, peer="spark"),
)
