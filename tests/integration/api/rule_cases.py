"""Rules that tie fields together. Each changes the full pipeline's spec and says who accepts the result."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Rule(NamedTuple):
    change: Callable[[dict], object]
    server_accepts: bool
    fusionctl_accepts: bool


def both(accept: bool, change: Callable[[dict], object]) -> Rule:
    return Rule(change, accept, accept)


def fusionctl_only(change: Callable[[dict], object]) -> Rule:
    """CEL cannot say it, or not within the cost budget: the operator refuses it after it was stored."""
    return Rule(change, server_accepts=True, fusionctl_accepts=False)


def _bridge(name: str, source: str, target: str, **fields: object) -> dict:
    return {"name": name, "from": {"topic": source}, "to": {"topic": target}, **fields}


def _stage(name: str, inputs: list[str], outputs: list[str]) -> dict:
    return {
        "name": name,
        "engine": "Flink",
        "mode": "Batch",
        "inputs": [{"topic": topic} for topic in inputs],
        "outputs": [{"topic": topic} for topic in outputs],
        "workload": {"external": {}},
    }


def _workload(kind: str) -> dict:
    return {"template": {"apiVersion": _API_VERSIONS[kind], "kind": kind, "spec": {}}}


_API_VERSIONS = {
    "SparkApplication": "spark.apache.org/v1",
    "FlinkDeployment": "flink.apache.org/v1beta1",
    "FlinkSessionJob": "flink.apache.org/v1beta1",
}
_REF = {"apiVersion": "flink.apache.org/v1beta1", "kind": "FlinkDeployment", "name": "a"}


def _add_stage(**fields: object) -> Callable[[dict], object]:
    """One of Flink that reads."""
    return lambda spec: spec["stages"].append({**_stage("x", ["raw"], []), **fields})


def _after(stage: str, until: str) -> dict:
    return {"startAfter": [{"stage": stage, "until": until}], "workload": _workload("FlinkDeployment")}


def _after_streaming(until: str) -> Callable[[dict], object]:
    def change(spec: dict) -> None:
        spec["stages"].append({**_stage("stream", ["raw"], []), "mode": "Streaming", "workload": {"ref": _REF}})
        _add_stage(**_after("stream", until))(spec)

    return change


def _start_cycle(spec: dict) -> None:
    for name, awaited in (("x", "y"), ("y", "x")):
        spec["stages"].append({**_stage(name, ["raw"], []), **_after(awaited, "Running")})


def _compress(codec: str, level: int | None) -> Callable[[dict], object]:
    compression = {"codec": codec} if level is None else {"codec": codec, "level": level}
    return lambda spec: spec["bridges"][0].update(compression=compression)


def _guarantee(guarantee: str | None, deduplicate: dict | None) -> Callable[[dict], object]:
    fields = {"guarantee": guarantee, "deduplicate": deduplicate}
    given = {name: value for name, value in fields.items() if value is not None}
    return lambda spec: spec["bridges"].append(_bridge("x", "raw", "spare", **given))


def _window(records: int | None, max_ids: int | None) -> Callable[[dict], object]:
    deduplicate: dict = {"id": {"record": True}}
    if records is not None:
        deduplicate["window"] = {"records": records}
    if max_ids is not None:
        deduplicate["maxIds"] = max_ids
    return _guarantee("EffectivelyOnce", deduplicate)


def _observe_with(**fields: object) -> Callable[[dict], object]:
    return lambda spec: spec["topics"].append({"name": "observed", "management": "Observed", **fields})


def _large_stage(index: int, topics: list[str]) -> dict:
    stage = _stage("s" * 61 + f"{index:02}", topics[:16], [])
    if index < 2:
        stage["outputs"] = [{"topic": topic, "id": {"header": "h" * 256}} for topic in topics[16 + 8 * index :][:8]]
    template = _workload("FlinkDeployment")["template"]
    template["metadata"] = {
        "labels": {f"l{i}": "v" * 63 for i in range(64)},
        "annotations": {f"a{i}": "v" * 500 for i in range(64)},
    }
    template["spec"] = {"flinkConfiguration": {"key": "v" * 10000}}
    return {
        **stage,
        "startAfter": [{"stage": "s" * 61 + f"{i:02}", "until": "CaughtUp"} for i in range(max(0, index - 16), index)],
        "runToken": "t" * 64,
        "transactionTimeout": "1h1h1h1h1h1h1h1h",
        "checkpoints": {"volume": {"size": "5Gi"}, "uri": "s3://" + "a" * 1000},
        "workload": {"template": template},
    }


def _most_of_everything(spec: dict) -> None:
    """As much as the bounds allow, with names as long as they may be."""
    names = [f"{i:03}" + "n" * 246 for i in range(64)]
    spec["topics"] = [{"name": name} for name in names]
    spec["stages"] = [_large_stage(i, names) for i in range(32)]
    deduplicate = {"id": {"pointer": "/" + "p" * 511}, "window": {"records": 100000000}, "maxIds": 200000000}
    spec["bridges"] = [
        _bridge(f"b{i}", names[0], names[i + 32], guarantee="EffectivelyOnce", deduplicate=deduplicate) for i in range(32)
    ]


RULES: dict[str, Rule] = {
    "the full pipeline": both(True, lambda spec: None),
    "an empty spec": both(True, lambda spec: spec.clear()),
    "the most of everything": both(True, _most_of_everything),
    "no topics, but bridges and stages": both(False, lambda spec: spec.pop("topics")),
    "a bridge reads a missing topic": both(False, lambda spec: spec["bridges"].append(_bridge("x", "missing", "spare"))),
    "a bridge writes a missing topic": both(False, lambda spec: spec["bridges"].append(_bridge("x", "raw", "missing"))),
    "a stage reads a missing topic": both(False, lambda spec: spec["stages"].append(_stage("x", ["missing"], []))),
    "a stage writes a missing topic": both(False, lambda spec: spec["stages"].append(_stage("x", [], ["missing"]))),
    "a topic twice": both(False, lambda spec: spec["topics"].append({"name": "spare"})),
    "a stage twice": both(False, lambda spec: spec["stages"].append(_stage("clean", ["raw"], []))),
    "a bridge twice": both(False, lambda spec: spec["bridges"].append(_bridge("copy", "raw", "spare"))),
    "a stage and a bridge of one name": both(True, lambda spec: spec["stages"].append(_stage("copy", ["raw"], []))),
    "two bridges write one topic": both(False, lambda spec: spec["bridges"].append(_bridge("x", "raw", "copy"))),
    "a stage and a bridge write one topic": both(False, lambda spec: spec["stages"].append(_stage("x", [], ["copy"]))),
    "two stages write one topic": both(False, lambda spec: spec["stages"].append(_stage("x", [], ["clean"]))),
    "two bridges read one topic": both(True, lambda spec: spec["bridges"].append(_bridge("x", "clean", "spare"))),
    "a bridge onto its own topic": both(False, lambda spec: spec["bridges"].append(_bridge("x", "spare", "spare"))),
    "a stage without topics": both(False, lambda spec: spec["stages"].append(_stage("x", [], []))),
    "a stage that only reads": both(True, lambda spec: spec["stages"].append(_stage("x", ["raw"], []))),
    "a stage that only writes": both(True, lambda spec: spec["stages"].append(_stage("x", [], ["spare"]))),
    "an observed topic": both(True, _observe_with()),
    "an observed topic with partitions": both(False, _observe_with(partitions=1)),
    "an observed topic with a replication factor": both(False, _observe_with(replicationFactor=1)),
    "an observed topic with a config": both(False, _observe_with(config={"retention.ms": "1"})),
    "Gzip 9": both(True, _compress("Gzip", 9)),
    "Gzip 10": both(False, _compress("Gzip", 10)),
    "Zstd 0": both(False, _compress("Zstd", 0)),
    "Zstd 12": both(True, _compress("Zstd", 12)),
    "None without a level": both(True, _compress("None", None)),
    "None with a level": both(False, _compress("None", 0)),
    "Snappy with a level": both(False, _compress("Snappy", 1)),
    "ExactlyOnce": both(True, _guarantee("ExactlyOnce", None)),
    "EffectivelyOnce with the least": both(True, _guarantee("EffectivelyOnce", {"id": {"header": "id"}})),
    "EffectivelyOnce without deduplicate": both(False, _guarantee("EffectivelyOnce", None)),
    "ExactlyOnce with deduplicate": both(False, _guarantee("ExactlyOnce", {"id": {"header": "id"}})),
    "deduplicate alone": both(False, _guarantee(None, {"id": {"header": "id"}})),
    "deduplicate without an id": both(False, _guarantee("EffectivelyOnce", {"maxIds": 1000000})),
    "deduplicate with an empty window": both(True, _guarantee("EffectivelyOnce", {"id": {"header": "id"}, "window": {}})),
    "a window as large as its memory": both(True, _window(5000, 5000)),
    "a window larger than its memory": both(False, _window(5001, 5000)),
    "a window larger than the default memory": both(False, _window(1000001, None)),
    "less memory than the default window": both(False, _window(None, 99999)),
    "memory for the default window": both(True, _window(None, 100000)),
    "no workload": both(False, _add_stage(workload={})),
    "a template": both(True, _add_stage(workload=_workload("FlinkSessionJob"))),
    "a ref": both(True, _add_stage(workload={"ref": _REF})),
    "a template and a ref": both(False, _add_stage(workload={**_workload("FlinkDeployment"), "ref": _REF})),
    "a template and external": both(False, _add_stage(workload={**_workload("FlinkDeployment"), "external": {}})),
    "a ref and external": both(False, _add_stage(workload={"ref": _REF, "external": {}})),
    "a template of the other engine": both(False, _add_stage(workload=_workload("SparkApplication"))),
    "a ref of the other engine": both(False, _add_stage(engine="Spark", workload={"ref": _REF})),
    "a template of no kind": both(
        False,
        _add_stage(workload={"template": {"apiVersion": "spark.apache.org/v1", "kind": "FlinkDeployment", "spec": {}}}),
    ),
    "a ref of no kind": both(
        False,
        _add_stage(engine="Spark", workload={"ref": {**_REF, "kind": "SparkApplication"}}),
    ),
    "an external stage with empty startAfter and runToken": both(True, _add_stage(startAfter=[], runToken="")),
    "an external stage with startAfter": both(False, _add_stage(startAfter=[{"stage": "load", "until": "Running"}])),
    "an external stage with a runToken": both(False, _add_stage(runToken="1")),
    "an external stage with a transactionTimeout": both(False, _add_stage(transactionTimeout="15m")),
    "an external stage with checkpoints": both(False, _add_stage(checkpoints={})),
    "a ref with a runToken": both(False, _add_stage(runToken="1", workload={"ref": _REF})),
    "a runToken of a streaming stage": both(
        False, _add_stage(mode="Streaming", runToken="1", workload=_workload("FlinkDeployment"))
    ),
    "after a batch has completed": both(True, _add_stage(**_after("load", "Completed"))),
    "after a missing stage": both(False, _add_stage(**_after("missing", "Running"))),
    "after an external stage": both(False, _add_stage(**_after("clean", "Running"))),
    "after a streaming stage runs": both(True, _after_streaming("Running")),
    "after a streaming stage has completed": both(False, _after_streaming("Completed")),
    "after a streaming stage has caught up": both(False, _after_streaming("CaughtUp")),
    # What the API server cannot see.
    "after itself": fusionctl_only(_add_stage(**_after("x", "Running"))),
    "stages that wait for each other": fusionctl_only(_start_cycle),
    "a label of a workload that cannot be": fusionctl_only(
        lambda spec: spec["stages"][-1]["workload"]["template"]["metadata"]["labels"].update({"no spaces": "1"})
    ),
    "an annotation of a workload that is the operator's": fusionctl_only(
        lambda spec: spec["stages"][-1]["workload"]["template"]["metadata"]["annotations"].update({"fusion-operator.io/hash": "1"})
    ),
    "a cycle of two bridges": fusionctl_only(
        lambda spec: spec["bridges"].extend([_bridge("x", "copy", "spare"), _bridge("y", "spare", "raw")])
    ),
    "a stage that reads what it writes": fusionctl_only(lambda spec: spec["stages"].append(_stage("x", ["spare"], ["spare"]))),
    "topics that Kafka takes for one": fusionctl_only(lambda spec: spec["topics"].extend([{"name": "a.b"}, {"name": "a_b"}])),
    "a port above 65535": fusionctl_only(lambda spec: spec["kafka"].update(bootstrapServers="a:65536")),
    "a setting that cannot be": fusionctl_only(lambda spec: spec["topics"][-1]["config"].update({"retention ms": "1"})),
    "an empty setting": fusionctl_only(lambda spec: spec["topics"][-1]["config"].update({"": "1"})),
    "an annotation that cannot be": fusionctl_only(
        lambda spec: spec["bridges"][0]["template"]["annotations"].update({"no spaces": "1"})
    ),
    "an annotation of the operator's": fusionctl_only(
        lambda spec: spec["bridges"][0]["template"]["annotations"].update({"fusion-operator.io/hash": "1"})
    ),
    "a node label that cannot be": fusionctl_only(
        lambda spec: spec["bridges"][0]["template"]["nodeSelector"].update({"a/b/c": "1"})
    ),
    "preserved partitions that the target lacks": fusionctl_only(
        lambda spec: spec["bridges"].append(_bridge("x", "copy", "spare", partitioning={"by": "Preserve"}))
    ),
}

# Changes of a stored pipeline. fusionctl sees one pipeline at a time, so only the server can refuse them; the operator
# refuses them too, from status.
TRANSITIONS: dict[str, tuple[bool, Callable[[dict], object]]] = {
    "nothing": (True, lambda spec: None),
    "more partitions": (True, lambda spec: spec["topics"][-1].update(partitions=4)),
    "fewer partitions": (False, lambda spec: spec["topics"][-1].update(partitions=2)),
    "partitions left out": (True, lambda spec: spec["topics"][-1].pop("partitions")),
    "another source topic": (False, lambda spec: spec["bridges"][0]["from"].update(topic="raw")),
    "another target topic": (False, lambda spec: spec["bridges"][0]["to"].update(topic="spare")),
    "another start": (True, lambda spec: spec["bridges"][0]["from"].update(startFrom="Earliest")),
    "a bridge taken out": (True, lambda spec: spec["bridges"].clear()),
    "a larger volume": (True, lambda spec: spec["checkpoints"]["volume"].update(size="6Gi")),
    "the same size in other words": (True, lambda spec: spec["checkpoints"]["volume"].update(size="5120Mi")),
    "a smaller volume": (False, lambda spec: spec["checkpoints"]["volume"].update(size="4Gi")),
    "another storage class": (False, lambda spec: spec["checkpoints"]["volume"].update(storageClassName="fast")),
    "no storage class": (False, lambda spec: spec["checkpoints"]["volume"].pop("storageClassName")),
    "another access mode": (False, lambda spec: spec["checkpoints"]["volume"].update(accessModes=["ReadWriteMany"])),
    "another uri": (True, lambda spec: spec["checkpoints"].update(uri="s3://other")),
    "a larger volume of a stage": (True, lambda spec: spec["stages"][-1]["checkpoints"]["volume"].update(size="6Gi")),
    "a smaller volume of a stage": (False, lambda spec: spec["stages"][-1]["checkpoints"]["volume"].update(size="4Gi")),
    "another storage class of a stage": (
        False,
        lambda spec: spec["stages"][-1]["checkpoints"]["volume"].update(storageClassName="fast"),
    ),
    "another access mode of a stage": (
        False,
        lambda spec: spec["stages"][-1]["checkpoints"]["volume"].update(accessModes=["ReadWriteMany"]),
    ),
    "no volume of a stage": (True, lambda spec: spec["stages"][-1]["checkpoints"].pop("volume")),
    "another template": (True, lambda spec: spec["stages"][-1]["workload"]["template"].update(spec={"job": {}})),
    "another kind": (True, lambda spec: spec["stages"][-1]["workload"]["template"].update(kind="FlinkSessionJob")),
    "a stage taken out": (True, lambda spec: spec["stages"].pop()),
    "no volume": (True, lambda spec: spec.pop("checkpoints")),
}
