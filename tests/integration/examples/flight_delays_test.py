"""The flight example without its engines: what is sent, what is expected, and that a comparison finds each kind of difference."""

from __future__ import annotations

import os
import unittest
import uuid
from collections import Counter

import paths  # noqa: F401
import compare
import expected
import feed
import nycflights
from confluent_kafka.admin import AdminClient
from expected import Record

FLIGHTS: list[nycflights.Flight]
WEATHER: list[nycflights.Weather]


def setUpModule() -> None:
    global FLIGHTS, WEATHER
    package = nycflights.download()
    FLIGHTS, WEATHER = list(nycflights.flights(package)), list(nycflights.weather(package))


class Replay(unittest.TestCase):
    def setUp(self) -> None:
        self.records = feed.live(FLIGHTS, WEATHER)

    def test_it_is_always_the_same(self) -> None:
        self.assertEqual(self.records, feed.live(FLIGHTS, WEATHER))

    def test_nothing_comes_later_than_the_bound_and_much_comes_late(self) -> None:
        newest, late = 0, 0
        for record in self.records:
            self.assertLess(newest - record.time_ms, feed.OUT_OF_ORDER_MS)
            late += record.time_ms < newest
            newest = max(newest, record.time_ms)
        self.assertGreater(late, len(self.records) / 2)

    def test_no_partition_is_without_records_for_longer_than_an_hour_and_the_bound(self) -> None:
        last = dict.fromkeys([(topic, partition) for topic in (feed.LIVE, feed.WEATHER) for partition in range(4)], 0)
        end = max(record.sent_ms for record in self.records if record.value)
        for record in self.records:
            place = (record.topic, record.partition)
            if last[place] and record.sent_ms <= end:
                self.assertLessEqual(record.sent_ms - last[place], 3_600_000 + feed.OUT_OF_ORDER_MS)
            last[place] = record.sent_ms

    def test_each_partition_ends_with_a_heartbeat_that_closes_the_last_hour(self) -> None:
        ends = {(record.topic, record.partition): record for record in self.records}
        newest = max(record.time_ms for record in self.records if record.value)
        self.assertEqual(len(ends), 8)
        for record in ends.values():
            self.assertEqual(record.value, {})
            self.assertGreater(record.time_ms - feed.OUT_OF_ORDER_MS, newest + 3_600_000)


class Expectation(unittest.TestCase):
    def test_how_much_there_is(self) -> None:
        outcome = expected.compute(FLIGHTS, WEATHER)
        self.assertEqual((len(outcome.profiles), len(outcome.alerts), len(outcome.daily_counts)), (1_892, 4_242, 93))
        self.assertEqual(sum(count.value["alerts"] for count in outcome.daily_counts), 4_242)
        self.assertEqual(len({alert.id for alert in outcome.alerts}), 4_242)


class Sending(unittest.TestCase):
    def setUp(self) -> None:
        self.prefix = f"feed-{uuid.uuid4().hex[:8]}."
        self.servers = os.environ["KAFKA_BOOTSTRAP"]
        self.feed = feed.Feed(self.servers, self.prefix)
        self.feed.create_topics()
        self.addCleanup(self.delete_topics)

    def delete_topics(self) -> None:
        admin = AdminClient({"bootstrap.servers": self.servers})
        for future in admin.delete_topics([self.prefix + topic for topic in feed.TOPICS]).values():
            future.result()

    def read(self, topic: str) -> list[Record]:
        return compare.read(self.servers, self.prefix + topic, time_is_set=True)

    def test_what_is_there_is_not_sent_again(self) -> None:
        records = feed.live(FLIGHTS, WEATHER)[:2_000]
        self.assertEqual(self.feed.send(records[:700]), (700, 0))
        self.feed.create_topics()
        self.assertEqual(self.feed.send(records), (1_300, 700))
        self.assertEqual(self.feed.send(records), (0, 2_000))
        found = [*self.read(feed.LIVE), *self.read(feed.WEATHER)]
        # Without the header of an event time a record's own time is found negated.
        sent = Counter((record.key, str(record.value), -record.time_ms) for record in records)
        self.assertEqual(Counter((record.key, str(record.value), record.time_ms) for record in found), sent)


class Comparison(unittest.TestCase):
    A, B, C = (Record(key, {"n": 1}, key, 1) for key in "abc")

    def said(self, found: list[Record], repeats_allowed: bool = False) -> tuple[bool, str]:
        verdict = compare.once("t", [self.A, self.B], found, repeats_allowed)
        return verdict.equal, verdict.text.splitlines()[0]

    def test_equal(self) -> None:
        self.assertEqual(self.said([self.B, self.A]), (True, "t: 2 expected, 2 found, equal"))

    def test_missing_and_not_expected(self) -> None:
        self.assertEqual(self.said([self.A]), (False, "t: 2 expected, 1 found, 1 missing, 0 not expected, 0 repeated"))
        self.assertEqual(
            self.said([self.A, self.B, self.C, self.C]), (False, "t: 2 expected, 4 found, 0 missing, 2 not expected, 0 repeated")
        )

    def test_repeats_are_wrong_unless_allowed(self) -> None:
        found = [self.A, self.B, self.B, self.B]
        self.assertEqual(self.said(found), (False, "t: 2 expected, 4 found, 0 missing, 0 not expected, 2 repeated"))
        self.assertEqual(self.said(found, True), (True, "t: 2 expected, 4 found, equal but for 2 repeats, which may be here"))

    def test_another_time_id_or_value_is_another_record(self) -> None:
        for other in (Record("a", {"n": 1}, "a", 2), Record("a", {"n": 1}, "x", 1), Record("a", {"n": 2}, "a", 1)):
            self.assertFalse(self.said([other, self.B])[0])

    def test_the_last_update_of_a_key_counts(self) -> None:
        wanted = [Record("a", {"n": 2})]
        one, two = Record("a", {"n": 1}, "i", 5), Record("a", {"n": 2}, "j", 6)
        self.assertTrue(compare.last_of_each_key("t", wanted, [one, two, two]).equal)
        self.assertFalse(compare.last_of_each_key("t", wanted, [two, one]).equal)
        self.assertFalse(compare.last_of_each_key("t", wanted, [two, Record("b", {"n": 1})]).equal)
        self.assertFalse(compare.last_of_each_key("t", wanted, []).equal)


if __name__ == "__main__":
    unittest.main()
