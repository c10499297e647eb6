"""Writes records to topics and reads them back, as an application that reads only what is committed."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable

from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition
from local_cluster.progress import Failure

from .flights import Flight

Progress = Callable[[int], None]


def send(bootstrap: str, topic: str, records: Iterable[Flight], progress: Progress = lambda count: None) -> int:
    """Sends each record once (an idempotent producer) and returns their number when the broker has all of them."""
    errors: list[KafkaError] = []
    producer = Producer(
        {
            "bootstrap.servers": bootstrap,
            "enable.idempotence": True,
            "compression.type": "lz4",
            "linger.ms": 50,
            "queue.buffering.max.messages": 100_000,
        }
    )

    def delivered(error: KafkaError | None, _: Message) -> None:
        if error is not None:
            errors.append(error)

    sent = 0
    for sent, record in enumerate(records, start=1):
        _produce(producer, topic, record, delivered)
        if sent % 10_000 == 0:
            producer.poll(0)
            progress(sent)
    left = producer.flush(60)
    if errors or left:
        raise Failure(f"{len(errors) + left} of {sent} records did not reach topic {topic}: {errors[:1] or 'no answer'}")
    progress(sent)
    return sent


def _produce(producer: Producer, topic: str, record: Flight, delivered: Callable[[KafkaError | None, Message], None]) -> None:
    while True:
        try:
            producer.produce(topic, record.value, record.key, timestamp=record.timestamp_ms, on_delivery=delivered)
            return
        except BufferError:
            producer.poll(0.1)


class TopicReader:
    """Reads a topic from its beginning, with isolation read_committed, and counts the records' ids."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        self.topic = topic
        self.ids: Counter[int] = Counter()
        self.count = 0
        self._consumer = Consumer(
            {
                "bootstrap.servers": bootstrap,
                "group.id": "reader-of-committed-records",  # asked for by the client; nothing is committed
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
                "enable.partition.eof": True,
                "auto.offset.reset": "error",
            }
        )
        metadata = self._consumer.list_topics(topic, timeout=30).topics[topic]
        if metadata.error is not None:
            raise Failure(f"topic {topic}: {metadata.error}")
        self._partitions = sorted(metadata.partitions)
        self._consumer.assign([TopicPartition(topic, partition, 0) for partition in self._partitions])
        # Where the reader stood at the end of a partition, the last time that it was there. It is told once for each end.
        self._ends_seen: dict[int, int] = {}

    def read_to_end(self, limit: int | None = None, timeout_s: float = 60) -> list[Message]:
        """Reads on up to where every partition ends now, or until `limit` records are there.

        Returns the records only if a limit is given. Waits for the end of transactions that are open.
        """
        kept: list[Message] = []
        ends = {partition: self._end_of(partition) for partition in self._partitions}
        deadline = time.monotonic() + timeout_s
        while (missing := self._missing(ends)) and (limit is None or len(kept) < limit):
            for message in self._consumer.consume(10_000, timeout=0.2):
                if self._take(message) and limit is not None:
                    kept.append(message)
            if time.monotonic() > deadline:
                raise Failure(f"topic {self.topic}: the end of partitions {missing} was not reached in {timeout_s:.0f} s")
        return kept[:limit]

    def poll(self, seconds: float) -> None:
        """Reads what comes in this time."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            for message in self._consumer.consume(10_000, timeout=left):
                self._take(message)

    def _take(self, message: Message) -> bool:
        error = message.error()
        if error is None:
            self.ids[json.loads(message.value())["id"]] += 1
            self.count += 1
            return True
        if error.code() == KafkaError._PARTITION_EOF:
            self._ends_seen[message.partition()] = message.offset()
        elif not error.retriable():
            raise Failure(f"topic {self.topic}: {error}")
        return False

    def _end_of(self, partition: int) -> int:
        return self._consumer.get_watermark_offsets(TopicPartition(self.topic, partition), timeout=30)[1]

    def _missing(self, ends: dict[int, int]) -> list[int]:
        return [partition for partition, end in ends.items() if self._ends_seen.get(partition, -1) < end]

    def close(self) -> None:
        self._consumer.close()

    def __enter__(self) -> TopicReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
