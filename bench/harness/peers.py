"""What the bridge is measured beside: jars from Maven Central at the versions in bench/peers/*/pom.xml."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

from local_cluster import cache, kafka_dist
from local_cluster.progress import Failure, step

PEERS = Path(__file__).resolve().parents[1] / "peers"
HEAP_MIB = 1024
# What Spark and Flink need on Java 17 and set in their own start scripts.
_OPENED = ("java.lang", "java.lang.invoke", "java.lang.reflect", "java.io", "java.net", "java.nio", "java.util",
           "java.util.concurrent", "java.util.concurrent.atomic", "sun.nio.ch", "sun.nio.cs", "sun.security.action",
           "sun.util.calendar")


def ensure(peer: str) -> Path:
    """The directory with the peer's jars and, in `classes`, its compiled job; downloads it if it is missing."""
    sources = sorted((PEERS / peer).iterdir())
    digest = hashlib.sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()[:12]
    target = cache.directory("peers") / f"{peer}-{digest}"
    with cache.lock(f"peer-{peer}"):
        if not target.exists():
            with step(f"download {peer}"):
                _make(peer, target)
    return target


def _make(peer: str, target: Path) -> None:
    unfinished = target.with_name(f".{target.name}")
    shutil.rmtree(unfinished, ignore_errors=True)
    log = cache.directory("logs") / f"download-{peer}.log"
    pom = PEERS / peer / "pom.xml"
    commands = [["mvn", "-B", "-f", str(pom), "dependency:copy-dependencies", f"-DoutputDirectory={unfinished}",
                 "-DincludeScope=runtime"]]
    for job in (PEERS / peer).glob("*.java"):
        commands.append(["javac", "-proc:none", "-cp", f"{unfinished}/*", "-d", f"{unfinished}/classes", str(job)])
    with open(log, "w", encoding="utf-8") as output:
        for command in commands:
            if subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False).returncode != 0:
                raise Failure(f"{peer} cannot be made", log)
    unfinished.rename(target)


def version(peer: str) -> str:
    """As its pom pins it."""
    pom = (PEERS / peer / "pom.xml").read_text(encoding="utf-8")
    return re.search(r"<(?:kafka|flink|spark)\.version>([^<]+)", pom)[1]


def java_command(peer: str, main_class: str, temporary: Path) -> list[str]:
    """The command that runs a main class with the peer's jars; arguments follow."""
    directory = ensure(peer)
    opened = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in _OPENED]
    return ["java", f"-Xmx{HEAP_MIB}m", f"-Xms{HEAP_MIB}m", "-XX:+UseParallelGC", "-XX:-UsePerfData", *opened,
            f"-Dlog4j2.configurationFile={kafka_dist.LOGGING}", f"-Djava.io.tmpdir={temporary}",
            "-cp", f"{directory}/*:{directory}/classes", main_class]
