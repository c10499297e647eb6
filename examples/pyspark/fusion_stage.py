"""What the fusion operator tells a Spark stage, as options for Spark; and what a stage must write so that bridges can carry it.

    stage = fusion_stage.read()
    orders = spark.read.format("kafka").options(**stage.reader(stage.input("orders"))).load()
    ...
    records.write.format("kafka").options(**stage.writer(stage.output("totals"))).save()
"""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from uuid import UUID

    from pyspark.sql import Column, DataFrame, SparkSession
    from pyspark.sql.streaming import StreamingQueryListener
    from pyspark.sql.streaming.listener import StreamingQueryProgress

VERSION = "1"
ID_HEADER = "fusion-id"
EVENT_TIME_HEADER = "event-time"
COMMIT_TIMEOUT_MS = 10_000


_LOG = logging.getLogger("fusion_stage")


class ContractError(Exception):
    """The stage was not told what it needs."""


@dataclass(frozen=True)
class Stage:
    properties: Mapping[str, str]

    def get(self, name: str) -> str:
        try:
            return self.properties[name]
        except KeyError:
            raise ContractError(f"the stage contract has no property {name}") from None

    @property
    def inputs(self) -> list[str]:
        """Topics, in the order of the spec."""
        return _list(self.get("input.topics"))

    @property
    def outputs(self) -> list[str]:
        return _list(self.get("output.topics"))

    def input(self, name: str) -> str:
        """The input topic of this name, with or without a prefix that ends in a dot: `orders` finds `demo.orders`."""
        return _find(name, self.inputs, "input")

    def output(self, name: str) -> str:
        return _find(name, self.outputs, "output")

    @property
    def groups(self) -> dict[str, str]:
        """The consumer group of each input topic that has one."""
        groups = self.properties.get("input.groups", "").split(",")
        return {topic: group.strip() for topic, group in zip(self.inputs, groups) if group.strip()}

    @property
    def checkpoint(self) -> str:
        """`checkpointLocation` of a streaming query."""
        return self.get("checkpoint.directory")

    def reader(self, topic: str) -> dict[str, str]:
        """Options of the Kafka source: the whole topic, what is committed."""
        options = {
            **self._connection(),
            "subscribe": topic,
            "startingOffsets": "earliest",
            "kafka.isolation.level": self.get("isolation.level"),
        }
        if group := self.groups.get(topic):
            options["kafka.group.id"] = group
        return options

    def writer(self, topic: str) -> dict[str, str]:
        """Options of the Kafka sink. It is at-least-once: ids let a bridge drop the repeats."""
        return {**self._connection(), "topic": topic}

    def report_progress(self, spark: SparkSession) -> None:
        """From now on the operator is told how far the streaming queries of this session are, and their watermark if they have one.

        Spark's Kafka source commits nothing. Here the end of each micro-batch is committed to the groups of the inputs, for
        monitoring alone: a query keeps its place in its checkpoint, and neither waits for a commit nor fails with it.
        Where two queries read the same topic the last commit counts.
        """
        spark.streams.addListener(_listener(_Progress(self.groups, self._client, spark._jvm)))

    def _connection(self) -> dict[str, str]:
        """Options of the Kafka source and sink."""
        return {f"kafka.{name}": value for name, value in self._client().items()}

    def _client(self) -> dict[str, str]:
        """As Java's Kafka client names it. Credentials are read from the files that the contract names."""
        options = {"bootstrap.servers": self.get("bootstrap.servers"), "security.protocol": self.get("security.protocol")}
        if mechanism := self.properties.get("sasl.mechanism"):
            module = "plain.PlainLoginModule" if mechanism == "PLAIN" else "scram.ScramLoginModule"
            user, password = _quoted(self.get("sasl.username")), _quoted(_content(self.get("sasl.password.file")))
            options["sasl.mechanism"] = mechanism
            options["sasl.jaas.config"] = f"org.apache.kafka.common.security.{module} required username={user} password={password};"
        if authorities := self.properties.get("ssl.ca.file"):
            options |= {"ssl.truststore.type": "PEM", "ssl.truststore.certificates": _content(authorities)}
        if certificate := self.properties.get("ssl.certificate.file"):
            options |= {"ssl.keystore.type": "PEM", "ssl.keystore.certificate.chain": _content(certificate)}
            options["ssl.keystore.key"] = _content(self.get("ssl.key.file"))
        return options


def read(file: Path = Path("/etc/fusion/stage.properties"), environment: Mapping[str, str] = os.environ) -> Stage:
    """The contract of the stage that this process belongs to. The environment has the same, and goes before the file."""
    properties = _parse(file.read_text(encoding="latin-1")) if file.exists() else {}
    for name, value in environment.items():
        if name.startswith("FUSION_"):
            properties[name.removeprefix("FUSION_").lower().replace("_", ".")] = value
    stage = Stage(properties)
    if stage.get("version") != VERSION:
        raise ContractError(f"the stage contract has version {stage.get('version')}: this library reads {VERSION}")
    return stage


def stamped(frame: DataFrame, *, key: Column, value: Column, id: Column, event_time: Column) -> DataFrame:
    """Records for the Kafka sink, each with its id and its event time (a timestamp) in headers.

    The sink takes no timestamp. A bridge with `eventTime: {from: {header: event-time}}` sets it.
    """
    from pyspark.sql import functions as F

    def header(name: str, content: Column) -> Column:
        return F.struct(F.lit(name).alias("key"), content.cast("string").cast("binary").alias("value"))

    headers = F.array(header(ID_HEADER, id), header(EVENT_TIME_HEADER, F.unix_millis(event_time)))
    return frame.select(key.cast("string").alias("key"), value.cast("string").alias("value"), headers.alias("headers"))


def id_of_position() -> Column:
    """For a record made from one record of the Kafka source: where that one stands, as `orders[3]@1042`.

    A retried or regenerated batch gives the same ids, however the records were cut into batches.
    """
    from pyspark.sql import functions as F

    return F.concat(F.col("topic"), F.lit("["), F.col("partition"), F.lit("]@"), F.col("offset"))


def id_of(*columns: str) -> Column:
    """For an aggregate: what it is about, as `["EWR-IAH","5"]`. Include what tells one version of it from the next."""
    from pyspark.sql import functions as F

    return F.to_json(F.array(*[F.col(column).cast("string") for column in columns]))


class _Progress:
    """How far the queries of a stage have come, in the committed offsets of its groups."""

    def __init__(self, groups: Mapping[str, str], client: Callable[[], Mapping[str, str]], jvm: Any) -> None:
        self._groups, self._client, self._jvm = groups, client, jvm
        self._newest: dict[UUID, StreamingQueryProgress] = {}  # of each run of a query
        self._admin: Any = None
        self._is_failing = False

    def reached(self, progress: StreamingQueryProgress) -> None:
        self._newest[progress.runId] = progress
        self.commit(progress.runId)

    def ended(self, run: UUID) -> None:
        self._newest.pop(run, None)

    def commit(self, run: UUID) -> None:
        """Done again while a query has nothing to read: the last commit may have failed, and Kafka forgets commits that are old."""
        if run not in self._newest:
            return
        try:
            self._commit(self._newest[run])
            self._is_failing = False
        except Exception as error:
            if not self._is_failing:
                _LOG.warning("the stage's progress is not committed, which will be tried again: %s", _described(error))
            self._is_failing = True
            self._close()

    def _commit(self, progress: StreamingQueryProgress) -> None:
        kafka, metadata = self._jvm.org.apache.kafka, _metadata(progress)
        for group, ends in _ends(progress, self._groups).items():
            self._admin = self._admin or self._open()
            offsets = self._jvm.java.util.HashMap()
            for topic, partition, offset in ends:
                position = kafka.clients.consumer.OffsetAndMetadata(offset, metadata)
                offsets.put(kafka.common.TopicPartition(topic, partition), position)
            self._admin.alterConsumerGroupOffsets(group, offsets).all().get()

    def _open(self) -> Any:
        options = self._jvm.java.util.HashMap()
        for name, value in self._client().items():
            options.put(name, value)
        for name in ("request.timeout.ms", "default.api.timeout.ms"):
            options.put(name, str(COMMIT_TIMEOUT_MS))
        return self._jvm.org.apache.kafka.clients.admin.Admin.create(options)

    def _close(self) -> None:
        """The next one reads the credentials anew."""
        admin, self._admin = self._admin, None
        if admin is not None:
            admin.close(self._jvm.java.time.Duration.ZERO)


def _listener(progress: _Progress) -> StreamingQueryListener:
    from pyspark.sql.streaming import StreamingQueryListener

    class Listener(StreamingQueryListener):
        def onQueryStarted(self, event: Any) -> None:
            pass

        def onQueryProgress(self, event: Any) -> None:
            progress.reached(event.progress)

        def onQueryIdle(self, event: Any) -> None:
            progress.commit(event.runId)

        def onQueryTerminated(self, event: Any) -> None:
            progress.ended(event.runId)

    return Listener()


def _ends(progress: StreamingQueryProgress, groups: Mapping[str, str]) -> dict[str, list[tuple[str, int, int]]]:
    """Topic, partition and the offset after the last one that was read, of each group. Of Kafka, and of the stage's inputs alone."""
    ends: dict[str, list[tuple[str, int, int]]] = {}
    for source in progress.sources:
        end = json.loads(source.endOffset or "null")
        for topic, partitions in end.items() if isinstance(end, dict) else ():
            if topic in groups:
                ends.setdefault(groups[topic], []).extend((topic, int(number), offset) for number, offset in partitions.items())
    return ends


def _metadata(progress: StreamingQueryProgress) -> str:
    """As the operator reads it. A watermark of 1970 is Spark's word for none yet."""
    told = progress.eventTime.get("watermark")
    watermark_ms = round(datetime.fromisoformat(told.replace("Z", "+00:00")).timestamp() * 1000) if told else 0
    return f"v1 wm={watermark_ms}" if watermark_ms > 0 else "v1"


def _described(error: Exception) -> str:
    """The cause in one line. What Python says of an exception of Java is its whole trace."""
    cause = getattr(error, "java_exception", None)
    if cause is None:
        return f"{type(error).__name__}: {error}"
    while cause.getCause() is not None:
        cause = cause.getCause()
    return f"{cause.getClass().getSimpleName()}: {cause.getMessage()}"


def _find(name: str, topics: list[str], what: str) -> str:
    found = [topic for topic in topics if topic == name] or [topic for topic in topics if topic.rpartition(".")[2] == name]
    if len(found) != 1:
        raise ContractError(f"the stage has {len(found) or 'no'} {what} topics of the name {name}: {', '.join(topics) or 'none at all'}")
    return found[0]


def _content(file: str) -> str:
    return Path(file).read_text(encoding="utf-8").rstrip("\n")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))")


def _parse(text: str) -> dict[str, str]:
    """Java's properties, one a line."""
    properties = {}
    for line in map(str.lstrip, text.splitlines()):
        if line and line[0] not in "#!":
            name, _, value = line.partition("=")
            properties[name.strip()] = _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], value.lstrip())
    return properties
