"""The parts of a test run. Each runs its tests and returns what they said, or fails before it could."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from engines_steps import flink
from engines_steps import images as engine_images
from local_cluster import cache, go_binaries
from local_cluster.progress import Failure, say, step

from . import machine
from .machine import DEV, ROOT, Environment
from .tally import Tally, from_json, from_xml

_RUNNER_LIMIT_S = 20 * 60
_FUZZ_SECONDS = 60
_START_LIMIT_S = 5 * 60
_KILL_LIMIT_S = 30


def deps() -> Tally:
    machine.run_or_fail([DEV / "deps"], "dev/deps")
    return Tally()


def lint() -> Tally:
    return Tally(passed=1) if machine.run([DEV / "lint"]) == 0 else Tally(failed=["dev/lint"])


def build(preset: str, target: str = "all") -> Tally:
    log = cache.directory("logs") / f"build-{preset}.log"
    log.unlink(missing_ok=True)
    with step(f"build {preset}" + ("" if target == "all" else f", {target}")):
        machine.run_into_log(["cmake", "--preset", preset], f"cmake --preset {preset}", log)
        machine.run_into_log(["cmake", "--build", "--preset", preset, "--target", target], f"the {preset} build", log)
    return Tally()


def unit(preset: str) -> Tally:
    with _report() as report:
        jobs = str(os.cpu_count() or 1)
        code = machine.run(
            ["ctest", "--test-dir", ROOT / "build" / preset, f"-j{jobs}", "--output-on-failure", "--no-tests=error", "--progress",
             "--timeout", "120", "--output-junit", report],
        )
        return from_xml(report, f"unit {preset}", code)


def chart() -> Tally:
    go_binaries.ensure(go_binaries.CLIENT)
    return _python(ROOT / "tests" / "chart", machine.python_environment())


def integration(preset: str) -> Tally:
    """Against a real API server and a real broker: GoogleTest programs and Python tests."""
    programs = sorted((ROOT / "build" / preset / "bin").glob("*_integration_test"))
    if not programs:
        raise Failure(f"build/{preset}/bin has no integration tests")
    if not flink.DISTRIBUTION.is_made():
        say("flink_integration_test is left out, because the cache lacks Flink: dev/engines images --only flink makes it")
        programs = [program for program in programs if program.name != "flink_integration_test"]
    tally = Tally()
    with machine.control_plane() as env:
        for program in programs:
            tally += _google_test(program, env)
        for folder in _python_folders(ROOT / "tests" / "integration") if preset == "release" else []:
            tally += _python(folder, machine.python_environment(env))
    return tally


def faults(kills: int) -> Tally:
    """Kills of real processes and of a broker that the tests start themselves: `kills` of each guarantee."""
    programs = sorted((ROOT / "build" / "release" / "bin").glob("*_faults_test"))
    if not programs:
        raise Failure("build/release/bin has no tests of faults")
    env = {"FUSION_KILLS": str(kills), **os.environ}
    limit_s = _START_LIMIT_S + 2 * int(env["FUSION_KILLS"]) * _KILL_LIMIT_S
    return sum((_google_test(program, env, limit_s) for program in programs), Tally())


def fuzz(runs: int | None = None) -> Tally:
    """Each fuzz target from its seeds on: `runs` inputs that are the same each time, else random ones for a while.

    An input that breaks one stays in build/fuzz, and belongs into tests/fuzz/corpus with the fix.
    """
    programs = sorted((ROOT / "build" / "fuzz" / "bin").glob("*_fuzz"))
    if not programs:
        raise Failure("build/fuzz/bin has no fuzz targets")
    seconds = int(os.environ.get("FUSION_FUZZ_SECONDS", _FUZZ_SECONDS))
    limits = ["-seed=1", f"-runs={runs}"] if runs else [f"-max_total_time={seconds}"]
    return sum((_fuzz(program, limits) for program in programs), Tally())


def _fuzz(program: Path, limits: list[str]) -> Tally:
    name = program.name.removesuffix("_fuzz")
    log = cache.directory("logs") / f"{program.name}.log"
    log.unlink(missing_ok=True)
    artifacts = f"-artifact_prefix={ROOT / 'build' / 'fuzz' / name}-"
    try:
        # New inputs go into the first folder that is named, and are of no use once the run is over.
        with step(f"fuzz {name}"), tempfile.TemporaryDirectory(prefix="fusion-fuzz-") as found:
            machine.run_into_log([program, *limits, artifacts, found, ROOT / "tests" / "fuzz" / "corpus" / name], program.name, log)
    except Failure as failure:
        print(f"error: {failure}", file=sys.stderr)
        return Tally(failed=[program.name])
    return Tally(passed=1)


WITH_ENGINES = ("quick", "flink", "engines")


def e2e(kinds: tuple[str, ...]) -> Tally:
    """Against the cluster with the node: pods run there. `kinds` are folders of tests/e2e."""
    tally = Tally()
    with machine.node_cluster() as env:
        for kind in kinds:
            tally += _python(ROOT / "tests" / "e2e" / kind, machine.python_environment(env))
    return tally


def e2e_where_cached() -> Tally:
    """The quick tests, and the whole example where both engines' images are in the cache; else Flink alone, from scratch."""
    missing = [image.name for of_engine in engine_images.OF_ENGINE.values() for image in of_engine if not image.archive.exists()]
    if not missing:
        return e2e(("quick", "engines"))
    say(f"tests/e2e/engines is left out, because the cache lacks {', '.join(missing)}: dev/test e2e makes them and runs it")
    return e2e(("quick", "flink"))


def _google_test(program: Path, env: Environment, limit_s: float = _RUNNER_LIMIT_S) -> Tally:
    say(f"\n{program.name}")
    with _report() as report:
        code = machine.run([program, f"--gtest_output=xml:{report}", "--gtest_brief=1"], env, limit_s)
        return from_xml(report, program.name, code)


def _python(folder: Path, env: Environment) -> Tally:
    name = folder.relative_to(ROOT).as_posix()
    say(f"\n{name}")
    with _report() as report:
        code = machine.run(["python3", "-m", "test_runner.python_tests", folder, report], env, 3 * _RUNNER_LIMIT_S)
        return from_json(report, name, code)


def _python_folders(root: Path) -> list[Path]:
    return sorted({path.parent for path in root.rglob("*_test.py")})


@contextlib.contextmanager
def _report() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="fusion-test-") as directory:
        yield Path(directory) / "report"
