"""The inputs: written once for each size of records, and read by all contestants."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from local_cluster.progress import Failure, step

from .contestants import WIDE_WINDOW_IDS
from .topics import Topics


@dataclass(frozen=True)
class Input:
    """`records` are measured; `records_before` come first and are not."""

    topic: str
    topic_id: str
    value_bytes: int
    records: int
    records_before: int = 0


def write_records(programs: Path, brokers: str, topic: str, *, records: int, value_bytes: int,
                  first_number: int = 0) -> float:
    """Writes sample records as fast as it goes; the seconds that it took."""
    command = [str(programs / "bench-write-input"), "--brokers", brokers, "--topic", topic]
    command += ["--records", str(records), "--value-bytes", str(value_bytes), "--first-number", str(first_number)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failure(f"the input cannot be written: {done.stderr.strip()}")
    return json.loads(done.stdout)["seconds"]


def write_input(programs: Path, brokers: str, topics: Topics, value_bytes: int, records: int) -> Input:
    """A topic with records of this size."""
    topic = f"input-{value_bytes}"
    topic_id = topics.create(topic)
    with step(f"write {records:,} records of {value_bytes} bytes"):
        write_records(programs, brokers, topic, records=records, value_bytes=value_bytes)
    return Input(topic, topic_id, value_bytes, records)


def write_wide_input(programs: Path, brokers: str, topics: Topics, value_bytes: int, records: int) -> Input:
    """As many small records as the wide window takes ids, then the records that are measured."""
    topic = f"input-{value_bytes}-wide"
    topic_id = topics.create(topic)
    with step(f"write {WIDE_WINDOW_IDS:,} ids and {records:,} records of {value_bytes} bytes"):
        write_records(programs, brokers, topic, records=WIDE_WINDOW_IDS, value_bytes=100)
        write_records(programs, brokers, topic, records=records, value_bytes=value_bytes,
                      first_number=WIDE_WINDOW_IDS)
    return Input(topic, topic_id, value_bytes, records, WIDE_WINDOW_IDS)
