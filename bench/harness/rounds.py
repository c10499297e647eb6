"""The rounds: in each, all contestants one after the other, so that a slow hour of the machine slows all."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from local_cluster.progress import Failure, say

from . import latency, throughput
from .contestants import Contestant
from .inputs import Input
from .results import Results
from .stage import Refused, Stage


@dataclass(frozen=True)
class _Run:
    contestant: Contestant
    value_bytes: int
    what: str  # "throughput" or one of latency.SHARES
    round: int

    @property
    def kind(self) -> tuple[str, int, str]:
        return self.contestant.name, self.value_bytes, self.what


class Rounds:
    """Runs everything, keeps the results, and says how far it is."""

    def __init__(self, stage: Stage, results: Results, contestants: list[Contestant], save: Callable[[], None]) -> None:
        self._stage = stage
        self._results = results
        self._contestants = contestants
        self._save = save
        self._took_s: dict[tuple[str, int, str], list[float]] = {}

    def run(self, inputs: dict[int, Input], wide: dict[int, Input], rounds: dict[int, int],
            latency_rounds: dict[int, int]) -> None:
        """Rounds by size. `wide`: the inputs of contestants with a wide window; without one they are left out."""
        runs = []
        for number in range(max(rounds.values(), default=0)):
            runs += [_Run(one, size, "throughput", number) for size in inputs if number < rounds[size]
                     for one in self._in_order_of(number) if not one.wide_window or size in wide]
        for number in range(max(latency_rounds.values(), default=0)):
            runs += [_Run(one, size, what, number) for size in inputs if number < latency_rounds[size]
                     for what in latency.SHARES for one in self._in_order_of(number) if not one.wide_window]
        for done, one in enumerate(runs):
            source = (wide if one.contestant.wide_window else inputs).get(one.value_bytes)
            self._say(one, done, runs)
            self._do(one, source)
            self._save()

    def _in_order_of(self, number: int) -> list[Contestant]:
        """Another order in each round, the same in each benchmark."""
        order = list(self._contestants)
        random.Random(number).shuffle(order)
        return order

    def _do(self, one: _Run, source: Input) -> None:
        name, size = one.contestant.name, one.value_bytes
        if name in self._results.left_out:
            return
        started = time.monotonic()
        try:
            if one.what == "throughput":
                measured = throughput.run(self._stage, one.contestant, source, count=one.round == 0)
                self._results.add(name, size, "throughput", measured.as_dict())
                say(f"      {measured.records_per_s:,.0f} records/s, {measured.cpu_s_per_million:.2f} CPU-s a million, "
                    f"{measured.peak_mb:.0f} MB")
            else:
                peak = self._results.median(name, size, "throughput", "records_per_s")
                if peak is None:
                    raise Failure("its full speed is not known: no run at full speed succeeded")
                seen = latency.run(self._stage, one.contestant, size, peak * latency.SHARES[one.what])
                self._results.add(name, size, one.what, seen.as_dict())
                say(f"      p50 {seen.p50_ms:.0f} ms, p99 {seen.p99_ms:.0f} ms at {seen.rate:,.0f} records/s"
                    f"{'' if seen.complete else ', did not keep up'}")
        except Refused as refused:
            self._results.left_out[name] = f"the program refuses this configuration: {refused}"
            say(f"      left out: {refused}")
        except Failure as failure:
            self._results.failures.append({"contestant": name, "value_bytes": size, "what": one.what,
                                           "round": one.round, "why": str(failure).splitlines()[0]})
            say(f"      failed: {failure}")
        self._took_s.setdefault(one.kind, []).append(time.monotonic() - started)

    def _say(self, one: _Run, done: int, runs: list[_Run]) -> None:
        known = [median(took) for took in self._took_s.values()]
        typical = sum(known) / len(known) if known else 25.0
        left_s = sum(median(self._took_s[run.kind]) if run.kind in self._took_s else typical for run in runs[done:]
                     if run.contestant.name not in self._results.left_out)
        say(f"[{done + 1}/{len(runs)}, about {left_s / 60:.0f} min left] {one.what}, {one.value_bytes} bytes, "
            f"round {one.round + 1}: {one.contestant.label}")
