"""Whether a bridge carried everything that was sent, once."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from confluent_kafka import Consumer, TopicPartition
from local_cluster.progress import Failure

from .records import TopicReader


@dataclass
class Carried:
    """Records of two topics, compared by id: how often each was sent and how often it arrived."""

    sent: int
    arrived: int
    lost: int
    repeated: int

    @property
    def exactly_once(self) -> bool:
        return self.lost == 0 and self.repeated == 0

    def __str__(self) -> str:
        return f"{self.sent} sent, {self.arrived} arrived"


def compare(bootstrap: str, source: str, target: str, group: str, stalled_after_s: float = 120,
            progress: Callable[[int, int], None] = lambda arrived, sent: None) -> Carried:
    """Waits until `group` has committed all of `source`, then compares it with all of `target`.

    The bridge commits its position in the transaction that carries the records: with everything committed, nothing
    more can arrive. Fails when the group's position stands still for `stalled_after_s`.
    """
    with TopicReader(bootstrap, source) as sent, TopicReader(bootstrap, target) as arrived:
        sent.read_to_end()
        moved_at, last = time.monotonic(), -1
        while (left := _left(bootstrap, source, group)) > 0:
            arrived.poll(1)
            progress(arrived.count, sent.count)
            if left != last:
                moved_at, last = time.monotonic(), left
            elif time.monotonic() - moved_at > stalled_after_s:
                raise Failure(
                    f"{arrived.count} of {sent.count} records arrived, then nothing for {stalled_after_s:.0f} s: "
                    f"{left} are left to group {group}"
                )
        arrived.read_to_end()
        progress(arrived.count, sent.count)
        return Carried(
            sent.count, arrived.count, (sent.ids - arrived.ids).total(), (arrived.ids - sent.ids).total()
        )


def _left(bootstrap: str, topic: str, group: str) -> int:
    """Offsets of `topic` that `group` has not committed; all of them where it never committed."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": group, "enable.auto.commit": False})
    try:
        partitions = [TopicPartition(topic, number) for number in consumer.list_topics(topic, timeout=30).topics[topic].partitions]
        left = 0
        for position in consumer.committed(partitions, timeout=30):
            low, high = consumer.get_watermark_offsets(TopicPartition(topic, position.partition), timeout=30)
            left += high - (position.offset if position.offset >= 0 else low)
        return left
    finally:
        consumer.close()
