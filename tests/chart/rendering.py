"""Renders the chart with `helm template` into plain objects."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "charts" / "fusion-operator"
NAMESPACE = "fusion-system"
# What the project is tested with; a Helm built from its module has no default of its own.
KUBERNETES = "1.34.4"

Object = dict[str, Any]


class Refused(Exception):
    """Helm refused the values; the text is what it said."""


def render(values: Object | None = None, release: str = "fusion") -> list[Object]:
    """All objects of the chart under these values."""
    done = subprocess.run(
        ["helm", "template", release, str(CHART), f"--namespace={NAMESPACE}", f"--kube-version={KUBERNETES}", "--values=-"],
        input=json.dumps(values or {}), capture_output=True, text=True, check=False,
    )
    if done.returncode != 0:
        raise Refused(done.stderr)
    return [document for document in yaml.safe_load_all(done.stdout) if document]


def of_kind(objects: list[Object], kind: str) -> list[Object]:
    return [item for item in objects if item["kind"] == kind]


def only(objects: list[Object], kind: str) -> Object:
    """The one object of this kind."""
    (found,) = of_kind(objects, kind)
    return found


def crd_files(directory: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(directory.glob("*.yaml"))}
