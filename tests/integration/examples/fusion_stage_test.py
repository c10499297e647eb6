"""The library for Spark stages: what it reads of the contract, and what it makes of it for Spark and for Kafka."""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace

import paths
import fusion_stage  # noqa: E402
import local_spark

NOWHERE = Path("/nowhere/stage.properties")
CONTRACT = {
    "FUSION_VERSION": "1",
    "FUSION_BOOTSTRAP_SERVERS": "kafka:9092",
    "FUSION_SECURITY_PROTOCOL": "PLAINTEXT",
    "FUSION_ISOLATION_LEVEL": "read_committed",
    "FUSION_INPUT_TOPICS": "demo.orders,demo.big.orders-in",
    "FUSION_INPUT_GROUPS": ",totals",
    "FUSION_OUTPUT_TOPICS": "demo.totals",
    "FUSION_CHECKPOINT_DIRECTORY": "file:///state/checkpoints",
}
CONNECTION = {"kafka.bootstrap.servers": "kafka:9092", "kafka.security.protocol": "PLAINTEXT"}


def stage(**changed: str | None) -> fusion_stage.Stage:
    environment = {name: value for name, value in (CONTRACT | changed).items() if value is not None}
    return fusion_stage.read(NOWHERE, environment)


class Contract(unittest.TestCase):
    def test_topics_are_found_with_and_without_their_prefix(self) -> None:
        self.assertEqual(stage().inputs, ["demo.orders", "demo.big.orders-in"])
        self.assertEqual(stage().input("orders"), "demo.orders")
        self.assertEqual(stage().input("orders-in"), "demo.big.orders-in")
        self.assertEqual(stage().output("demo.totals"), "demo.totals")

    def test_a_topic_that_is_not_there_is_named(self) -> None:
        with self.assertRaisesRegex(fusion_stage.ContractError, "no input topics of the name totals: demo.orders, demo.big.orders-in"):
            stage().input("totals")

    def test_an_ambiguous_name_is_refused(self) -> None:
        both = stage(FUSION_INPUT_TOPICS="a.orders,b.orders")
        with self.assertRaisesRegex(fusion_stage.ContractError, "2 input topics of the name orders"):
            both.input("orders")

    def test_what_is_missing_is_named(self) -> None:
        with self.assertRaisesRegex(fusion_stage.ContractError, "no property version"):
            fusion_stage.read(NOWHERE, {})
        with self.assertRaisesRegex(fusion_stage.ContractError, "no property checkpoint.directory"):
            print(stage(FUSION_CHECKPOINT_DIRECTORY=None).checkpoint)

    def test_another_version_is_refused(self) -> None:
        with self.assertRaisesRegex(fusion_stage.ContractError, "has version 2: this library reads 1"):
            stage(FUSION_VERSION="2")

    def test_the_file_is_read_and_the_environment_goes_before_it(self) -> None:
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("# a comment\nversion=1\n\nstage=total\\u00e9\npipeline=a\\\\b=c\nbootstrap.servers=file:9092\n")
            file.flush()
            read = fusion_stage.read(Path(file.name), {"FUSION_BOOTSTRAP_SERVERS": "environment:9092", "OTHER": "x"})
        expected = {"version": "1", "stage": "totalé", "pipeline": "a\\b=c", "bootstrap.servers": "environment:9092"}
        self.assertEqual(read.properties, expected)

    def test_reading_takes_what_is_committed_from_the_beginning(self) -> None:
        read = {"startingOffsets": "earliest", "kafka.isolation.level": "read_committed"}
        self.assertEqual(stage().reader("demo.orders"), CONNECTION | read | {"subscribe": "demo.orders"})

    def test_a_group_is_used_where_one_is_declared(self) -> None:
        self.assertEqual(stage().reader("demo.big.orders-in")["kafka.group.id"], "totals")
        self.assertNotIn("kafka.group.id", stage(FUSION_INPUT_GROUPS=None).reader("demo.orders"))

    def test_writing(self) -> None:
        self.assertEqual(stage().writer("demo.totals"), CONNECTION | {"topic": "demo.totals"})

    def test_credentials_come_from_files(self) -> None:
        with tempfile.TemporaryDirectory() as directory:
            for name, text in {"password": 'pa"ss\\word\n', "ca": "CA\n", "cert": "CERT\n", "key": "KEY\n"}.items():
                (Path(directory) / name).write_text(text, encoding="utf-8")
            options = stage(
                FUSION_SECURITY_PROTOCOL="SASL_SSL", FUSION_SASL_MECHANISM="SCRAM-SHA-512", FUSION_SASL_USERNAME="me",
                FUSION_SASL_PASSWORD_FILE=f"{directory}/password", FUSION_SSL_CA_FILE=f"{directory}/ca",
                FUSION_SSL_CERTIFICATE_FILE=f"{directory}/cert", FUSION_SSL_KEY_FILE=f"{directory}/key",
            ).writer("demo.totals")  # fmt: skip
        module = "org.apache.kafka.common.security.scram.ScramLoginModule"
        self.assertEqual(options["kafka.sasl.jaas.config"], rf'{module} required username="me" password="pa\"ss\\word";')
        self.assertEqual(options["kafka.ssl.truststore.certificates"], "CA")
        self.assertEqual(options["kafka.ssl.keystore.certificate.chain"], "CERT")
        self.assertEqual(options["kafka.ssl.keystore.key"], "KEY")


class Progress(unittest.TestCase):
    @staticmethod
    def progress(watermark: str | None = None, **ends: str | None) -> SimpleNamespace:
        sources = [SimpleNamespace(endOffset=end) for end in ends.values()]
        return SimpleNamespace(sources=sources, eventTime={"watermark": watermark} if watermark else {})

    def test_topics_of_one_group_are_committed_together_and_what_is_no_input_is_not(self) -> None:
        progress = self.progress(
            one='{"demo.orders": {"0": 7, "1": 5000000000}}', two='{"demo.orders-in": {"0": 3}, "of.others": {"0": 9}}',
            rate="12", files='{"logOffset": 4}', unread=None,
        )  # fmt: skip
        groups = {"demo.orders": "totals", "demo.orders-in": "totals", "demo.unread": "unread"}
        ends = {"totals": [("demo.orders", 0, 7), ("demo.orders", 1, 5_000_000_000), ("demo.orders-in", 0, 3)]}
        self.assertEqual(fusion_stage._ends(progress, groups), ends)

    def test_a_watermark_is_told_once_it_is_known(self) -> None:
        told = {None: "v1", "1970-01-01T00:00:00.000Z": "v1", "2013-10-01T10:00:00.123Z": "v1 wm=1380621600123"}
        for watermark, metadata in told.items():
            self.assertEqual(fusion_stage._metadata(self.progress(watermark)), metadata)


@unittest.skipUnless(paths.add_pyspark(), "no Spark: dev/engines unpacks one")
class WithSpark(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.spark = local_spark.start(spark_sql_session_timeZone="Asia/Tokyo")
        cls.addClassCleanup(cls.spark.stop)

    def test_records_carry_id_and_event_time_in_headers(self) -> None:
        from pyspark.sql import functions as F

        frame = self.spark.createDataFrame([("EWR", 5, 1380621600123)], "origin string, hour int, time long")
        event_time = F.timestamp_millis("time")
        stamped = fusion_stage.stamped(
            frame, key=F.col("origin"), value=F.col("hour"), id=fusion_stage.id_of("origin", "hour"), event_time=event_time
        )
        self.assertEqual(stamped.columns, ["key", "value", "headers"])
        record = stamped.first()
        self.assertEqual((record.key, record.value), ("EWR", "5"))
        headers = [(header.key, bytes(header.value)) for header in record.headers]
        self.assertEqual(headers, [("fusion-id", b'["EWR","5"]'), ("event-time", b"1380621600123")])

    def test_ids_of_columns_tell_apart_what_looks_alike(self) -> None:
        rows = [("a", "b|c"), ("a|b", "c"), ("a", None), ("a", ""), (None, "a"), ('a","', "b")]
        frame = self.spark.createDataFrame(rows, "x string, y string")
        self.assertEqual(len({row[0] for row in frame.select(fusion_stage.id_of("x", "y")).collect()}), len(rows))

    def test_the_id_of_a_position_names_it(self) -> None:
        frame = self.spark.createDataFrame([("orders", 3, 1042)], "topic string, partition int, offset long")
        self.assertEqual(frame.select(fusion_stage.id_of_position()).first()[0], "orders[3]@1042")

    def test_profiles_are_of_flights_that_arrived(self) -> None:
        import delay_profiles

        delays = [30, None, -5, 0, 10, 20, 40]
        rows = [(number, "EWR", "IAH", 5, delay, 1000 * number) for number, delay in enumerate(delays)]
        flights = self.spark.createDataFrame(rows, "id long, origin string, dest string, hour int, delay int, time long")
        expected = {"origin": "EWR", "dest": "IAH", "hour": 5, "flights": 6, "sum": 95, "p80": 30, "newest": 6000, "route": "EWR-IAH"}
        self.assertEqual([row.asDict() for row in delay_profiles.profiles(flights).collect()], [expected])


if __name__ == "__main__":
    unittest.main()
