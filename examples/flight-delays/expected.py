#!/usr/bin/env python3
"""What the pipeline must come to, computed from the files without Spark, Flink or Kafka.

  expected.py              how much of each
  expected.py profiles     the records themselves, a JSON object a line; also: alerts, daily-counts
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import nycflights
from nycflights import Flight, Weather

_HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Record:
    key: str
    value: dict[str, Any]
    id: str | None = None  # the header fusion-id
    time_ms: int | None = None  # the event time


@dataclass(frozen=True)
class Expected:
    profiles: list[Record]
    alerts: list[Record]
    daily_counts: list[Record]


def compute(flights: Iterable[Flight], weather: Iterable[Weather]) -> Expected:
    flights = list(flights)
    profiles = _profiles(flight for flight in flights if flight.month < 10)
    alerts = _alerts((flight for flight in flights if flight.month == 10), profiles, weather)
    return Expected(profiles, alerts, _daily_counts(alerts))


def _profiles(flights: Iterable[Flight]) -> list[Record]:
    """Of each route and scheduled hour: how late its flights arrived, 80 of 100 at most `p80` minutes."""
    arrived = defaultdict(list)
    for flight in flights:
        if flight.delay is not None:
            arrived[flight.origin, flight.dest, flight.hour].append(flight)
    return [_profile(*place, them) for place, them in sorted(arrived.items())]


def _profile(origin: str, dest: str, hour: int, flights: list[Flight]) -> Record:
    delays = sorted(flight.delay for flight in flights if flight.delay is not None)
    nearest_rank = (len(delays) * 80 + 99) // 100
    value = {"origin": origin, "dest": dest, "hour": hour, "flights": len(delays), "sum": sum(delays), "p80": delays[nearest_rank - 1]}
    newest_ms = max(flight.time_ms for flight in flights)
    route = f"{origin}-{dest}"
    return Record(route, value, json.dumps([route, str(hour), str(newest_ms)], separators=(",", ":")), newest_ms)


def _alerts(flights: Iterable[Flight], profiles: list[Record], weather: Iterable[Weather]) -> list[Record]:
    """Flights that arrived later than their profile's p80, with the weather of the hour in which they were to leave."""
    p80 = {(profile.key, profile.value["hour"]): profile.value["p80"] for profile in profiles}
    skies = {
        (hour.origin, hour.time_ms // _HOUR_MS): {"origin": hour.origin, "temp": hour.temp, "precip": hour.precip, "visib": hour.visib}
        for hour in weather
    }
    alerts = []
    for flight in flights:
        usual = p80.get((flight.route, flight.hour))
        if flight.delay is None or usual is None or flight.delay <= usual:
            continue
        value = {
            "id": flight.id, "date": flight.date, "hour": flight.hour, "carrier": flight.carrier, "flight": flight.flight,
            "origin": flight.origin, "dest": flight.dest, "delay": flight.delay, "p80": usual, "time": flight.time_ms,
            "weather": skies.get((flight.origin, flight.time_ms // _HOUR_MS)),
        }  # fmt: skip
        alerts.append(Record(flight.route, value, str(flight.id), flight.time_ms))
    return alerts


def _daily_counts(alerts: list[Record]) -> list[Record]:
    counts = Counter((alert.value["date"], alert.value["origin"]) for alert in alerts)
    return [
        Record(f"{date}|{origin}", {"date": date, "origin": origin, "alerts": count})
        for (date, origin), count in sorted(counts.items())
    ]


def main() -> int:
    package = nycflights.download()
    expected = compute(nycflights.flights(package), nycflights.weather(package))
    lists = {"profiles": expected.profiles, "alerts": expected.alerts, "daily-counts": expected.daily_counts}
    if sys.argv[1:] and sys.argv[1] not in lists:
        print(__doc__, file=sys.stderr)
        return 2
    for name, records in lists.items():
        if not sys.argv[1:]:
            print(f"{name}: {len(records):,}")
        elif name == sys.argv[1]:
            for record in records:
                print(json.dumps(record.value))
    return 0


if __name__ == "__main__":
    sys.exit(main())
