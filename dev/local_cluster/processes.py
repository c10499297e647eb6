"""The processes of a cluster: started in the background, known by their pid files, stopped by pid."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from .progress import Failure

# Every process carries this in its environment; children such as containerd's shims inherit it.
TAG = "FUSION_CLUSTER"


def _start_time(pid: int) -> str | None:
    """The kernel's start time of a live process: with it a pid names one process, even after the pid is used again."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else fields[19]


def _program(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().partition(b"\0")[0].decode(errors="replace")
    except OSError:
        return ""


def _fingerprint(command: Sequence[str], files: Sequence[Path]) -> str:
    digest = hashlib.sha256("\0".join(command).encode())
    program = shutil.which(command[0])
    if program is not None:
        digest.update(str(os.stat(program).st_mtime_ns).encode())  # another version of it is another process
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


class Processes:
    """The processes of one cluster, by name. Pid files and logs lie in the cluster's directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._pid_files = directory / "pids"
        self._logs = directory / "logs"

    def log(self, name: str) -> Path:
        """Where the output of a process goes."""
        return self._logs / f"{name}.log"

    def names(self) -> list[str]:
        """Every process that was started and not stopped, alive or not."""
        return sorted(file.stem for file in self._pid_files.glob("*.json"))

    def pid(self, name: str) -> int | None:
        """The pid of a process that is alive."""
        entry = self._entry(name)
        if entry is None or _start_time(entry["pid"]) != entry["start_time"]:
            return None
        return int(entry["pid"])

    def start(self, name: str, command: Sequence[str], *, files: Sequence[Path] = ()) -> None:
        """Starts a process, unless the same program runs already with this command and these configuration files."""
        fingerprint = _fingerprint(command, files)
        entry = self._entry(name)
        if self.pid(name) is not None and entry is not None:
            if entry["fingerprint"] == fingerprint:
                return
            self.stop(name)
        self._pid_files.mkdir(parents=True, exist_ok=True)
        self._logs.mkdir(parents=True, exist_ok=True)
        log = self.log(name)
        if log.exists():
            log.rename(log.with_suffix(".log.old"))
        try:
            with open(log, "wb") as output:
                process = subprocess.Popen(
                    list(command),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env={**os.environ, TAG: str(self._directory)},
                    umask=0o022,
                    cwd="/",
                    start_new_session=True,
                )
        except FileNotFoundError:
            raise Failure(f"{command[0]} is not installed: run dev/deps") from None
        entry = {"pid": process.pid, "start_time": _start_time(process.pid), "fingerprint": fingerprint}
        (self._pid_files / f"{name}.json").write_text(json.dumps(entry), encoding="utf-8")

    def wait(self, name: str, ready: Callable[[], bool], timeout_s: float = 120) -> None:
        """Waits until a process is ready; fails when it ends before or stays unready."""
        deadline = time.monotonic() + timeout_s
        while not ready():
            if self.pid(name) is None:
                raise Failure(f"{name} ended before it was ready", self.log(name))
            if time.monotonic() > deadline:
                raise Failure(f"{name} is not ready after {timeout_s:.0f} s", self.log(name))
            time.sleep(0.05)

    def stop(self, name: str, grace_s: float = 10) -> None:
        """Ends a process: asks first, then forces. Returns when it is gone."""
        pid = self.pid(name)
        if pid is not None:
            _end(pid, grace_s)
        (self._pid_files / f"{name}.json").unlink(missing_ok=True)

    def stop_strays(self, but: str = "") -> None:
        """Ends what carries this cluster's tag and has no pid file, but for the programs of one name."""
        known = {pid for name in self.names() if (pid := self.pid(name)) is not None}
        for pid in self._tagged():
            if pid not in known and not (but and but in _program(pid)):
                _end(pid, grace_s=0)

    def _tagged(self) -> list[int]:
        tag = f"{TAG}={self._directory}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                if tag in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except OSError:
                continue  # it ended meanwhile, or is not ours to read
        return [pid for pid in found if pid != os.getpid() and _start_time(pid) is not None]

    def _entry(self, name: str) -> dict[str, object] | None:
        try:
            return json.loads((self._pid_files / f"{name}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None


def _end(pid: int, grace_s: float) -> None:
    start_time = _start_time(pid)
    for sent, wait_s in ((signal.SIGTERM, grace_s), (signal.SIGKILL, 10.0)):
        if wait_s == 0:
            continue
        deadline = time.monotonic() + wait_s
        while start_time is not None and _start_time(pid) == start_time:
            try:
                if sent is not None:
                    os.kill(pid, sent)
                    sent = None
            except ProcessLookupError:
                return
            if time.monotonic() > deadline:
                break
            time.sleep(0.02)
