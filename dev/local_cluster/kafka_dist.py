"""The jars of Apache Kafka, from Maven Central, at the version in modules/kafka/pom.xml."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

from . import cache
from .progress import Failure, step

POM = Path(__file__).parent / "modules" / "kafka" / "pom.xml"
LOGGING = POM.with_name("log4j2.properties")


def jars() -> Path:
    """The directory of the jars; its name changes with the pom."""
    return cache.root() / "kafka" / hashlib.sha256(POM.read_bytes()).hexdigest()[:12]


def java_command(main_class: str, heap_mib: int = 256, *, quick_start: bool = False) -> list[str]:
    """The command that runs a main class of Kafka's; arguments follow. A quick start costs speed later on."""
    options = [f"-Xmx{heap_mib}m", "-Xms64m", "-XX:+UseSerialGC", f"-Dlog4j2.configurationFile={LOGGING}"]
    if quick_start:
        options.append("-XX:TieredStopAtLevel=1")
    return ["java", *options, "-cp", f"{jars()}/*", main_class]


def ensure() -> None:
    """Downloads the jars if they are missing. Quick when they are there."""
    target = jars()
    if target.exists():
        return
    for tool in ("java", "mvn"):
        if shutil.which(tool) is None:
            raise Failure(f"{tool} is not installed: Kafka needs JDK 17 and Maven (run dev/deps)")
    with cache.lock("kafka"):
        if target.exists():
            return
        with step("download Kafka"):
            unfinished = target.with_name(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            log = cache.directory("logs") / "download-kafka.log"
            command = ["mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies"]
            command += [f"-DoutputDirectory={unfinished}", "-DincludeScope=runtime"]
            with open(log, "w", encoding="utf-8") as output:
                done = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False)
            if done.returncode != 0 or not unfinished.is_dir():
                raise Failure("Kafka's jars do not come from Maven Central", log)
            unfinished.rename(target)
