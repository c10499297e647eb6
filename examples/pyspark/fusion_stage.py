"""What the fusion operator tells a Spark stage, as options for Spark; and what a stage must write so that bridges can carry it.

    stage = fusion_stage.read()
    orders = spark.read.format("kafka").options(**stage.reader(stage.input("orders"))).load()
    ...
    records.write.format("kafka").options(**stage.writer(stage.output("totals"))).save()
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

VERSION = "1"
ID_HEADER = "fusion-id"
EVENT_TIME_HEADER = "event-time"


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
        group = dict(zip(self.inputs, self.properties.get("input.groups", "").split(","))).get(topic, "").strip()
        if group:
            options["kafka.group.id"] = group
        return options

    def writer(self, topic: str) -> dict[str, str]:
        """Options of the Kafka sink. It is at-least-once: ids let a bridge drop the repeats."""
        return {**self._connection(), "topic": topic}

    def _connection(self) -> dict[str, str]:
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
        return {f"kafka.{name}": value for name, value in options.items()}


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
