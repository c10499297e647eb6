"""The broker that KAFKA_BOOTSTRAP names, as a person at Kafka's tools sees it, and a door to it that can be closed."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import threading
from collections.abc import Iterable

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewPartitions, NewTopic, OffsetSpec, ResourceType

_WAIT_S = 60


def bootstrap() -> str:
    return os.environ["KAFKA_BOOTSTRAP"]


class Broker:
    def __init__(self) -> None:
        self._admin = AdminClient({"bootstrap.servers": bootstrap(), "log_level": 0})

    def topics(self, prefix: str) -> set[str]:
        return {name for name in self._admin.list_topics(timeout=_WAIT_S).topics if name.startswith(prefix)}

    def partitions(self, topic: str) -> int:
        return len(self._admin.list_topics(topic, timeout=_WAIT_S).topics[topic].partitions)

    def config(self, topic: str) -> dict[str, str]:
        """What is set on the topic itself."""
        resource = ConfigResource(ResourceType.TOPIC, topic)
        entries = self._admin.describe_configs([resource])[resource].result(_WAIT_S)
        return {name: entry.value for name, entry in entries.items() if entry.source == 1}

    def create(self, topic: str, partitions: int = 1, config: dict[str, str] | None = None) -> None:
        self._admin.create_topics([NewTopic(topic, partitions, 1, config=config or {})])[topic].result(_WAIT_S)

    def add_partitions(self, topic: str, count: int) -> None:
        self._admin.create_partitions([NewPartitions(topic, count)])[topic].result(_WAIT_S)

    def set(self, topic: str, key: str, value: str) -> None:
        entry = ConfigEntry(key, value, incremental_operation=AlterConfigOpType.SET)
        resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])
        self._admin.incremental_alter_configs([resource])[resource].result(_WAIT_S)

    def delete(self, topics: Iterable[str]) -> None:
        names = list(topics)
        for future in self._admin.delete_topics(names).values() if names else []:
            future.result(_WAIT_S)

    def groups(self, part: str) -> set[str]:
        listed = self._admin.list_consumer_groups(request_timeout=_WAIT_S).result(_WAIT_S)
        return {group.group_id for group in listed.valid if part in group.group_id}

    def commit(self, group: str, topic: str, offset: int, metadata: str = "") -> None:
        """What a bridge's pods do."""
        # This client ends metadata with a zero byte: it goes into a key that nobody reads.
        told = f"{metadata} client=" if metadata else ""
        positions = ConsumerGroupTopicPartitions(group, [TopicPartition(topic, 0, offset, told)])
        self._admin.alter_consumer_group_offsets([positions])[group].result(_WAIT_S)

    def produce(self, topic: str, count: int, timestamp_ms: int = 0) -> None:
        """Records into the first partition, with the present as their time if no other is given."""
        producer = Producer({"bootstrap.servers": bootstrap(), "log_level": 0})
        for number in range(count):
            producer.produce(topic, f"record {number}", partition=0, timestamp=timestamp_ms)
        assert producer.flush(_WAIT_S) == 0, f"records do not reach {topic}"

    def had_members(self, group: str) -> bool:
        """Whether anybody was ever a member of the group; what was committed from outside does not make it so."""
        listed = self._admin.list_consumer_groups(request_timeout=_WAIT_S).result(_WAIT_S)
        return any(found.group_id == group and not found.is_simple_consumer_group for found in listed.valid)

    def committed(self, group: str, topic: str) -> int:
        asked = ConsumerGroupTopicPartitions(group, [TopicPartition(topic, 0)])
        positions = self._admin.list_consumer_group_offsets([asked])[group].result(_WAIT_S).topic_partitions
        return positions[0].offset

    def ends(self, topic: str) -> dict[int, int]:
        """Where the next record of each partition will be; the ends of transactions count."""
        asked = {TopicPartition(topic, number): OffsetSpec.latest() for number in range(self.partitions(topic))}
        return {place.partition: found.result(_WAIT_S).offset for place, found in self._admin.list_offsets(asked).items()}

    def delete_groups(self, groups: Iterable[str]) -> None:
        names = list(groups)
        for future in self._admin.delete_consumer_groups(names).values() if names else []:
            with contextlib.suppress(KafkaException):  # it went meanwhile
                future.result(_WAIT_S)


class Door:
    """A port of this machine that leads to the broker's while it is open; closed at first."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        self._listener: socket.socket | None = None
        self._connections: list[socket.socket] = []

    def open(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._serve, args=(self._listener,), daemon=True).start()

    def close(self) -> None:
        if self._listener is not None:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._connections.clear()

    def _serve(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                self._connections.append(near)
                threading.Thread(target=_carry, args=(near,), daemon=True).start()


def _carry(near: socket.socket) -> None:
    host, _, port = bootstrap().rpartition(":")
    with contextlib.suppress(OSError), near, socket.create_connection((host, int(port))) as far:
        other = {near: far, far: near}
        while True:
            for ready in select.select([near, far], [], [])[0]:
                content = ready.recv(65536)
                if not content:
                    return
                other[ready].sendall(content)
