"""Where runs take place: the broker, its topics, our programs, and a directory."""

from __future__ import annotations

import contextlib
import itertools
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from local_cluster.progress import Failure

from .broker import Broker
from .contestants import Contestant, Task
from .inputs import Input
from .running_process import RunningProcess
from .topics import PARTITIONS, Topics

_EXIT_BAD_CONFIGURATION = 2  # docs/bridge.md


class Refused(Exception):
    """The program does not know the contestant's configuration: it is not measured."""


class Stage:
    """Gives each run a name, a directory and a fresh target, and cleans up after it."""

    def __init__(self, programs: Path, broker: Broker, directory: Path) -> None:
        self.programs = programs
        self.broker = broker
        self.topics = Topics(broker.address)
        self.inputs: set[str] = set()
        self._directory = directory
        self._numbers = itertools.count(1)

    def new_name(self, what: str) -> str:
        """A name for a topic or a run that was not used before on this broker."""
        return f"{what}{next(self._numbers)}"

    @contextlib.contextmanager
    def task(self, contestant: Contestant, source: Input) -> Iterator[Task]:
        """One run's task; its topics and files are gone afterwards."""
        name = self.new_name("run")
        directory = self._directory / name
        directory.mkdir(parents=True)
        target = contestant.target(source.topic, name)
        target_id = self.topics.create(target)
        try:
            yield Task(self.programs, self.broker.address, source.topic, source.topic_id, target, target_id, directory,
                       name)
        finally:
            shutil.rmtree(directory, ignore_errors=True)
            self.topics.keep_only(self.inputs)

    def refuse_if_refused(self, process: RunningProcess, contestant: Contestant) -> None:
        """Refused, or a Failure, if the process has ended."""
        if process.exit_code == _EXIT_BAD_CONFIGURATION and not contestant.peer:
            lines = process.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise Refused(lines[-1] if lines else "refused")
        process.must_run(contestant.label)

    def count(self, topic: str) -> int:
        """The committed records of a topic, by reading them."""
        command = [str(self.programs / "bench-read-target"), "--brokers", self.broker.address, "--topic", topic]
        for number in range(PARTITIONS):
            command += ["--partition", str(number)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failure(f"the target cannot be read: {done.stderr.strip()}")
        return json.loads(done.stdout)["records"]
