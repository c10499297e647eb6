"""`kubectl edit` of a running pipeline takes effect, in Kafka and in the stored batches."""

from __future__ import annotations

import re
import subprocess
import unittest
from pathlib import Path

from confluent_kafka.admin import ConfigResource, ResourceType
from local_cluster import state
from pipeline_case import PipelineCase, install_operator
from quickstart_steps.cluster import environment, kubectl

_RECORDS = 20_000


def setUpModule() -> None:
    install_operator()


def stored_codecs(topic: str) -> set[str]:
    """The codecs of all the batches of a topic that hold records, as the broker has them on its disk."""
    cluster = state.load(state.FULL_CLUSTER)
    assert cluster is not None
    data: Path = cluster.directory / "broker" / "data"
    segments = ",".join(str(file) for file in sorted(data.glob(f"{topic}-[0-9]*/*.log")))
    dumped = subprocess.run(
        ["kafka-dump-log.sh", "--files", segments], stdout=subprocess.PIPE, text=True, env=environment(), check=True
    ).stdout
    batches = [line for line in dumped.splitlines() if line.startswith("baseOffset:") and "isControl: false" in line]
    return {found.group(1).lower() for line in batches if (found := re.search(r"compresscodec: (\w+)", line))}


class Edit(PipelineCase):
    def setUp(self) -> None:
        super().setUp()
        self.apply()
        self.wait_ready()

    def config(self, topic: str, key: str) -> str:
        (future,) = self.admin.describe_configs([ConfigResource(ResourceType.TOPIC, topic)]).values()
        return future.result()[key].value

    def test_partitions(self) -> None:
        self.edit("s/partitions: 12/partitions: 15/")
        self.wait(lambda: self.partitions(self.target) == 15, "15 partitions")
        self.wait_ready()
        self.send(_RECORDS)
        self.assert_carried_once(_RECORDS)

    def test_fewer_partitions_are_refused_and_other_edits_still_happen(self) -> None:
        # The API server refuses the edit itself; taking the field out and putting it back in passes it by.
        self.edit("/partitions: 12/d")
        self.edit(r's/^( +)name: .*flights-in$/&\n\1partitions: 3/; s/retention.ms: "-1"/retention.ms: "3600000000000"/')
        self.wait(lambda: self.config(self.target, "retention.ms") == "3600000000000", "the retention")
        pipeline = self.pipeline.wait_until(
            lambda seen: any(item["reason"] == "PartitionsCannotShrink" for item in seen["status"]["conditions"]),
            "PartitionsCannotShrink", timeout_s=60,
        )
        self.assertIn("partitions", str(pipeline["status"]["conditions"]))
        self.assertEqual(self.partitions(self.target), 12)

    def test_config_is_set_and_reset(self) -> None:
        self.edit('s/^( +)retention.ms: "-1"/&\\n\\1segment.bytes: "33554432"/')
        self.wait(lambda: self.config(self.source, "segment.bytes") == "33554432", "the segment size")
        self.edit("/segment.bytes/d")
        self.wait(lambda: self.config(self.source, "segment.bytes") == "1073741824", "the broker's own segment size")
        self.assertEqual(self.config(self.source, "retention.ms"), "-1")

    def test_replicas(self) -> None:
        self.edit("s/replicas: 2/replicas: 3/")
        self.wait(lambda: len(self.bridge_pods()) == 3, "three pods")
        self.wait_ready()
        self.send(_RECORDS)
        self.wait(lambda: self.committed() > 0, "the first commit")
        self.edit("s/replicas: 3/replicas: 1/")
        self.wait(lambda: len(self.bridge_pods()) == 1, "one pod")
        self.assert_carried_once(_RECORDS)

    def test_codec(self) -> None:
        self.send(_RECORDS)
        self.assert_carried_once(_RECORDS)
        self.assertEqual(stored_codecs(self.target), {"zstd"})
        self.edit("s/codec: Zstd/codec: Gzip/")
        self.wait(lambda: "Gzip" in str(self.bridge_configs()), "the new configuration")
        self.wait_ready()
        self.send(_RECORDS, first=_RECORDS)
        self.assert_carried_once(2 * _RECORDS)
        self.assertEqual(stored_codecs(self.target), {"zstd", "gzip"})

    def bridge_configs(self) -> str:
        return kubectl("get", "configmaps", f"--namespace={self.namespace}", "--output=jsonpath={.items[*].data}")


if __name__ == "__main__":
    unittest.main()
