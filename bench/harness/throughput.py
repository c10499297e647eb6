"""One run at full speed: how fast records come out, and what each costs."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass

from local_cluster.progress import Failure

from .broker import Broker
from .contestants import Contestant
from .inputs import Input
from .running_process import RunningProcess
from .stage import Stage
from .topics import Ends

# Measured between these shares of the records, so that neither the start nor the end counts: a JVM has started and
# compiled what it runs, and nobody waits for a last commit.
FROM_SHARE, TO_SHARE = 0.25, 0.95
_LOOK_EVERY_S = 0.04
_FIRST_OUTPUT_TIMEOUT_S = 90
_STANDSTILL_TIMEOUT_S = 60


@dataclass(frozen=True)
class Throughput:
    """What was measured between the marks, per record that came out."""

    records_per_s: float
    cpu_s_per_million: float
    broker_cpu_s_per_million: float
    peak_mb: float
    measured_records: int
    measured_s: float
    all_visible_s: float  # from the first record written to the last one visible; 0 if only a share was carried
    run_s: float

    def as_dict(self) -> dict[str, float]:
        return asdict(self)


@dataclass(frozen=True)
class _Look:
    time_s: float
    ends: Ends
    cpu_s: float
    broker_cpu_s: float


def run(stage: Stage, contestant: Contestant, source: Input, *, count: bool) -> Throughput:
    """Carries the input, or the contestant's share of it, into a fresh topic; counts what has come if it is to be all."""
    with stage.task(contestant, source) as task:
        started = time.monotonic()
        with RunningProcess(contestant.command(task), task.directory / "output.log") as process:
            wanted = source.records_before + int(source.records * contestant.share)
            looks = _watch(stage, process, contestant, task.target, wanted)
            peak = process.peak_bytes()
        if count and contestant.share == 1 and (counted := stage.count(task.target)) != wanted:
            raise Failure(f"{contestant.label} carried {counted:,} of {wanted:,} records", process.log)
        return _evaluate(looks, source, contestant, peak, time.monotonic() - started)


def _watch(stage: Stage, process: RunningProcess, contestant: Contestant, target: str, wanted: int) -> list[_Look]:
    """Looks until the wanted number of records is visible."""
    looks: list[_Look] = []
    grown_at = time.monotonic()
    while not looks or looks[-1].ends.visible < wanted or not _is_settled(looks, contestant):
        stage.refuse_if_refused(process, contestant)
        look = _look(stage.broker, process, stage.topics.ends(target))
        if not looks or look.ends != looks[-1].ends:
            grown_at = look.time_s
        written = look.ends.written > 0
        if look.time_s - grown_at > (_STANDSTILL_TIMEOUT_S if written else _FIRST_OUTPUT_TIMEOUT_S):
            raise Failure(f"{contestant.label} stands still after {look.ends.written:,} of {wanted:,} records",
                          process.log)
        looks.append(look)
        time.sleep(_LOOK_EVERY_S)
    return looks


def _is_settled(looks: list[_Look], contestant: Contestant) -> bool:
    """Markers count as records: only when nothing more comes, all records were among what was counted."""
    if contestant.share < 1:
        return True
    last = looks[-1]
    return last.ends.visible == last.ends.written and next(
        last.time_s - look.time_s for look in looks if look.ends == last.ends) > 1


def _look(broker: Broker, process: RunningProcess, ends: Ends) -> _Look:
    return _Look(time.monotonic(), ends, process.cpu_s(), broker.cpu_s())


def _evaluate(looks: list[_Look], source: Input, contestant: Contestant, peak_bytes: int, run_s: float) -> Throughput:
    records = source.records * contestant.share
    begin, end = (next(look for look in looks if look.ends.written >= source.records_before + records * share)
                  for share in (FROM_SHARE, TO_SHARE))
    measured = end.ends.written - begin.ends.written
    seconds = end.time_s - begin.time_s
    if measured <= 0 or seconds <= 0:
        raise Failure(f"{contestant.label} was too quick to be measured: give more records")
    first = next(look for look in looks if look.ends.written > 0)
    last = next(look for look in looks if look.ends == looks[-1].ends)
    return Throughput(
        records_per_s=measured / seconds,
        cpu_s_per_million=(end.cpu_s - begin.cpu_s) / measured * 1e6,
        broker_cpu_s_per_million=(end.broker_cpu_s - begin.broker_cpu_s) / measured * 1e6,
        peak_mb=peak_bytes / 1e6,
        measured_records=measured,
        measured_s=seconds,
        all_visible_s=last.time_s - first.time_s if contestant.share == 1 else 0,
        run_s=run_s,
    )
