"""One run below full speed: how long after its writing a record is visible to a reader of committed records."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass

from local_cluster.progress import Failure

from .contestants import Contestant
from .inputs import Input, write_records
from .running_process import RunningProcess
from .stage import Stage
from .topics import PARTITIONS

# What is measured, and at which share of the contestant's full speed. Writer, broker, contestant and reader share the
# machine: at half speed two processors have nothing left, and what is measured is how long records queue for them.
SHARES = {"latency": 0.5, "latency-quarter": 0.25}
# What JVMs compile meanwhile is not measured.
SKIP_S, MEASURE_S = 8, 10
_FIRST_RECORDS = 1_000 * PARTITIONS
_START_TIMEOUT_S = 90
_LATE_TIMEOUT_S = 15


@dataclass(frozen=True)
class Latency:
    """Of one partition's records; `complete` is false if the last ones did not come within 15 s."""

    rate: float
    p50_ms: float
    p99_ms: float
    max_ms: float
    records: int
    complete: bool

    def as_dict(self) -> dict[str, float]:
        return asdict(self)


def run(stage: Stage, contestant: Contestant, value_bytes: int, rate: float) -> Latency:
    """Writes at this rate into a fresh topic while the contestant carries it on."""
    topic = stage.new_name("latency")
    source = Input(topic, stage.topics.create(topic), value_bytes, 0)
    with stage.task(contestant, source) as task:
        write_records(stage.programs, task.brokers, topic, records=_FIRST_RECORDS, value_bytes=value_bytes)
        with RunningProcess(contestant.command(task), task.directory / "output.log") as process:
            _wait_for_first_records(stage, process, contestant, task.target)
            # One partition stands for all: a reader of all would take the processors that it is to watch.
            reading = [str(stage.programs / "bench-read-target"), "--latency", "--brokers", task.brokers, "--topic",
                       task.target, "--partition", "0", "--skip-s", str(SKIP_S), "--seconds", str(MEASURE_S)]
            writing = [str(stage.programs / "bench-write-input"), "--brokers", task.brokers, "--topic", topic,
                       "--value-bytes", str(value_bytes), "--rate", f"{rate:.0f}", "--first-number",
                       str(_FIRST_RECORDS), "--records", str(int(rate * (SKIP_S + MEASURE_S + 1)))]
            with (RunningProcess(reading, task.directory / "reader.log") as reader,
                  RunningProcess(writing, task.directory / "writer.log") as writer):
                if writer.wait(2 * (SKIP_S + MEASURE_S)) != 0:
                    raise Failure(f"the input cannot be written at {rate:,.0f} records/s", writer.log)
                reader.wait(_LATE_TIMEOUT_S)
                reader.stop()
            process.must_run(contestant.label)
        seen = _read(reader)
        return Latency(rate, seen["p50_ms"], seen["p99_ms"], seen["max_ms"], seen["records"], seen["complete"])


def _read(reader: RunningProcess) -> dict[str, float]:
    try:
        return json.loads(reader.log.read_text(encoding="utf-8"))
    except ValueError:
        raise Failure("the reader measured nothing", reader.log) from None


def _wait_for_first_records(stage: Stage, process: RunningProcess, contestant: Contestant, target: str) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while stage.topics.ends(target).visible < _FIRST_RECORDS:
        stage.refuse_if_refused(process, contestant)
        if time.monotonic() > deadline:
            raise Failure(f"{contestant.label} has not carried its first records", process.log)
        time.sleep(0.1)
