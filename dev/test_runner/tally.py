"""How many tests passed and which failed, from the reports that the test runners write."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Tally:
    passed: int = 0
    failed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    @property
    def count(self) -> int:
        return self.passed + len(self.failed)


def from_xml(report: Path, runner: str, exit_code: int) -> Tally:
    """Of a JUnit report, as ctest and GoogleTest write it.

    A runner that failed without naming a test (it crashed, or wrote no report), or that ran none, counts as failed itself.
    """
    tally = Tally()
    try:
        cases = list(ElementTree.parse(report).iter("testcase"))
    except (OSError, ElementTree.ParseError):
        cases = []
    for case in cases:
        name = case.get("name", "?") if case.get("classname") in (None, case.get("name")) else f"{case.get('classname')}.{case.get('name')}"
        if case.find("failure") is not None or case.get("status") == "fail":
            tally.failed.append(f"{runner}: {name}")
        elif case.find("skipped") is not None or case.get("status") in ("notrun", "disabled"):
            tally.skipped.append(f"{runner}: {name}")
        else:
            tally.passed += 1
    return _checked(tally, runner, exit_code)


def from_json(report: Path, runner: str, exit_code: int) -> Tally:
    """Of the report that python_tests writes."""
    try:
        content = json.loads(report.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError):
        content = {"passed": 0, "failed": [], "skipped": []}
    failed = [f"{runner}: {name}" for name in content["failed"]]
    return _checked(Tally(content["passed"], failed, [f"{runner}: {name}" for name in content["skipped"]]), runner, exit_code)


def _checked(tally: Tally, runner: str, exit_code: int) -> Tally:
    if exit_code != 0 and not tally.failed:
        tally.failed.append(f"{runner}: exit code {exit_code}")
    elif tally.count == 0:
        tally.failed.append(f"{runner}: ran no test")
    return tally
