"""The command line."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from local_cluster import cache
from local_cluster.progress import Failure, say, step

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ("fusion-bridge", "bench-bare-loop", "bench-write-input", "bench-read-target")
# Records of each size: enough that the bridge carries them for about ten seconds on two cores.
RECORDS = {100: 8_000_000, 1_024: 4_000_000, 10_240: 500_000}
# The targets are set with values of 1024 bytes.
OTHER_SIZES_ROUNDS = 3


def _arguments(names: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench/bridge",
        description="Measures the bridge beside a bare loop, MirrorMaker 2, Flink and Spark, on a broker of its own.",
        epilog="A short look: bench/bridge --rounds 1 --size 1024 --scale 0.3 --latency-rounds 0 --only bare,exactly-once")
    parser.add_argument("--rounds", type=int, default=5, help="runs at full speed of each contestant; of sizes other than 1024 bytes at most 3")
    parser.add_argument("--latency-rounds", type=int, default=5, help="runs below full speed, with values of 1024 bytes")
    parser.add_argument("--size", type=int, action="append", choices=RECORDS, help="of a record's value; may be repeated")
    parser.add_argument("--scale", type=float, default=1, help="times as many records")
    parser.add_argument("--only", type=lambda text: text.split(","), default=names, metavar="NAME,...",
                        help=", ".join(names))
    parser.add_argument("--out", type=Path, default=ROOT / "bench" / "results", help="directory of the report")
    parser.add_argument("--keep-build", action="store_true", help="do not build first")
    parser.add_argument("--report-only", action="store_true", help="write the report anew from its bridge.json")
    options = parser.parse_args()
    if unknown := set(options.only) - set(names):
        parser.error(f"there is no {', '.join(sorted(unknown))}: use {', '.join(names)}")
    options.size = sorted(set(options.size or RECORDS))
    return options


def main() -> int:
    sys.path.insert(0, str(cache.root() / "python"))  # the packages of dev/python-packages.txt
    try:
        import confluent_kafka  # noqa: F401
    except ImportError:
        say("confluent-kafka is not installed: run dev/deps")
        return 1
    from .contestants import ALL
    options = _arguments([one.name for one in ALL])
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _run(options)
    except Failure as failure:
        say(f"bench/bridge: {failure}")
        return 1
    except KeyboardInterrupt:
        say("interrupted; what was started is stopped, what was measured is kept")
        return 130
    return 0


def _run(options: argparse.Namespace) -> None:
    from . import machine, peers, report
    from .contestants import ALL
    from .results import Results

    results_file = options.out / "bridge.json"
    if options.report_only:
        report.write(Results.load(results_file), options.out)
        return
    contestants = [one for one in ALL if one.name in options.only]
    if not options.keep_build:
        _build()
    for peer in {one.peer for one in contestants if one.peer}:
        peers.ensure(peer)
    results = Results(machine=machine.describe(), versions=machine.versions(ROOT), settings=_settings(options))
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bridge-", dir=cache.directory("bench")) as directory:
        _measure(options, contestants, results, Path(directory), lambda: results.save(results_file))
    report.write(results, options.out)
    say(f"report: {options.out / 'bridge.md'}")


def _measure(options, contestants, results, directory: Path, save) -> None:
    from .broker import Broker
    from .inputs import write_input, write_wide_input
    from .rounds import Rounds
    from .stage import Stage

    programs = ROOT / "build" / "release" / "bin"
    with Broker(directory / "broker") as broker:
        stage = Stage(programs, broker, directory)
        records = results.settings["records"]
        inputs = {size: write_input(programs, broker.address, stage.topics, size, records[str(size)])
                  for size in options.size}
        wide = {}
        if 1_024 in inputs and any(one.wide_window for one in contestants):
            wide[1_024] = write_wide_input(programs, broker.address, stage.topics, 1_024, inputs[1_024].records)
        stage.inputs |= {one.topic for one in [*inputs.values(), *wide.values()]}
        rounds = {size: options.rounds if size == 1_024 else min(options.rounds, OTHER_SIZES_ROUNDS) for size in inputs}
        latency_rounds = {size: options.latency_rounds if size == 1_024 else 0 for size in inputs}
        Rounds(stage, results, contestants, save).run(inputs, wide, rounds, latency_rounds)


def _settings(options: argparse.Namespace) -> dict:
    records = {str(size): int(RECORDS[size] * options.scale) for size in options.size}
    return {"sizes": options.size, "records": records, "rounds": options.rounds,
            "other_sizes_rounds": min(options.rounds, OTHER_SIZES_ROUNDS),
            "latency_rounds": options.latency_rounds, "contestants": options.only}


def _build() -> None:
    with step("build"):
        for command in (["cmake", "--preset", "release"],
                        ["cmake", "--build", "--preset", "release", f"-j{os.cpu_count()}", "--target", *PROGRAMS]):
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise Failure(f"{' '.join(command[:3])} fails:\n{done.stdout[-3000:]}{done.stderr[-1000:]}")
