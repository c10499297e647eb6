#!/usr/bin/env python3
"""Sends what the pipeline reads: the flights of January to September, then October live, out of order.

  feed.py history                      makes the topics that are missing, and fills flights-history
  feed.py live                         October's flights and weather, in 80 seconds
  feed.py live --until 2013-10-16      the first half; `feed.py live` goes on from there

Each topic's content is fixed, partition by partition, so whatever is there already is not sent again: a feed that was
killed, at any instant, is simply started once more.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timezone
from typing import Any, NamedTuple

import nycflights
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

HISTORY, LIVE, WEATHER = "flights-history", "flights-live", "weather"
TOPICS = (HISTORY, LIVE, WEATHER)
PARTITIONS = 4
# No record comes later than this behind one of a later time. `max.out.of.orderness.ms` of the Flink job.
OUT_OF_ORDER_MS = 30 * 60_000
_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS


class Record(NamedTuple):
    sent_ms: int  # on the replay's clock
    topic: str
    partition: int
    time_ms: int
    key: str
    value: dict[str, Any]  # empty in a heartbeat, which tells the time and nothing else


def history(flights: Iterable[nycflights.Flight]) -> Iterator[Record]:
    """January to September, in the order of the file."""
    return (_flight(HISTORY, flight, flight.time_ms) for flight in flights if flight.month < 10)


def live(flights: Iterable[nycflights.Flight], weather: Iterable[nycflights.Weather]) -> list[Record]:
    """October as it happens, or nearly: each record is sent up to OUT_OF_ORDER_MS after its time.

    Every hour each partition gets a heartbeat. A partition in which nothing happens would hold back Flink's
    watermark, and the last ones, a day after October, close the last window.
    """
    records = [_flight(LIVE, flight, _delayed(flight.time_ms, flight.id)) for flight in flights if flight.month == 10]
    records += [_weather(hour) for hour in weather if hour.month == 10]
    first, last = min(record.time_ms for record in records), max(record.time_ms for record in records)
    hours = range(first // _HOUR_MS * _HOUR_MS, last, _HOUR_MS)
    for time_ms in [*hours, last + _DAY_MS]:
        for topic in (LIVE, WEATHER):
            for partition in range(PARTITIONS):
                sent_ms = _delayed(time_ms, f"{topic} {partition} {time_ms}")
                records.append(Record(sent_ms, topic, partition, time_ms, "heartbeat", {}))
    return sorted(records, key=lambda record: (record.sent_ms, record.topic, record.partition, json.dumps(record.value)))


def _flight(topic: str, flight: nycflights.Flight, sent_ms: int) -> Record:
    value = {
        "id": flight.id, "date": flight.date, "hour": flight.hour, "carrier": flight.carrier, "flight": flight.flight,
        "origin": flight.origin, "dest": flight.dest, "delay": flight.delay, "time": flight.time_ms,
    }  # fmt: skip
    return Record(sent_ms, topic, _partition(flight.route), flight.time_ms, flight.route, value)


def _weather(hour: nycflights.Weather) -> Record:
    value = {"origin": hour.origin, "temp": hour.temp, "precip": hour.precip, "visib": hour.visib}
    sent_ms = _delayed(hour.time_ms, f"{hour.origin} {hour.time_ms}")
    return Record(sent_ms, WEATHER, _partition(hour.origin), hour.time_ms, hour.origin, value)


def _delayed(time_ms: int, what: object) -> int:
    """Looks random and is always the same."""
    return time_ms + zlib.crc32(str(what).encode()) % OUT_OF_ORDER_MS


def _partition(key: str) -> int:
    return zlib.crc32(key.encode()) % PARTITIONS


class Feed:
    """Sends records that a topic does not hold yet: nobody else writes there, so a partition's end counts its records."""

    def __init__(self, bootstrap_servers: str, prefix: str) -> None:
        self._servers = {"bootstrap.servers": bootstrap_servers}
        self._prefix = prefix

    def create_topics(self) -> None:
        admin = AdminClient(self._servers)
        # Of 2013: with the usual 7 days they would be deleted on arrival.
        config = {"retention.ms": "-1", "message.timestamp.type": "CreateTime"}
        topics = [NewTopic(self._prefix + topic, num_partitions=PARTITIONS, config=config) for topic in TOPICS]
        for future in admin.create_topics(topics).values():
            error = future.exception()
            if error is not None and error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise error

    def send(self, records: Iterable[Record], rate: float = 0) -> tuple[int, int]:
        """How many it sent, at `rate` a second if that is not 0, and how many were there before."""
        errors: list[KafkaError] = []

        def delivered(error: KafkaError | None, _: Message) -> None:
            if error is not None:
                errors.append(error)

        # Idempotent: in order, without repeats, whatever the network does.
        producer = Producer({**self._servers, "enable.idempotence": True, "compression.type": "lz4", "linger.ms": 20})
        held = self._held()
        sent = skipped = 0
        started = time.monotonic()
        for record in records:
            place = (record.topic, record.partition)
            if held[place] > 0:
                held[place] -= 1
                skipped += 1
                continue
            if rate and (early := started + sent / rate - time.monotonic()) > 0:
                producer.poll(early)
                time.sleep(max(0.0, started + sent / rate - time.monotonic()))
            self._produce(producer, record, delivered)
            sent += 1
            if errors:
                break
        left = producer.flush(60)
        if errors or left:
            sys.exit(f"error: {len(errors) + left} records did not reach Kafka: {errors[0] if errors else 'no answer'}")
        return sent, skipped

    def _produce(self, producer: Producer, record: Record, delivered: Callable[[KafkaError | None, Message], None]) -> None:
        value = json.dumps(record.value, separators=(",", ":"))
        while True:
            try:
                producer.produce(
                    self._prefix + record.topic, value, record.key, record.partition, timestamp=record.time_ms, on_delivery=delivered
                )
                producer.poll(0)
                return
            except BufferError:
                producer.poll(0.1)

    def _held(self) -> dict[tuple[str, int], int]:
        consumer = Consumer({**self._servers, "group.id": "feed"})
        try:
            return {(topic, partition): self._end(consumer, topic, partition) for topic in TOPICS for partition in range(PARTITIONS)}
        finally:
            consumer.close()

    def _end(self, consumer: Consumer, topic: str, partition: int) -> int:
        deadline = time.monotonic() + 30
        while True:
            try:
                return consumer.get_watermark_offsets(TopicPartition(self._prefix + topic, partition), timeout=30)[1]
            except KafkaException as failure:
                # A topic that was just made has no leader yet.
                if not failure.args[0].retriable() and failure.args[0].code() != KafkaError.NOT_LEADER_FOR_PARTITION:
                    raise
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["history", "live"])
    parser.add_argument("--bootstrap-servers", default=os.environ.get("KAFKA_BOOTSTRAP", "localhost:9092"))
    parser.add_argument("--topic-prefix", default="", help="before the topics' names, as `demo.`")
    parser.add_argument("--rate", type=float, default=500, help="live: records a second, 0 for as fast as it goes (500)")
    parser.add_argument("--until", type=_instant, help="live: stop before this time of the replay (UTC)")
    options = parser.parse_args()
    feed = Feed(options.bootstrap_servers, options.topic_prefix)
    feed.create_topics()
    package = nycflights.download()
    if options.what == "history":
        sent, skipped = feed.send(history(nycflights.flights(package)))
    else:
        records = live(nycflights.flights(package), nycflights.weather(package))
        wanted = (record for record in records if options.until is None or record.sent_ms < options.until)
        sent, skipped = feed.send(wanted, options.rate)
    print(f"{options.what}: {sent:,} records sent, {skipped:,} were there")
    return 0


def _instant(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp() * 1000)


if __name__ == "__main__":
    sys.exit(main())
