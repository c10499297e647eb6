"""What was measured: every run, and the medians over them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any


@dataclass
class Results:
    """`runs` by contestant, size of the values, and what was measured. Kept as JSON beside the report."""

    machine: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    runs: dict[str, dict[str, dict[str, list[dict[str, float]]]]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    failures: list[dict[str, Any]] = field(default_factory=list)

    def add(self, contestant: str, value_bytes: int, what: str, figures: dict[str, float]) -> None:
        sizes = self.runs.setdefault(contestant, {})
        sizes.setdefault(str(value_bytes), {}).setdefault(what, []).append(figures)

    def values(self, contestant: str, value_bytes: int, what: str, figure: str) -> list[float]:
        """One for each run; empty if there was none."""
        of_size = self.runs.get(contestant, {}).get(str(value_bytes), {})
        return [run[figure] for run in of_size.get(what, [])]

    def median(self, contestant: str, value_bytes: int, what: str, figure: str) -> float | None:
        """None if it was not measured."""
        values = self.values(contestant, value_bytes, what, figure)
        return median(values) if values else None

    def save(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    @staticmethod
    def load(file: Path) -> Results:
        return Results(**json.loads(file.read_text(encoding="utf-8")))
