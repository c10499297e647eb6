"""fusion-operator as a process."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from kube import ROOT

PROGRAM = Path(os.environ.get("FUSION_BIN", ROOT / "build" / "release" / "bin")) / "fusion-operator"
_START_S = 30


class OperatorProcess:
    def __init__(self, *arguments: str, env: dict[str, str] | None = None) -> None:
        self._log = tempfile.NamedTemporaryFile(prefix="fusion-operator-", suffix=".log")
        self._is_expected_to_end = False
        self._process = subprocess.Popen(
            [PROGRAM, "--listen=127.0.0.1:0", "--log-level=debug", *arguments],
            stdout=subprocess.DEVNULL, stderr=self._log, env={**os.environ, **(env or {})},
        )  # fmt: skip

    def log(self) -> str:
        return Path(self._log.name).read_text(encoding="utf-8", errors="replace")

    def page(self, path: str) -> tuple[int, str]:
        """HTTP status and body."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port()}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def figures(self, metric: str) -> dict[str, float]:
        """The values of a metric by its labels, as /metrics writes them."""
        lines = re.findall(rf"^{metric}(?:{{(.*)}})? (\S+)", self.page("/metrics")[1], re.MULTILINE)
        return {labels: float(value) for labels, value in lines}

    def leads(self) -> bool:
        return self.figures("fusion_operator_leader")[""] == 1

    def kill(self) -> None:
        """kill -9."""
        self._is_expected_to_end = True
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """As Kubernetes stops it; the exit code."""
        self._is_expected_to_end = True
        self._process.terminate()
        return self._process.wait(20)

    def wait(self) -> int:
        """Until it ends by itself; the exit code."""
        self._is_expected_to_end = True
        return self._process.wait(_START_S)

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def crash(self) -> str:
        """How it ended if nobody wanted it to; empty otherwise."""
        code = self._process.poll()
        return "" if code is None or self._is_expected_to_end else f"the operator ended with {code}"

    def close(self) -> None:
        if self.is_alive():
            self.kill()
        self._log.close()

    def _port(self) -> int:
        deadline = time.monotonic() + _START_S
        while True:
            listening = re.search(r"msg=listening address=\S+:(\d+)", self.log())
            if listening:
                return int(listening[1])
            assert self.is_alive() and time.monotonic() < deadline, f"it does not listen:\n{self.log()}"
            time.sleep(0.02)
