"""The jars of Apache Kafka, from Maven Central, at the version in modules/kafka/pom.xml."""

from __future__ import annotations

import hashlib
import shlex
import shutil
import subprocess
from pathlib import Path

from . import cache, files
from .progress import Failure, step

POM = Path(__file__).parent / "modules" / "kafka" / "pom.xml"
_TOOLS = {
    "kafka-configs.sh": "kafka.admin.ConfigCommand",
    "kafka-console-consumer.sh": "org.apache.kafka.tools.consumer.ConsoleConsumer",
    "kafka-console-producer.sh": "org.apache.kafka.tools.ConsoleProducer",
    "kafka-consumer-groups.sh": "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
    "kafka-dump-log.sh": "kafka.tools.DumpLogSegments",
    "kafka-topics.sh": "org.apache.kafka.tools.TopicCommand",
    "kafka-transactions.sh": "org.apache.kafka.tools.TransactionsCommand",
}
LOGGING = POM.with_name("log4j2.properties")


def jars() -> Path:
    """The directory of the jars; its name changes with the pom."""
    return cache.root() / "kafka" / hashlib.sha256(POM.read_bytes()).hexdigest()[:12]


def java_command(main_class: str, temporary: Path, heap_mib: int = 256, *, quick_start: bool = False) -> list[str]:
    """The command that runs a main class of Kafka's; arguments follow. A quick start costs speed later on.

    Native libraries are unpacked into the temporary directory, and stay there when the process is killed.
    """
    options = [f"-Xmx{heap_mib}m", "-Xms64m", "-XX:+UseSerialGC", "-XX:-UsePerfData"]
    options += [f"-Dlog4j2.configurationFile={LOGGING}", f"-Djava.io.tmpdir={temporary}"]
    if quick_start:
        options.append("-XX:TieredStopAtLevel=1")
    return ["java", *options, "-cp", f"{jars()}/*", main_class]


def ensure() -> None:
    """Downloads the jars if they are missing. Quick when they are there."""
    target = jars()
    write_tools()
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


def write_tools() -> None:
    """Puts Kafka's command line tools, under their usual names, beside the binaries."""
    for name, main_class in _TOOLS.items():
        command = shlex.join(java_command(main_class, Path("/tmp"), quick_start=True))
        script = f'#!/bin/sh\nexec {command.replace("java ", "java -Dkafka.log.level=warn ", 1)} "$@"\n'
        files.write(cache.directory("bin") / name, script, mode=0o755)
