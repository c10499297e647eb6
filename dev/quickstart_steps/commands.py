"""The command line of dev/quickstart."""

from __future__ import annotations

import argparse
import subprocess
import sys
import textwrap
import time

import yaml
from local_cluster import cache
from local_cluster.progress import Failure, say, step
from sample_data.carried import compare
from sample_data.flights import COUNT, flights
from sample_data.records import TopicReader, send

from . import flight_delays, installation
from .cluster import NODE_CLUSTER, ROOT, bootstrap, kubectl
from .live_line import LiveLine
from .pipeline import Pipeline

EXAMPLE = ROOT / "examples" / "flights.yaml"
PIPELINE = Pipeline("demo", "flights")
BRIDGE, SOURCE, TARGET = "flights", "flights", "flights-in"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="dev/quickstart", description=__doc__)
    parser.add_argument("--engines", action="store_true",
                        help="install the operators of Spark and Flink too, and run examples/flight-delays, compared with a plain script")
    parser.add_argument("--load", action="store_true", help="send the flights once more, on top of those that are there")
    parser.add_argument("--down", action="store_true", help="remove the cluster with everything in it")
    options = parser.parse_args(arguments)
    started = time.monotonic()
    try:
        if options.down:
            return subprocess.run([NODE_CLUSTER, "down"], check=False).returncode
        is_right = _run_engines() if options.engines else _run(options.load)
    except Failure as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; dev/quickstart goes on from here", file=sys.stderr)
        return 130
    more = "" if options.engines else "dev/quickstart --load sends them once more, "
    say(f"done in {time.monotonic() - started:.0f} s; {more}--down removes everything")
    say('to look around: eval "$(dev/cluster env)"; kubectl get fp -A')
    return 0 if is_right else 1


def _run_engines() -> bool:
    _install()
    say("engines")
    flight_delays.install_engines()
    return flight_delays.run()


def _install() -> None:
    """The operator in a cluster, from the sources."""
    say("build")
    _build()
    say("cluster")
    if subprocess.run([NODE_CLUSTER, "up"], check=False).returncode != 0:
        raise Failure("the cluster did not come up")
    say("operator")
    image = installation.build_image()
    with step("helm install"):
        installation.install(image)


def _run(load_again: bool) -> bool:
    _install()
    say(f"pipeline {PIPELINE.namespace}/{PIPELINE.name}")
    _apply()
    PIPELINE.wait_for("TopicsReady", timeout_s=120)
    _load(load_again)
    PIPELINE.wait_for("Ready", timeout_s=180)
    return _show_and_compare()


def _build() -> None:
    log = cache.directory("logs") / "build.log"
    targets = ["fusion-operator", "fusion-bridge", "fusionctl"]
    with step("release build"), open(log, "w", encoding="utf-8") as output:
        for command in (["cmake", "--preset", "release"], ["cmake", "--build", "--preset", "release", "--target", *targets]):
            if subprocess.run(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, check=False).returncode != 0:
                raise Failure("the build failed", log)


def _apply() -> None:
    with step("kubectl apply"):
        namespace = kubectl("create", "namespace", PIPELINE.namespace, "--dry-run=client", "--output=yaml")
        kubectl("apply", "--filename=-", stdin=namespace)
        said = kubectl("apply", f"--filename={EXAMPLE}")
    say(f"    {said.strip()}")


def _load(again: bool) -> None:
    """Sends the flights if the topic has none yet, or if asked to."""
    with TopicReader(bootstrap(), SOURCE) as reader:
        there = len(reader.read_to_end(limit=1)) == 1
    if there and not again:
        say("  flights are there already")
        return
    started, line = time.monotonic(), LiveLine()
    send(bootstrap(), SOURCE, flights(), lambda sent: line.show(f"{sent} of {COUNT} flights sent"))
    line.end(f" in {time.monotonic() - started:.1f} s")


def _show_and_compare() -> bool:
    started, line = time.monotonic(), LiveLine()
    carried = compare(
        bootstrap(), SOURCE, TARGET, PIPELINE.group(BRIDGE),
        progress=lambda arrived, sent: line.show(f"{arrived} of {sent} flights arrived"),
    )
    line.end(f" after {time.monotonic() - started:.1f} s")
    # With everything carried, the status that is written next says so.
    pipeline = PIPELINE.wait_until(lambda seen: seen["status"].get("lag") == "0", "lag 0", timeout_s=60)
    print()
    print(kubectl("get", "fusionpipelines", "--all-namespaces"))
    print(f"status of {PIPELINE.namespace}/{PIPELINE.name}:")
    print(textwrap.indent(yaml.safe_dump(pipeline["status"], sort_keys=False, width=120), "  "))
    print(f"ten records of topic {TARGET}:")
    with TopicReader(bootstrap(), TARGET) as reader:
        for message in reader.read_to_end(limit=10):
            departure = time.strftime("%Y-%m-%d %H:%M", time.gmtime(message.timestamp()[1] / 1000))
            print(f"  {departure}  {message.key().decode():8}  {message.value().decode()[:150]}...")
    print()
    print(f"{carried.lost} lost, {carried.repeated} repeated: compared by id, read_committed")
    print(carried)
    return carried.exactly_once
