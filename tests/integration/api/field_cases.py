"""For every field of the CRD's spec, values that it takes and values that it refuses.

Objects need no entry: that they refuse other types, unknown fields and missing ones is tested from the schema.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from pipelines import stages, topics


class Values(NamedTuple):
    valid: list[Any]
    invalid: list[Any]


SUBDOMAIN = Values(["a", "a.b-c", "0", "a" * 253], ["", "A", "-a", "a-", "a..b", "a_b", "a b", "ä", "a" * 254, 1])
LABEL = Values(["a", "a-b", "0", "a" * 63], ["", "A", "-a", "a-", "a.b", "a_b", "a" * 64, 1])
SECRET_KEY = Values(["a", "ca.crt", ".a", "A_b-c", "...a"[3:], "a" * 253], ["", ".", "..", "..a", "a/b", "a b", "a" * 254])
QUANTITY = Values(["1", "0", "500m", "1.5", "128Mi", "1e3", 1, 0, 6.0], ["", "-1", "1 Mi", "1MB", "x", "." * 3, "1" * 33, -1, 1.5, True])
ENGINE_API = Values(["flink.apache.org/v1beta1"], ["", "flink.apache.org/v1", "spark.apache.org/v1", "apps/v1", "flink.apache.org", 1])
VOLUME_SIZE = Values(
    ["1", "5Gi", "1.5Ti", "500M", "0.001k"], ["", "0", "0Gi", "0.0Mi", "5g", "5GB", "-5Gi", "500m", "1e9", "5 Gi", "1" * 13, 5]
)
STORAGE_CLASS = Values(["", "standard", "a.b-c", "a" * 253], ["A", "-a", "a b", "a" * 254, 1])
ACCESS_MODES = Values(
    [["ReadWriteMany"], ["ReadWriteOnce", "ReadWriteMany", "ReadWriteOncePod"]], [[], ["ReadWriteOnce"] * 2, "ReadWriteOnce"]
)
ACCESS_MODE = Values(["ReadWriteOnce", "ReadWriteMany", "ReadWriteOncePod"], ["", "ReadOnlyMany", "readwriteonce", 1])
DIRECTORY_URI = Values(
    ["s3://bucket", "s3://bucket/a/", "s3a://b/%20", "file:///state", "abfss://c@a.example:1/x?y#z", "a0://!~[]", "s3://" + "a" * 1019],
    [
        "", "/state", "s3:/bucket", "s3://", "s3://a b", "s3://a\n", "S3://a", "0s://a", "://a", "s-3://a", " s3://a", 's3://"',
        "s3://a\\b", "s3://ä", "s3://" + "a" * 1020, 1,
    ],
)
EXISTING_TOPIC = Values(["spare"], ["", "missing", "a b", "ä", ".", "a" * 250, 1])


def items(count: int) -> list[dict]:
    return [{"topic": name["name"]} for name in topics(count)]


FIELDS: dict[str, Values] = {
    "spec.suspend": Values([True, False], ["true", 1]),
    "spec.deletionPolicy": Values(["Retain", "Delete"], ["", "retain", "Keep", 1]),
    "spec.kafka.bootstrapServers": Values(
        ["a:1", "a.b-c:9092,10.0.0.1:9093", "[::1]:9092", "A_b:65535"],
        ["", "a", "a:", ":1", "a:0", "a:x", "a:1,", "a:1, b:2", "a:1;b:1", "a:100000", "::1:9092", "http://a:1", 1],
    ),
    "spec.kafka.tls.caSecret.name": SUBDOMAIN,
    "spec.kafka.tls.caSecret.key": SECRET_KEY,
    "spec.kafka.tls.certificateSecret.name": SUBDOMAIN,
    "spec.kafka.sasl.mechanism": Values(["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"], ["", "plain", "GSSAPI", 1]),
    "spec.kafka.sasl.username": Values(["a", "ä b", "ü" * 256], ["", "ü" * 257, 1]),
    "spec.kafka.sasl.passwordSecret.name": SUBDOMAIN,
    "spec.kafka.sasl.passwordSecret.key": SECRET_KEY,
    "spec.topics": Values([topics(4), topics(64)], [[], topics(65), {}, [{"name": "a"}] * 2]),
    "spec.topics[].name": Values(
        ["a", "A.b_c-9", "...", "-", "__mine", "a" * 249],
        ["", ".", "..", "a b", "a/b", "ä", "__consumer_offsets", "__transaction_state", "a" * 250, 1],
    ),
    "spec.topics[].management": Values(["Managed"], ["", "managed", "Owned", 1]),
    "spec.topics[].partitions": Values([1, 6, 10000, 6.0], [0, -1, 10001, 1000000, 1.5, "6", True]),
    "spec.topics[].replicationFactor": Values([1, 3, 100], [0, 101, "1"]),
    "spec.topics[].config": Values([{}, {f"k{i}": "v" for i in range(128)}], [{f"k{i}": "v" for i in range(129)}, []]),
    "spec.topics[].config{}": Values(["", "-1", "ä", "v" * 4096], ["v" * 4097, -1, True, {}]),
    "spec.stages": Values([[], stages(32)], [stages(33), {}]),
    "spec.stages[].name": LABEL,
    "spec.stages[].engine": Values(["Flink"], ["", "flink", "Spark", "Beam", 1]),
    "spec.stages[].mode": Values(["Batch"], ["", "batch", "Streaming", 1]),
    "spec.stages[].inputs": Values([[], [{"topic": "raw"}, {"topic": "spare"}]], [[{"topic": "raw"}] * 2, items(17), {}]),
    "spec.stages[].inputs[].topic": EXISTING_TOPIC,
    "spec.stages[].inputs[].group": Values(["", "a", "any thing", "a" * 249], ["a" * 250, 1]),
    "spec.stages[].outputs": Values([[], [{"topic": "spare"}]], [[{"topic": "spare"}] * 2, items(9), {}]),
    "spec.stages[].outputs[].topic": EXISTING_TOPIC,
    "spec.stages[].inputs[].compacted": Values([True, False], ["true", 1]),
    "spec.stages[].outputs[].id.header": Values(["fusion-id", "any thing", "ä~", "h" * 256], ["", "a\n", "a\u007f", "h" * 257, 1]),
    "spec.stages[].startAfter": Values(
        [[], [{"stage": "load", "until": "Running"}]],
        [
            [{"stage": "load", "until": "Running"}] * 2, [{"stage": "load"}], [{"until": "Running"}], ["load"], {},
            [{"stage": f"s{i}", "until": "Running"} for i in range(17)],
        ],
    ),
    "spec.stages[].startAfter[].stage": Values(["load"], ["", "missing", "clean", "Load", 1]),
    "spec.stages[].startAfter[].until": Values(["Running", "Completed", "CaughtUp"], ["", "running", "Done", 1]),
    "spec.stages[].runToken": Values(["", "2", "any ü\n", "ü" * 64], ["ü" * 65, 2]),
    "spec.stages[].transactionTimeout": Values(
        ["1s", "1000ms", "15m", "1h30m", "24h", "23h59m60s", "86400s"],
        ["", "0s", "999ms", "25h", "24h1ms", "1d", "1.5h", "15", "-1s", "1 h", "15M", "0000001s", "1s" * 9, 900],
    ),
    "spec.stages[].checkpoints.volume.size": VOLUME_SIZE,
    "spec.stages[].checkpoints.volume.storageClassName": STORAGE_CLASS,
    "spec.stages[].checkpoints.volume.accessModes": ACCESS_MODES,
    "spec.stages[].checkpoints.volume.accessModes[]": ACCESS_MODE,
    "spec.stages[].checkpoints.uri": DIRECTORY_URI,
    "spec.stages[].workload.template.apiVersion": ENGINE_API,
    "spec.stages[].workload.template.kind": Values(
        ["FlinkDeployment", "FlinkSessionJob"], ["", "SparkApplication", "flinkdeployment", "Deployment", 1]
    ),
    "spec.stages[].workload.template.metadata.labels": Values([{}, {f"k{i}": "v" for i in range(64)}], [{f"k{i}": "v" for i in range(65)}, []]),
    "spec.stages[].workload.template.metadata.labels{}": Values(["", "a", "A_b.c-1", "a" * 63], ["-a", "a b", "a.", "a" * 64, 1]),
    "spec.stages[].workload.template.metadata.annotations": Values(
        [{}, {f"k{i}": "v" for i in range(64)}], [{f"k{i}": "v" for i in range(65)}, []]
    ),
    "spec.stages[].workload.template.metadata.annotations{}": Values(["", "any thing", "ä" * 4096], ["a" * 4097, 1, True]),
    "spec.stages[].workload.template.spec": Values([{}, {"anything": [1.5, {"goes": None}]}], [None, [], "a", 1]),
    "spec.stages[].workload.ref.apiVersion": Values(
        ["sparkoperator.k8s.io/v1beta2", "spark.apache.org/v1"], ["", "flink.apache.org/v1beta1", "spark.apache.org/v1beta2", 1]
    ),
    "spec.stages[].workload.ref.kind": Values(["SparkApplication"], ["", "FlinkDeployment", "ScheduledSparkApplication", 1]),
    "spec.stages[].workload.ref.name": SUBDOMAIN,
    "spec.stages[].workload.ref.manage": Values([True, False], ["true", 1]),
    "spec.bridges": Values([[]], [[{"name": f"b{i}", "from": {"topic": "raw"}, "to": {"topic": f"t{i}"}} for i in range(33)]]),
    "spec.bridges[].name": LABEL,
    "spec.bridges[].from.topic": EXISTING_TOPIC,
    "spec.bridges[].from.startFrom": Values(
        ["Earliest", "Latest", "1970-01-01T00:00:00Z", "2024-02-29T23:59:59Z", "2026-01-31T08:00:00.123Z", "2026-01-31T08:00:00.5Z"],
        [
            "", "earliest", "Timestamp", "2026-01-31", "2026-02-30T00:00:00Z", "2026-01-31T24:00:00Z", "1969-12-31T23:59:59Z",
            "2026-01-31T08:00:00+01:00", "2026-01-31T08:00:00.1234Z", "0000-00-00T00:00:00Z", "2026-01-31T08:00:60Z", 1,
        ],
    ),
    "spec.bridges[].to.topic": EXISTING_TOPIC,
    "spec.bridges[].replicas": Values([1, 256], [0, -1, 257, "2"]),
    "spec.bridges[].guarantee": Values(["EffectivelyOnce"], ["", "Never", "AtLeastOnce", "ExactlyOnce", "Exactly", 1]),
    "spec.bridges[].deduplicate.id": Values(
        [
            {"header": "id"}, {"record": True}, {"key": True, "oneRecordPerKey": True}, {"pointer": "/"}, {"pointer": "/id"},
            {"pointer": "/a~0b~1c"}, {"pointer": "//0/ä b\n"}, {"pointer": "/" + "ä" * 511},
        ],
        [
            {}, {"key": True}, {"key": True, "oneRecordPerKey": False}, {"record": True, "oneRecordPerKey": True}, {"oneRecordPerKey": True},
            {"header": "id", "pointer": "/id"}, {"header": "id", "record": True}, {"record": False}, {"key": False},
            {"pointer": ""}, {"pointer": "id"}, {"pointer": "#/id"}, {"pointer": "/a~"}, {"pointer": "/a~2"}, {"pointer": "/~~0"},
            {"pointer": "/" + "ä" * 512}, "id",
        ],
    ),
    "spec.bridges[].suspend": Values([True, False], ["true", 1]),
    "spec.bridges[].deduplicate.id.header": Values(
        ["fusion-id", "any thing", "ä~", "h" * 256], ["", "a\n", "a\tb", "\u0000", "a\u007f", "h" * 257, 1]
    ),
    "spec.bridges[].deduplicate.id.pointer": Values([], ["", "/id", 1]),
    "spec.bridges[].deduplicate.id.key": Values([False], [True, "true", 1]),
    "spec.bridges[].deduplicate.id.oneRecordPerKey": Values([False], [True, "true", 1]),
    "spec.bridges[].deduplicate.id.record": Values([False], [True, "true", 1]),
    "spec.bridges[].deduplicate.window.records": Values([1, 100000, 1000000], [0, -1, 1000001, 100000000, 100000001, "1", 1.5]),
    "spec.bridges[].deduplicate.window.duration": Values(
        ["0s", "1s", "90m", "1h30m", "8760h", "8759h60m", "0h0m0s"],
        ["", "0", "1d", "365d", "8761h", "8760h1s", "500ms", "1s500ms", "1.5h", "-1s", "1 h", "1H", "0000001s", "999999h999999h", 3600],
    ),
    "spec.bridges[].deduplicate.maxIds": Values([200000, 200000000], [199999, 1000, 999, 0, -1, 200000001, "1000000", 1e5]),
    "spec.bridges[].eventTime": Values(
        [{}, {"idleAfter": "1s"}, {"future": "DeadLetter"}, {"from": {"pointer": "/t"}}, {"maxOutOfOrderness": "0s"}],
        [{"maxDrift": "1s"}, {"format": "RFC3339"}, {"from": {}}, {"from": {"header": "a", "pointer": "/b"}}, []],
    ),
    "spec.bridges[].eventTime.from.header": Values(["event-time", "h" * 256], ["", "a\n", "h" * 257, 1]),
    "spec.bridges[].eventTime.from.pointer": Values([], ["", "/time", 1]),
    "spec.bridges[].eventTime.format": Values(
        ["UnixMillis", "UnixMicros", "UnixSeconds", "RFC3339"], ["", "unixmillis", "UnixNanos", 1]
    ),
    "spec.bridges[].eventTime.maxOutOfOrderness": Values(
        ["0s", "500ms", "5s", "8760h"], ["", "5", "-1s", "8761h", "8760h1ms", "1.5s", "1d", 5]
    ),
    "spec.bridges[].eventTime.idleAfter": Values(["1ms", "30s", "8760h"], ["", "0s", "0ms", "8761h", 30]),
    "spec.bridges[].eventTime.maxDrift": Values(["1ms", "1m", "8760h"], ["", "0s", "8761h", 30]),
    "spec.bridges[].eventTime.future": Values(["Clamp", "DeadLetter"], ["", "Drop", 1]),
    "spec.bridges[].partitioning": Values(
        [
            {"by": "Key", "partitioner": "Murmur2Random"}, {"by": "Key", "partitioner": "ConsistentRandom"},
            {"by": "Pointer", "pointer": "/a/b"}, {"by": "Pointer", "pointer": "/a", "partitioner": "ConsistentRandom"},
        ],
        [
            {}, {"by": "Pointer"}, {"by": "Key", "pointer": "/a"}, {"by": "RoundRobin", "pointer": "/a"},
            {"by": "Preserve", "partitioner": "Murmur2Random"}, {"by": "Pointer", "pointer": "a"},
            {"by": "Key", "partitioner": "murmur2"},
        ],
    ),
    "spec.bridges[].partitioning.by": Values(["Key", "Preserve", "RoundRobin"], ["", "key", "Hash", 1]),
    "spec.bridges[].partitioning.pointer": Values([], ["", "/a", 1]),
    "spec.bridges[].partitioning.partitioner": Values(["Murmur2Random", "ConsistentRandom"], ["", "murmur2", 1]),
    "spec.bridges[].deadLetter": Values([{"topic": "failed"}], [{}, {"circuitBreaker": True}]),
    "spec.bridges[].deadLetter.topic": Values(["failed"], ["", "a b", 1]),
    "spec.bridges[].deadLetter.circuitBreaker": Values([True, False], ["true", 1]),
    "spec.bridges[].rateLimit": Values([{"recordsPerSecond": 1}, {"bytesPerSecond": 1}], [{}]),
    "spec.bridges[].rateLimit.recordsPerSecond": Values([1, 10**12], [0, -1, 10**12 + 1, "1", 1.5]),
    "spec.bridges[].rateLimit.bytesPerSecond": Values([1, 10**12], [0, -1, 10**12 + 1, "1", 1.5]),
    "spec.bridges[].compression.codec": Values(["Gzip", "Lz4", "Zstd"], ["", "lz4", "Brotli", "None", "Snappy", 1]),
    "spec.bridges[].compression.level": Values([0, 1, 12], [-1, 13, 1.5, "3"]),
    "spec.bridges[].commitInterval": Values(
        ["10ms", "500ms", "2s", "20s", "1s500ms", "0h0m2s", "000020s"],
        ["", "9ms", "0s", "20001ms", "20s1ms", "1m", "1h", "1.5s", "500", "-1s", "1 s", "500MS", "0000020s", "1s" * 9, 500],
    ),
    "spec.bridges[].template.resources.requests": Values([{}, {f"r{i}": 1 for i in range(16)}], [{f"r{i}": 1 for i in range(17)}, []]),
    "spec.bridges[].template.resources.requests{}": QUANTITY,
    "spec.bridges[].template.resources.limits": Values([{}, {f"r{i}": 1 for i in range(16)}], [{f"r{i}": 1 for i in range(17)}, []]),
    "spec.bridges[].template.resources.limits{}": QUANTITY,
    "spec.bridges[].template.nodeSelector": Values([{}, {f"k{i}": "v" for i in range(32)}], [{f"k{i}": "v" for i in range(33)}, []]),
    "spec.bridges[].template.nodeSelector{}": Values(["", "a", "A_b.c-1", "a" * 63], ["-a", "a b", "a.", "a" * 64, 1]),
    "spec.bridges[].template.tolerations": Values([[], [{}], [{"operator": "Exists"}] * 32], [[{}] * 33, {}]),
    "spec.bridges[].template.tolerations[].key": Values(["", "a", "a" * 317], ["a" * 318, 1]),
    "spec.bridges[].template.tolerations[].operator": Values(["Equal", "Exists"], ["", "In", 1]),
    "spec.bridges[].template.tolerations[].value": Values(["", "a", "a" * 63], ["a" * 64, 1]),
    "spec.bridges[].template.tolerations[].effect": Values(["NoSchedule", "PreferNoSchedule", "NoExecute"], ["", "Never", 1]),
    "spec.bridges[].template.tolerations[].tolerationSeconds": Values([0, -1, 60, 2**63 - 1], ["60", 1.5]),
    "spec.bridges[].template.affinity": Values([{}, {"anything": [1, {"goes": None}]}], [[], "a", 1]),
    "spec.bridges[].template.imagePullSecrets": Values(
        [[], [{"name": f"s{i}"} for i in range(16)]], [[{"name": f"s{i}"} for i in range(17)], ["registry"], [{"name": "a"}] * 2, {}]
    ),
    "spec.bridges[].template.imagePullSecrets[].name": SUBDOMAIN,
    "spec.bridges[].template.annotations": Values([{}, {f"k{i}": "v" for i in range(64)}], [{f"k{i}": "v" for i in range(65)}, []]),
    "spec.bridges[].template.annotations{}": Values(["", "any thing", "ä" * 4096], ["a" * 4097, 1, True]),
    "spec.bridges[].template.image": Values(["", "a", "a/b:c@sha256:d", "a" * 512], ["a b", "a\tb", " a", "a\n", "a" * 513, 1]),
    "spec.checkpoints.volume.size": VOLUME_SIZE,
    "spec.checkpoints.volume.storageClassName": STORAGE_CLASS,
    "spec.checkpoints.volume.accessModes": ACCESS_MODES,
    "spec.checkpoints.volume.accessModes[]": ACCESS_MODE,
    "spec.checkpoints.uri": DIRECTORY_URI,
}

PROBES: list[Any] = [
    None, True, False, 0, 1, -1, 6.0, 1.5, 1e300, 2**31, 2**53, 2**63, -(2**63),
    "", " ", "a", "A", "ä", ".", "..", "a.b", "a b", "a/b", "-a", "a-", "1", "true", "null", "\n", "a\n", "\u0000", "😀",
    "/", "/a", "/~", "1s", "0s", "1.5s", "Earliest", "2026-01-31T08:00:00Z", "2026-02-30T00:00:00Z", "0Gi", "1e3", "5Gi", "5m", "a:1",
    "a" * 16, "a" * 17, "a" * 63, "a" * 64, "a" * 249, "a" * 250, "a" * 253, "a" * 254, "ä" * 249, "a" * 5000,
    [], [None], ["a"], [1], [{}], [[]], [{"name": "a"}], [{"topic": "spare"}],
    {}, {"a": "b"}, {"a": 1}, {"a": None}, {"a": {}}, {"name": "a"}, {"name": None}, {"topic": "spare"}, {"unknown": {}},
]
"""Set at every place whatever its type: nothing is expected but that both give one verdict."""

INTEGERS_OF_RULES = {"spec.bridges[].deduplicate.window.records"}
"""Places where the API server refuses 6.0, which it takes for an integer elsewhere: CEL does not. kubectl sends 6."""
