"""The command line of dev/test."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable

from local_cluster.progress import Failure, say

from . import parts
from .tally import Tally

Part = tuple[str, Callable[[], Tally]]

# Of each guarantee. The few hold each step of the commit once (tests/faults/kills/fault.h).
_FEW_KILLS = 17
_MANY_KILLS = 120
# A few seconds with sanitizers; the same inputs each time.
_FEW_FUZZ_RUNS = 20_000
_PRESETS = ("release", "debug", "asan", "tsan")

_DESCRIPTION = """Builds what is missing and runs tests.

  dev/test               what CI runs: lint, unit tests (release and asan), chart, integration, a few kills, a little
                         fuzzing, the quick end-to-end tests, and those of both engines where their images are in the cache,
                         else Flink's
  dev/test unit          pure tests, release only: seconds
  dev/test chart         the Helm chart
  dev/test integration   against a real API server and a real broker
  dev/test faults        240 kills of a bridge and its broker, FUSION_KILLS=N for N of each guarantee: half an hour
  dev/test fuzz          what comes from outside, with random input: 60 s for each target, FUSION_FUZZ_SECONDS=N for N
  dev/test e2e           bridge pods on a real node, then Spark and Flink: examples/flight-delays with kills
  dev/test full          everything: every preset, the long end-to-end tests
"""


def _deps() -> list[Part]:
    return [("deps", parts.deps)]


def _unit(preset: str, target: str = "unit_tests") -> list[Part]:
    return [(f"build {preset}", lambda: parts.build(preset, target)), (f"unit {preset}", lambda: parts.unit(preset))]


def _integration(preset: str) -> Part:
    return (f"integration {preset}", lambda: parts.integration(preset))


def _plan(what: str) -> list[Part]:
    chart: Part = ("chart", parts.chart)
    build: Part = ("build release", lambda: parts.build("release"))
    with_engines: Part = ("e2e", lambda: parts.e2e(parts.WITH_ENGINES))
    cached: Part = ("e2e", parts.e2e_where_cached)
    everything: Part = ("e2e", lambda: parts.e2e((*parts.WITH_ENGINES, "long")))
    lint: Part = ("lint", parts.lint)
    few_kills: Part = ("faults", lambda: parts.faults(_FEW_KILLS))
    many_kills: Part = ("faults", lambda: parts.faults(_MANY_KILLS))
    build_fuzz: Part = ("build fuzz", lambda: parts.build("fuzz", "fuzz_targets"))
    short_fuzz: Part = ("fuzz", lambda: parts.fuzz(_FEW_FUZZ_RUNS))
    long_fuzz: Part = ("fuzz", parts.fuzz)
    if what == "unit":
        return _unit("release")
    if what == "full":
        presets = [part for preset in _PRESETS for part in _unit(preset, "all")]
        integration = [_integration(preset) for preset in ("release", "asan", "tsan")]
        return [*_deps(), lint, *presets, build_fuzz, long_fuzz, chart, *integration, many_kills, everything]
    return {
        "ci": [*_deps(), lint, *_unit("release", "all"), *_unit("asan"), build_fuzz, short_fuzz, chart, _integration("release"), few_kills, cached],
        "chart": [*_deps(), chart],
        "integration": [*_deps(), build, _integration("release")],
        "faults": [*_deps(), build, many_kills],
        "fuzz": [*_deps(), build_fuzz, long_fuzz],
        "e2e": [*_deps(), build, with_engines],
    }[what]


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 when every part ran and every test passed."""
    parser = argparse.ArgumentParser(prog="dev/test", description=_DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", default="ci", choices=["unit", "chart", "integration", "faults", "fuzz", "e2e", "full", "ci"], metavar="WHAT")
    options = parser.parse_args(arguments)
    total, times = Tally(), []
    try:
        for name, part in _plan(options.what):
            tally, seconds = _run(name, part)
            total += tally
            times.append((name, seconds, tally))
            if tally.failed and name.startswith(("deps", "build")):
                break
    except KeyboardInterrupt:
        total.failed.append("interrupted")
    _report(total, times)
    return 1 if total.failed else 0


def _run(name: str, part: Callable[[], Tally]) -> tuple[Tally, float]:
    say(f"\n== {name}")
    started = time.monotonic()
    try:
        tally = part()
    except Failure as failure:
        print(f"error: {failure}", file=sys.stderr)
        tally = Tally(failed=[f"{name}: {str(failure).splitlines()[0]}"])
    return tally, time.monotonic() - started


def _report(total: Tally, times: list[tuple[str, float, Tally]]) -> None:
    sys.stderr.flush()
    print("\npart                       time    passed  failed")
    for name, seconds, tally in times:
        print(f"{name:22} {seconds // 60:4.0f}:{seconds % 60:04.1f}  {tally.passed:8}{len(tally.failed):8}")
    for name in total.skipped:
        print(f"skipped: {name}")
    for name in total.failed:
        print(f"FAILED: {name}")
    print(f"{total.passed} passed, {len(total.failed)} failed")
