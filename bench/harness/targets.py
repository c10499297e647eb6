"""What the bridge is to reach, with values of 1024 bytes and a commit every 500 ms, and whether it does."""

from __future__ import annotations

from dataclasses import dataclass

from .contestants import COMMIT_INTERVAL_MS
from .results import Results

SIZE = 1_024
PEERS = ("mirror-maker", "mirror-maker-exactly-once", "flink", "spark")
_CPU = "cpu_s_per_million"


@dataclass(frozen=True)
class Verdict:
    """`measured` is None if something that it needs was not measured."""

    what: str
    limit: str
    measured: float | None
    unit: str
    is_reached: bool


def verdicts(results: Results) -> list[Verdict]:
    """One for each target, in their order."""
    found = []
    for name, label, rate, cpu in (("exactly-once", "ExactlyOnce", 0.9, 1.1),
                                   ("effectively-once", "EffectivelyOnce", 0.8, 1.3)):
        found.append(_at_least(f"{label}: records/s, to the bare loop's", rate,
                               _ratio(results, name, ["bare"], "records_per_s")))
        found.append(_at_most(f"{label}: CPU a record, to the bare loop's", cpu, _ratio(results, name, ["bare"], _CPU)))
        found.append(_at_most(f"{label}: CPU a record, to the best peer's", 0.35, _ratio(results, name, PEERS, _CPU)))
        found.append(_at_most(f"{label}: CPU a record, to MirrorMaker 2's", 0.125,
                              _ratio(results, name, ["mirror-maker"], _CPU)))
        for share, what in (("half", "latency"), ("a quarter of", "latency-quarter")):
            found.append(_at_most(f"{label}: p99 latency at {share} its rate", COMMIT_INTERVAL_MS + 100,
                                  results.median(name, SIZE, what, "p99_ms"), " ms"))
    found.append(_at_most("ExactlyOnce: peak memory", 200,
                          results.median("exactly-once", SIZE, "throughput", "peak_mb"), " MB"))
    return found


def _ratio(results: Results, name: str, others: list[str] | tuple[str, ...], figure: str) -> float | None:
    """Of the medians; to the lowest of several others. Runs of one round stand side by side, but a median of their
    ratios would be no steadier."""
    own = results.median(name, SIZE, "throughput", figure)
    theirs = [value for other in others
              if (value := results.median(other, SIZE, "throughput", figure)) is not None]
    return own / min(theirs) if own is not None and theirs else None


def _at_least(what: str, limit: float, measured: float | None, unit: str = "") -> Verdict:
    return Verdict(what, f"≥ {limit:g}{unit}", measured, unit, measured is not None and measured >= limit)


def _at_most(what: str, limit: float, measured: float | None, unit: str = "") -> Verdict:
    return Verdict(what, f"≤ {limit:g}{unit}", measured, unit, measured is not None and measured <= limit)
