"""The machine and the versions that a report is about."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from pathlib import Path

from local_cluster import kafka_dist

from . import peers


def describe() -> dict[str, str]:
    """Processor, memory, kernel, and how busy it was at the start."""
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    memory_kib = int(re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text(encoding="utf-8"))[1])
    return {
        "processor": cpu[1] if cpu else platform.machine(),
        "cores": str(os.cpu_count()),
        "memory": f"{memory_kib / 2**20:.0f} GiB",
        "kernel": platform.release(),
        "load": f"{os.getloadavg()[0]:.2f}",
    }


def versions(root: Path) -> dict[str, str]:
    """Of everything that runs."""
    return {
        "fusion-operator": _output(["git", "-C", str(root), "describe", "--always", "--dirty"]),
        "librdkafka": _output(["pkg-config", "--modversion", "rdkafka"]),
        "Kafka": re.search(r"<kafka\.version>([^<]+)", kafka_dist.POM.read_text(encoding="utf-8"))[1],
        "MirrorMaker": peers.version("mirror_maker"),
        "Flink": peers.version("flink"),
        "Spark": peers.version("spark"),
        "Java": _java_version(),
    }


def _java_version() -> str:
    done = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False)
    return re.search(r'version "([^"]+)"', done.stderr)[1]


def _output(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
