"""A process that was started here: what it has used, and its end."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from pathlib import Path

from local_cluster.progress import Failure

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


class RunningProcess:
    """One process with all its threads. It ends with this program, however this program ends."""

    def __init__(self, command: list[str], log: Path, environment: dict[str, str] | None = None) -> None:
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with open(log, "wb") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                cwd=log.parent,
                start_new_session=True,  # Ctrl-C is for this program, which then ends what it started
                preexec_fn=lambda: _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL),
            )
        self._files = Path(f"/proc/{self._process.pid}")

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def cpu_s(self) -> float:
        """User and system time of all its threads, those that ended included."""
        fields = (self._files / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S

    def peak_bytes(self) -> int:
        """The most memory that was resident at any time."""
        for line in (self._files / "status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
        raise Failure(f"pid {self._process.pid} has ended", self.log)

    def must_run(self, what: str) -> None:
        """Fails when it has ended."""
        if self.exit_code is not None:
            raise Failure(f"{what} ended with exit code {self.exit_code}", self.log)

    def wait(self, timeout_s: float) -> int | None:
        """The exit code; None if it still runs after this time."""
        try:
            return self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None

    def stop(self, grace_s: float = 5) -> None:
        """Asks it to end, then forces it. Returns when it is gone."""
        if self.exit_code is None:
            self._process.terminate()
            if self.wait(grace_s) is None:
                self._process.kill()
        self._process.wait()

    def __enter__(self) -> RunningProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
