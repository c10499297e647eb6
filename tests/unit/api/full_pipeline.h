#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "api/parse.h"

namespace fusion::api {

/// A valid pipeline that uses every field: `raw` --stage clean--> `clean` --bridge copy--> `copy`, and
/// `copy` --stage enrich--> `rich` once stage `load` is done.
inline nlohmann::json full_pipeline() {
  return nlohmann::json::parse(R"({
    "apiVersion": "fusion-operator.io/v1alpha1", "kind": "FusionPipeline",
    "metadata": {"name": "full", "namespace": "demo"},
    "spec": {
      "suspend": true,
      "deletionPolicy": "Delete",
      "kafka": {
        "bootstrapServers": "a.example:9092,[::1]:9093",
        "tls": {"caSecret": {"name": "kafka-ca", "key": "ca.crt"}, "certificateSecret": {"name": "kafka-client"}},
        "sasl": {"mechanism": "SCRAM-SHA-512", "username": "me", "passwordSecret": {"name": "kafka-user", "key": "password"}}
      },
      "topics": [
        {"name": "raw", "management": "Observed"},
        {"name": "clean", "partitions": 6, "replicationFactor": 3, "config": {"retention.ms": "-1"}},
        {"name": "copy", "partitions": 12},
        {"name": "failed"},
        {"name": "rich"}
      ],
      "stages": [{
        "name": "clean", "engine": "Spark", "mode": "Batch",
        "inputs": [{"topic": "raw", "group": "cleaners"}], "outputs": [{"topic": "clean"}],
        "workload": {"external": {}}
      }, {
        "name": "load", "engine": "Spark", "mode": "Batch", "inputs": [{"topic": "raw"}],
        "workload": {"ref": {"apiVersion": "sparkoperator.k8s.io/v1beta2", "kind": "SparkApplication", "name": "load.v1",
                             "manage": true}}
      }, {
        "name": "enrich", "engine": "Flink", "mode": "Batch",
        "inputs": [{"topic": "copy", "compacted": true}], "outputs": [{"topic": "rich", "id": {"header": "fusion-id"}}],
        "startAfter": [{"stage": "load", "until": "Completed"}],
        "runToken": "2026-01-31", "transactionTimeout": "1m30s",
        "checkpoints": {"volume": {"size": "1Gi", "storageClassName": "fast", "accessModes": ["ReadWriteOnce"]},
                        "uri": "s3://bucket/enrich"},
        "workload": {"template": {
          "apiVersion": "flink.apache.org/v1beta1", "kind": "FlinkDeployment",
          "metadata": {"labels": {"example.com/team": "flights"}, "annotations": {"example.com/note": "any text"}},
          "spec": {"job": {"parallelism": 2, "args": [null]}}
        }}
      }],
      "bridges": [{
        "name": "copy",
        "from": {"topic": "clean", "startFrom": "2026-01-31T08:00:00.250Z"}, "to": {"topic": "copy"},
        "replicas": 2, "suspend": true, "guarantee": "EffectivelyOnce",
        "deduplicate": {"id": {"pointer": "/order/id"}, "window": {"records": 200000, "duration": "1h30m"}, "maxIds": 2000000},
        "eventTime": {"from": {"header": "event-time"}, "format": "RFC3339", "maxOutOfOrderness": "5s",
                      "idleAfter": "30s", "maxDrift": "1m", "future": "Clamp"},
        "partitioning": {"by": "Pointer", "pointer": "/customer", "partitioner": "ConsistentRandom"},
        "deadLetter": {"topic": "failed", "circuitBreaker": false},
        "rateLimit": {"recordsPerSecond": 10000, "bytesPerSecond": 10000000},
        "compression": {"codec": "Zstd", "level": 3}, "commitInterval": "1s500ms",
        "template": {
          "resources": {"requests": {"cpu": 1, "memory": "128Mi"}}, "nodeSelector": {"kubernetes.io/arch": "amd64"},
          "tolerations": [{"key": "dedicated", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 60}],
          "affinity": {"nodeAffinity": {}}, "imagePullSecrets": [{"name": "registry"}],
          "annotations": {"example.com/team": "flights"}, "image": "registry.example/bridge:1"
        }
      }],
      "checkpoints": {"volume": {"size": "5Gi", "storageClassName": "standard", "accessModes": ["ReadWriteMany"]},
                      "uri": "s3://bucket/checkpoints"}
    }
  })");
}

/// `object` with the value at the JSON pointer `at` replaced or added; "remove" takes it out.
inline nlohmann::json changed(nlohmann::json object, const std::string& at, const std::string& value) {
  const nlohmann::json::json_pointer pointer(at);
  if (value == "remove") {
    object.at(pointer.parent_pointer()).erase(pointer.back());
  } else {
    object[pointer] = nlohmann::json::parse(value);
  }
  return object;
}

/// What parse, or if that is content validate, has to say; empty for a valid pipeline.
inline std::string verdict(const nlohmann::json& object) {
  const auto pipeline = parse(object);
  return to_string(pipeline ? validate(*pipeline) : pipeline.error());
}

}  // namespace fusion::api
