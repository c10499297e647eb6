"""Pipelines for the cases to change."""

from __future__ import annotations


def full(namespace: str) -> dict:
    """Valid, with every field that can stand beside the others: `raw` --stage--> `clean` --bridge--> `copy`.

    The stages are one that is external, one with a ref, and last one with a template. The last topic is used by nothing, so that its name can be anything.
    """
    return {
        "apiVersion": "fusion-operator.io/v1alpha1",
        "kind": "FusionPipeline",
        "metadata": {"name": "full", "namespace": namespace},
        "spec": {
            "suspend": True,
            "deletionPolicy": "Retain",
            "kafka": {
                "bootstrapServers": "kafka.kafka.svc:9092",
                "tls": {"caSecret": {"name": "kafka-ca", "key": "ca.crt"}, "certificateSecret": {"name": "client"}},
                "sasl": {
                    "mechanism": "PLAIN",
                    "username": "me",
                    "passwordSecret": {"name": "kafka-user", "key": "password"},
                },
            },
            "topics": [
                {"name": "raw", "management": "Observed"},
                {"name": "clean", "partitions": 6},
                {"name": "copy", "partitions": 12},
                {"name": "failed"},
                {"name": "rich"},
                {
                    "name": "spare",
                    "management": "Managed",
                    "partitions": 3,
                    "replicationFactor": 1,
                    "config": {"retention.ms": "-1"},
                },
            ],
            "stages": [
                {
                    "name": "clean",
                    "engine": "Spark",
                    "mode": "Batch",
                    "inputs": [{"topic": "raw", "group": "cleaners"}],
                    "outputs": [{"topic": "clean"}],
                    "workload": {"external": {}},
                },
                {
                    "name": "load",
                    "engine": "Spark",
                    "mode": "Batch",
                    "inputs": [{"topic": "raw"}],
                    "workload": {
                        "ref": {
                            "apiVersion": "sparkoperator.k8s.io/v1beta2",
                            "kind": "SparkApplication",
                            "name": "load.v1",
                            "manage": True,
                        }
                    },
                },
                {
                    "name": "enrich",
                    "engine": "Flink",
                    "mode": "Batch",
                    "inputs": [{"topic": "raw", "group": "enrichers", "compacted": True}],
                    "outputs": [{"topic": "rich", "id": {"header": "fusion-id"}}],
                    "startAfter": [{"stage": "load", "until": "Completed"}],
                    "runToken": "2026-01-31",
                    "transactionTimeout": "15m",
                    "checkpoints": {
                        "volume": {"size": "5Gi", "storageClassName": "standard", "accessModes": ["ReadWriteOnce"]},
                        "uri": "s3://bucket/enrich",
                    },
                    "workload": {
                        "template": {
                            "apiVersion": "flink.apache.org/v1beta1",
                            "kind": "FlinkDeployment",
                            "metadata": {
                                "labels": {"example.com/team": "flights"},
                                "annotations": {"example.com/note": "any text"},
                            },
                            "spec": {"job": {"parallelism": 2, "args": [None]}},
                        }
                    },
                },
            ],
            "bridges": [
                {
                    "name": "copy",
                    "from": {"topic": "clean", "startFrom": "Latest"},
                    "to": {"topic": "copy"},
                    "replicas": 2,
                    "suspend": True,
                    "guarantee": "EffectivelyOnce",
                    "deduplicate": {
                        "id": {"header": "fusion-id"},
                        "window": {"records": 200000, "duration": "1h"},
                        "maxIds": 1000000,
                    },
                    "eventTime": {
                        "from": {"header": "event-time"},
                        "format": "UnixMillis",
                        "maxOutOfOrderness": "5s",
                        "idleAfter": "30s",
                        "maxDrift": "1m",
                        "future": "Clamp",
                    },
                    "partitioning": {"by": "Key"},
                    "deadLetter": {"topic": "failed", "circuitBreaker": True},
                    "rateLimit": {"recordsPerSecond": 10000, "bytesPerSecond": 10000000},
                    "compression": {"codec": "Lz4", "level": 3},
                    "commitInterval": "500ms",
                    "template": {
                        "resources": {"requests": {"cpu": "100m"}, "limits": {"memory": "128Mi"}},
                        "nodeSelector": {"kubernetes.io/arch": "amd64"},
                        "tolerations": [
                            {
                                "key": "dedicated",
                                "operator": "Equal",
                                "value": "streaming",
                                "effect": "NoExecute",
                                "tolerationSeconds": 60,
                            }
                        ],
                        "affinity": {"nodeAffinity": {}},
                        "imagePullSecrets": [{"name": "registry"}],
                        "annotations": {"example.com/team": "flights"},
                        "image": "registry.example.com/bridge:1",
                    },
                }
            ],
            "checkpoints": {
                "volume": {"size": "5Gi", "storageClassName": "standard", "accessModes": ["ReadWriteOnce"]},
                "uri": "s3://bucket/checkpoints",
            },
        },
    }


def topics(count: int) -> list[dict]:
    return [{"name": name} for name in ("raw", "clean", "copy", "failed", "rich")] + [{"name": f"t{i}"} for i in range(count - 5)]


def stages(count: int) -> list[dict]:
    return [
        {
            "name": f"s{i}",
            "engine": "Flink",
            "mode": "Streaming",
            "inputs": [{"topic": "raw"}],
            "workload": {"external": {}},
        }
        for i in range(count)
    ]
