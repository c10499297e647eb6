#!/usr/bin/env python3
"""Compares what is in Kafka, committed, with what expected.py computes: record for record, times and ids too.

  compare.py                 ends with 0 if all is there, once, and nothing else
  compare.py --wait 120      gives it so many seconds
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

import nycflights
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition
from expected import Expected, Record, compute


class Verdict(NamedTuple):
    equal: bool
    text: str

    def __str__(self) -> str:
        return self.text


def once(topic: str, expected: list[Record], found: list[Record], repeats_allowed: bool = False) -> Verdict:
    """Equal if each expected record was found once. With `repeats_allowed`, at least once."""
    wanted, there = Counter(map(_text, expected)), Counter(map(_text, found))
    missing, unexpected = wanted.keys() - there.keys(), there.keys() - wanted.keys()
    repeats = (there - wanted).total() - sum(there[text] for text in unexpected)
    equal = not missing and not unexpected and (repeats == 0 or repeats_allowed)
    text = f"{topic}: {len(expected):,} expected, {len(found):,} found, "
    if equal:
        return Verdict(True, text + (f"equal but for {repeats:,} repeats, which may be here" if repeats else "equal"))
    text += f"{len(missing):,} missing, {sum(there[text] for text in unexpected):,} not expected, {repeats:,} repeated"
    return Verdict(False, text + _examples("missing", missing) + _examples("not expected", unexpected))


def last_of_each_key(topic: str, expected: list[Record], found: list[Record]) -> Verdict:
    """Equal if the last record of each key is the expected one. The earlier ones are what was so far."""
    last = {record.key: record for record in found}
    wanted, there = {_text(record) for record in expected}, {_text(Record(record.key, record.value)) for record in last.values()}
    text = f"{topic}: {len(expected):,} expected, {len(last):,} found in {len(found):,} updates, "
    if wanted == there:
        return Verdict(True, text + "equal")
    text += f"{len(wanted - there):,} differ"
    return Verdict(False, text + _examples("expected", wanted - there) + _examples("found", there - wanted))


def _text(record: Record) -> str:
    return json.dumps([record.key, record.id, record.time_ms, record.value], sort_keys=True)


def _examples(what: str, texts: Iterable[str]) -> str:
    return "".join(f"\n  {what}: {text}" for text in sorted(texts)[:3])


def read(bootstrap_servers: str, topic: str, time_is_set: bool) -> list[Record]:
    """All that is committed now, in the order of each partition.

    The event time is the record's time where a bridge or Flink has set it, else what the header says.
    """
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap_servers,
            "group.id": "compare",  # asked for by the client; nothing is committed
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
        }
    )
    try:
        metadata = consumer.list_topics(topic, timeout=30).topics[topic]
        if metadata.error is not None:
            raise KafkaException(metadata.error)
        consumer.assign([TopicPartition(topic, partition, 0) for partition in metadata.partitions])
        records, at_end = [], set()
        while len(at_end) < len(metadata.partitions):
            for message in consumer.consume(10_000, timeout=0.5):
                error = message.error()
                if error is None:
                    records.append(_record(message, time_is_set))
                elif error.code() == KafkaError._PARTITION_EOF:
                    at_end.add(message.partition())
                elif not error.retriable():
                    raise KafkaException(error)
        return records
    finally:
        consumer.close()


def _record(message: Message, time_is_set: bool) -> Record:
    headers: dict[str, Any] = {name: value.decode() for name, value in message.headers() or []}
    time_ms = int(headers.get("event-time", -1))
    if time_is_set and message.timestamp()[1] != time_ms:
        time_ms = -message.timestamp()[1]  # never what is expected
    return Record(message.key().decode(), json.loads(message.value()), headers.get("fusion-id"), time_ms)


def verdicts(expected: Expected, bootstrap_servers: str, prefix: str = "") -> list[Verdict]:
    def found(topic: str, time_is_set: bool = True) -> list[Record]:
        return read(bootstrap_servers, prefix + topic, time_is_set)

    return [
        # Spark's sink repeats records when a task is retried, and leaves the record's time to Kafka.
        once("profiles", expected.profiles, found("profiles", time_is_set=False), repeats_allowed=True),
        once("profiles-in", expected.profiles, found("profiles-in")),
        once("alerts", expected.alerts, found("alerts")),
        once("alerts-in", expected.alerts, found("alerts-in")),
        last_of_each_key("daily-counts", expected.daily_counts, found("daily-counts", time_is_set=False)),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bootstrap-servers", default=os.environ.get("KAFKA_BOOTSTRAP", "localhost:9092"))
    parser.add_argument("--topic-prefix", default="", help="before the topics' names, as `demo.`")
    parser.add_argument("--wait", type=float, default=0, metavar="SECONDS", help="how long it may take to become equal")
    options = parser.parse_args()
    package = nycflights.download()
    expected = compute(nycflights.flights(package), nycflights.weather(package))
    deadline = time.monotonic() + options.wait
    while True:
        said = verdicts(expected, options.bootstrap_servers, options.topic_prefix)
        equal = all(verdict.equal for verdict in said)
        if equal or time.monotonic() > deadline:
            break
        time.sleep(2)
    print(*said, sep="\n")
    return 0 if equal else 1


if __name__ == "__main__":
    sys.exit(main())
