"""What a streaming query of Spark tells with its groups' offsets, which monitoring alone reads."""

from __future__ import annotations

import os
import tempfile
import time
import unittest
import uuid
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import paths
import broker
import fusion_stage
import local_spark
from confluent_kafka import Producer

TIME_MS = 1_380_621_600_000
WAIT_S = 90


def wait_for(what: str, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"within {WAIT_S} s there was no {what}")
        time.sleep(0.2)


def send(topic: str, times_ms: list[int]) -> None:
    """In one transaction, whose end is more than its records: each partition of two ends with a marker."""
    producer = Producer({"bootstrap.servers": broker.bootstrap(), "transactional.id": topic, "log_level": 0})
    producer.init_transactions(WAIT_S)
    producer.begin_transaction()
    for number, time_ms in enumerate(times_ms):
        producer.produce(topic, f"record {number}", partition=number % 2, timestamp=time_ms)
    producer.commit_transaction(WAIT_S)


@unittest.skipUnless(paths.add_pyspark(), "no Spark: dev/engines unpacks one")
class SparkProgress(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.shared = local_spark.start(spark_sql_streaming_noDataProgressEventInterval="200ms")
        cls.addClassCleanup(cls.shared.stop)
        # The client of Python reads metadata beyond its end.
        kafka = cls.shared._jvm.org.apache.kafka.clients.admin
        cls.admin = kafka.Admin.create({"bootstrap.servers": broker.bootstrap()})
        cls.addClassCleanup(lambda: cls.admin.close())

    def setUp(self) -> None:
        self.broker = broker.Broker()
        self.spark = self.shared.newSession()  # has listeners of its own
        name = f"progress-{uuid.uuid4().hex[:8]}"
        self.topic, self.group = f"{name}.orders", f"{name}/total"
        self.create(self.topic)
        self.addCleanup(lambda: self.broker.delete_groups([self.group]))

    def create(self, topic: str) -> None:
        self.broker.create(topic, partitions=2)
        self.addCleanup(self.broker.delete, [topic])

    def stage(self, **changed: str) -> fusion_stage.Stage:
        contract = {"VERSION": "1", "BOOTSTRAP_SERVERS": broker.bootstrap(), "SECURITY_PROTOCOL": "PLAINTEXT"}
        contract |= {"ISOLATION_LEVEL": "read_committed", "INPUT_TOPICS": self.topic, "INPUT_GROUPS": self.group} | changed
        return fusion_stage.read(Path("/nowhere"), {f"FUSION_{name}": value for name, value in contract.items()})

    def read(self, options: dict[str, str]):
        return self.spark.readStream.format("kafka").options(**options).load()

    def start(self, frame) -> None:
        query = frame.writeStream.format("noop").start()
        # What was still to be told would bring the group back.
        self.addCleanup(self.spark.sparkContext._jsc.sc().listenerBus().waitUntilEmpty)
        self.addCleanup(query.stop)

    def positions(self) -> dict[tuple[str, int], tuple[int, str]]:
        """All that the group has committed: offset and metadata of each partition of each topic."""
        committed = self.admin.listConsumerGroupOffsets(self.group).partitionsToOffsetAndMetadata().get()
        return {(place.topic(), place.partition()): (at.offset(), at.metadata()) for place, at in committed.items()}

    def wait_for_commits(self, metadata: str) -> None:
        """At the end of the log, with nothing left to read."""
        wanted = {(self.topic, partition): (end, metadata) for partition, end in self.broker.ends(self.topic).items()}
        wait_for(f"commit of {wanted}", lambda: self.positions() == wanted)

    def test_the_end_of_the_log_and_the_watermark_are_committed_beside_a_source_of_the_same_group(self) -> None:
        from pyspark.sql import functions as F

        stage = self.stage()
        self.assertEqual(stage.reader(self.topic)["kafka.group.id"], self.group)
        stage.report_progress(self.spark)
        send(self.topic, [TIME_MS, TIME_MS + 1_000, TIME_MS + 2_345])
        orders = self.read(stage.reader(self.topic)).withWatermark("timestamp", "1 second")
        self.start(orders.groupBy(F.window("timestamp", "1 minute")).count())

        self.wait_for_commits(f"v1 wm={TIME_MS + 1_345}")
        send(self.topic, [TIME_MS + 60_000])
        self.wait_for_commits(f"v1 wm={TIME_MS + 59_000}")

    def test_a_query_without_a_watermark_tells_its_offsets_and_other_topics_are_left_out(self) -> None:
        other = f"{self.topic}-of-others"
        self.create(other)
        stage = self.stage()
        stage.report_progress(self.spark)
        for topic in (self.topic, other):
            send(topic, [TIME_MS, TIME_MS])
        own = self.read(stage.reader(self.topic))
        self.start(own.union(self.read(stage.reader(self.topic) | {"subscribe": other})))

        self.wait_for_commits("v1")

    def test_what_cannot_be_committed_is_said_once_and_committed_when_it_can_be(self) -> None:
        with tempfile.NamedTemporaryFile("w") as password:
            password.write("not-the-password")
            password.flush()
            refused = self.stage(
                BOOTSTRAP_SERVERS=os.environ["KAFKA_SASL_TLS_BOOTSTRAP"], SECURITY_PROTOCOL="SASL_SSL", SASL_MECHANISM="SCRAM-SHA-512",
                SASL_USERNAME=os.environ["KAFKA_USER"], SASL_PASSWORD_FILE=password.name, SSL_CA_FILE=os.environ["KAFKA_CA_FILE"],
            )  # fmt: skip
            send(self.topic, [TIME_MS, TIME_MS])
            records = self.read(self.stage().reader(self.topic))
            connected = mock.patch.object(fusion_stage.Stage, "_client", autospec=True, side_effect=fusion_stage.Stage._client)
            with self.assertLogs("fusion_stage") as logs, connected as connections:
                refused.report_progress(self.spark)
                self.start(records)
                wait_for("third attempt", lambda: connections.call_count > 2)
                self.assertEqual(len(self.positions()), 0)
                password.seek(0)
                password.truncate()
                password.write(os.environ["KAFKA_PASSWORD"])
                password.flush()
                self.wait_for_commits("v1")
        self.assertEqual(len(logs.output), 1, logs.output)
        self.assertRegex(logs.output[0], "SaslAuthenticationException: Authentication failed")
        self.assertNotIn("not-the-password", logs.output[0])


if __name__ == "__main__":
    unittest.main()
