"""The verdict of api/ on FusionPipelines, asked by `fusionctl validate`."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path

from api_server import ROOT

PROGRAM = Path(os.environ.get("FUSIONCTL", ROOT / "build" / "release" / "bin" / "fusionctl"))


def refusals(pipelines: list[dict]) -> list[str]:
    """Why each of `pipelines` is refused, empty where it is valid. One run for all of them."""
    with tempfile.TemporaryDirectory(prefix="fusion-api-") as directory:
        for index, pipeline in enumerate(pipelines):
            (Path(directory) / f"{index:06}.json").write_text(json.dumps(pipeline), encoding="utf-8")
        done = run("-f", directory)
    said = [""] * len(pipelines)
    for line in done.stderr.splitlines():
        name, _, rest = line.removeprefix(directory + "/").partition(".json: ")
        assert name.isdigit(), f"fusionctl said what is about none of the files: {line}"
        problem = rest.partition(": ")[2]
        if not problem.startswith("warning: "):
            said[int(name)] = f"{said[int(name)]}; {problem}".removeprefix("; ")
    refused = sum(map(bool, said))
    assert done.stdout == f"{len(said) - refused} valid, {refused} invalid\n", done.stdout
    return said


def run(*arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRAM, "validate", *arguments], input=stdin, capture_output=True, text=True, check=False, timeout=300
    )
