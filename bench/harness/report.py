"""The report: bridge.md and bridge.svg, from the results alone."""

from __future__ import annotations

from pathlib import Path

from . import latency, peers, throughput
from .broker import HEAP_MIB
from .contestants import ALL, COMMIT_INTERVAL_MS, WIDE_WINDOW_IDS, Contestant
from .plot import plot
from .results import Results
from .targets import Verdict, verdicts
from .topics import PARTITIONS


def write(results: Results, directory: Path) -> None:
    """Writes the report beside the results that it was made from."""
    (directory / "bridge.svg").write_text(plot(results, _measured(results)), encoding="utf-8")
    parts = [_head(results), _targets(verdicts(results)), *(_size(results, size) for size in results.settings["sizes"]),
             _left_out(results), _method(results)]
    (directory / "bridge.md").write_text("\n\n".join(part for part in parts if part) + "\n", encoding="utf-8")


def _measured(results: Results) -> list[Contestant]:
    return [one for one in ALL if one.name in results.runs]


def _head(results: Results) -> str:
    machine, versions = results.machine, results.versions
    named = ", ".join(f"{name} {version}" for name, version in versions.items())
    return f"""# The bridge beside what one would use instead

Written by `bench/bridge`; the figures of every run are in `bridge.json`. Medians; rounds of all contestants:
{results.settings["rounds"]} with values of 1024 bytes, {results.settings["other_sizes_rounds"]} with others. [How it was measured](#how-it-was-measured) stands below, and [docs/performance.md](../../docs/performance.md)
tells where the bridge's time goes.

Machine: {machine["processor"]}, {machine["cores"]} cores, {machine["memory"]}, Linux {machine["kernel"]}; the broker and the
contestant share it. Its load when the benchmark began was {machine["load"]}. Versions: {named}.

![Records a second and CPU-seconds per million records](bridge.svg)"""


def _targets(found: list[Verdict]) -> str:
    lines = ["## Targets", "", f"With values of 1024 bytes and a commit every {COMMIT_INTERVAL_MS} ms.", "",
             "| target | | measured | |", "|---|---|---|---|"]
    for one in found:
        measured = "not measured" if one.measured is None else _figure(one.measured) + one.unit
        verdict = "" if one.measured is None else "reached" if one.is_reached else "**not reached**"
        lines.append(f"| {one.what} | {one.limit} | {measured} | {verdict} |")
    return "\n".join(lines)


def _size(results: Results, size: int) -> str:
    lines = [f"## Values of {size:,} bytes", "",
             "| | records/s | MB/s | of the bare loop's rate | CPU-s per million | of the bare loop's CPU | broker's CPU-s "
             "per million | peak memory, MB | at half speed: p50, ms | p99, ms | at a quarter: p50, ms | p99, ms |",
             "|---|" + "--:|" * 11]
    for one in _measured(results):
        rate = results.median(one.name, size, "throughput", "records_per_s")
        if rate is None:
            continue
        cpu = results.median(one.name, size, "throughput", "cpu_s_per_million")
        cells = [f"{_spread(results, one, size, 'records_per_s', '{:,.0f}')}", f"{rate * size / 1e6:,.0f}",
                 _ratio(results, one, size, "records_per_s"),
                 _spread(results, one, size, "cpu_s_per_million", "{:.2f}") if cpu is not None else "",
                 _ratio(results, one, size, "cpu_s_per_million"),
                 f"{results.median(one.name, size, 'throughput', 'broker_cpu_s_per_million'):.2f}",
                 f"{results.median(one.name, size, 'throughput', 'peak_mb'):,.0f}",
                 *(cell for what in latency.SHARES for cell in _latency(results, one, size, what))]
        lines.append(f"| {one.label} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _spread(results: Results, one: Contestant, size: int, figure: str, form: str) -> str:
    values = results.values(one.name, size, "throughput", figure)
    middle = form.format(results.median(one.name, size, "throughput", figure))
    if len(values) < 2:
        return middle
    return f"{middle} ({form.format(min(values))} to {form.format(max(values))})"


def _ratio(results: Results, one: Contestant, size: int, figure: str) -> str:
    own = results.median(one.name, size, "throughput", figure)
    bare = results.median("bare", size, "throughput", figure)
    return f"{own / bare:.2f}" if own is not None and bare else ""


def _latency(results: Results, one: Contestant, size: int, what: str) -> list[str]:
    complete = results.values(one.name, size, what, "complete")
    if not complete:
        return ["", ""]
    if not all(complete):
        return ["did not keep up", "did not keep up"]
    return [f"{results.median(one.name, size, what, figure):,.0f}" for figure in ("p50_ms", "p99_ms")]


def _left_out(results: Results) -> str:
    labels = {one.name: one.label for one in ALL}
    lines = [f"- {labels[name]}: not measured, {why}." for name, why in results.left_out.items()]
    lines += [f"- {labels[one['contestant']]}: a run of round {one['round'] + 1} ({one['what']}, {one['value_bytes']} bytes) "
              f"failed: {one['why']}" for one in results.failures]
    return "\n".join(["## Left out", "", *lines]) if lines else ""


def _method(results: Results) -> str:
    records = ", ".join(f"{count:,} of {int(size):,} bytes" for size, count in results.settings["records"].items())
    shares = ", ".join(f"{one.label} {one.share:g}" for one in _measured(results) if one.share < 1)
    return f"""## How it was measured

- **Input**: JSON reports of aircraft that compress like such data do, 100,000 keys, a header `fusion-id` of 16 digits;
  {PARTITIONS} partitions, lz4; {records}. It is written once for each size, and read by all.
- **Run**: a fresh target topic, one broker (1 replica, heap {HEAP_MIB} MiB), one process of the contestant. Each carries key, value
  and headers; all but Spark, whose sink cannot, the time as well. In the first round the records in the target are counted.
- **Rate and CPU** are taken between {throughput.FROM_SHARE:.0%} and {throughput.TO_SHARE:.0%} of the records, by the target's end offsets and the process' user and
  system time at the same moments, looked at every 40 ms. So neither a start (a JVM's, or joining a group) nor a wait for the last commit
  counts. Slow ones carry a share of the records, from the same input: {shares or "none"}. MB/s are values before
  compression. Memory is the most that was resident (`VmHWM`).
- **Latency**: records are written at half and at a quarter of the contestant's own median rate for {latency.SKIP_S + latency.MEASURE_S} s, the first {latency.SKIP_S} s are left out; from when a record
  is handed to the writing client to when a `read_committed` reader of partition 0 has it. Writer and reader share the machine too: at half speed there are two
  processors for all four, which is why the bare loop is late as well; at a quarter nobody waits for a processor.
- **Bare loop** (`bench/bare_loop.cpp`): librdkafka with the bridge's settings of fetching and batching, no transactions and no
  idempotence; payloads are not copied. It is the limit of what a bridge on librdkafka can reach.
- **Bridge**: `commitInterval` {COMMIT_INTERVAL_MS} ms. {WIDE_WINDOW_IDS // 10**6} million ids: its source begins with as many small records, which are carried but not
  measured; the window is full when measuring begins. Its latency is not measured: the ids would have to be carried first.
- **MirrorMaker 2**: dedicated mode, one node, the same broker under two names, `tasks.max` 2; exactly once with
  `exactly.once.source.support` and transactions of {COMMIT_INTERVAL_MS} ms.
- **Flink**: a local cluster in one JVM, parallelism 2, object reuse, a checkpoint every {COMMIT_INTERVAL_MS} ms, `KafkaSink` with `EXACTLY_ONCE`.
- **Spark**: `local[2]`, a micro-batch as soon as the one before is done, at earliest every {COMMIT_INTERVAL_MS} ms. It is at least once.
- All three: heap {peers.HEAP_MIB} MiB, the parallel collector, lz4, `linger.ms` 20, `batch.size` 256 KiB, `max.poll.records` 5,000, fetches
  of up to 4 MiB a partition."""


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 20 else f"{value:.3f}" if value < 0.2 else f"{value:.2f}"
