"""The topics: made, watched and deleted."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from confluent_kafka import IsolationLevel, KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic, OffsetSpec, TopicDescription

from local_cluster.progress import Failure

PARTITIONS = 12
_TIMEOUT_S = 30
T = TypeVar("T")


@dataclass(frozen=True)
class Ends:
    """The sums of the partitions' ends. Both count a transaction's markers: one a partition and commit."""

    written: int  # high watermarks
    visible: int  # last stable offsets: what a reader of committed records may read


class Topics:
    """The topics of one broker."""

    def __init__(self, brokers: str) -> None:
        # A topic that was asked for too early is else believed to be missing for 30 s.
        settings = {"bootstrap.servers": brokers, "log_level": 0, "topic.metadata.propagation.max.ms": 100}
        self._admin = AdminClient(settings)

    def create(self, name: str) -> str:
        """Makes the topic and returns its id as Kafka prints it."""
        # Deleted at once, so that the disk does not write what nobody wants any more.
        config = {"retention.ms": "-1", "file.delete.delay.ms": "100"}
        new = NewTopic(name, num_partitions=PARTITIONS, replication_factor=1, config=config)
        self._admin.create_topics([new])[name].result(_TIMEOUT_S)
        described = self._until_answered(name, lambda: self._describe(name))
        self.ends(name)  # its partitions have leaders
        # Kafka prints ids in the alphabet of URLs.
        return str(described.topic_id).replace("+", "-").replace("/", "_")

    def _describe(self, name: str) -> TopicDescription:
        return self._admin.describe_topics(TopicCollection([name]))[name].result(_TIMEOUT_S)

    def ends(self, name: str) -> Ends:
        """How far the topic is written, and how far it is visible."""
        return self._until_answered(name, lambda: Ends(self._sum(name, IsolationLevel.READ_UNCOMMITTED),
                                                       self._sum(name, IsolationLevel.READ_COMMITTED)))

    def _sum(self, name: str, level: IsolationLevel) -> int:
        asked = {TopicPartition(name, number): OffsetSpec.latest() for number in range(PARTITIONS)}
        answer = self._admin.list_offsets(asked, isolation_level=level)
        return sum(one.result(_TIMEOUT_S).offset for one in answer.values())

    def _until_answered(self, name: str, ask: Callable[[], T]) -> T:
        """Asks again where a new topic is not known everywhere yet."""
        deadline = time.monotonic() + _TIMEOUT_S
        while True:
            try:
                return ask()
            except KafkaException as error:
                if time.monotonic() > deadline:
                    raise Failure(f"the broker does not tell of topic {name}: {error}") from None
            time.sleep(0.05)

    def keep_only(self, names: set[str]) -> None:
        """Deletes all other topics, but for Kafka's own."""
        there = set(self._admin.list_topics(timeout=_TIMEOUT_S).topics)
        doomed = [name for name in there - names if not name.startswith("__")]
        if not doomed:
            return
        for future in self._admin.delete_topics(doomed).values():
            future.result(_TIMEOUT_S)
