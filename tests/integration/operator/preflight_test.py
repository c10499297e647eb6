"""What is refused before a stage starts: what brokers, engines and the cluster would let fail, and templates that break the guarantee.

It brings up an API server of its own: the engines' CRDs and the nodes belong to the whole cluster.
"""

from __future__ import annotations

import time
import unittest
from typing import Any

import own_control_plane
from kube import Object
from stage_case import FLINK, SPARK, StageCase

_WITHIN_S = 10
_HOUR_MS = 3_600_000


def setUpModule() -> None:
    own_control_plane.install_engine_kinds(own_control_plane.bring_up("preflight"), "2.5.1")


class Preflight(StageCase):
    def setUp(self) -> None:
        super().setUp()
        self.start("--engine-discovery=1s")

    def refused(self, spec: Object, reason: str, *parts: str, kind: str = FLINK) -> None:
        """The pipeline's stage is not started, and why is said with all of the parts."""
        self.apply(spec)
        condition = self.wait_for_reason("StagesReady", reason, timeout_s=_WITHIN_S)
        self.assertEqual(condition["status"], "False")
        self.assertTrue(condition["message"].startswith(f"stage {spec['stages'][0]['name']} is not started: "), condition["message"])
        for part in parts:
            self.assertIn(part, condition["message"])
        self.assertEqual(self.condition("Stalled")["status"], "True")
        self.assertEqual(self.kube.list(kind, self.namespace), [])

    def mended(self, spec: Object, kind: str = FLINK) -> Object:
        self.apply(spec)
        return self.wait_for_workload(kind)

    def topics(self, **configs: dict[str, str]) -> list[Object]:
        return [{"name": self.topic(name), "partitions": 2, "config": config} for name, config in configs.items()]

    def old_input(self, hours: int) -> None:
        """Records of that age, in a topic that keeps them for ever."""
        self.broker.create(self.topic("in"), 2, {"retention.ms": "-1"})
        self.broker.produce(self.topic("in"), 3, int(time.time() * 1000) - hours * _HOUR_MS)

    def test_a_transaction_longer_than_the_brokers_allow(self) -> None:
        self.refused(
            self.with_stages(self.flink(transactionTimeout="1h")), "TransactionTimeoutTooLong",
            "3600000 ms", "900000 ms", "spec.stages[alert].transactionTimeout", "transaction.max.timeout.ms",
        )  # fmt: skip
        self.mended(self.with_stages(self.flink(transactionTimeout="15m")))

    def test_records_too_large_for_where_a_bridge_takes_them(self) -> None:
        bridges = [{"name": "copy", "from": {"topic": self.topic("out")}, "to": {"topic": self.topic("far")}}]

        def spec(far: str) -> Object:
            topics = self.topics(**{"in": {}, "out": {"max.message.bytes": "2000000"}, "far": {"max.message.bytes": far}})
            return self.with_stages(self.flink(), topics=topics, bridges=bridges)

        self.refused(
            spec("1000000"), "MaxMessageBytesShrinks",
            "bridge copy", "2000000", "1000000", f"spec.topics[{self.topic('far')}].config[max.message.bytes]",
        )  # fmt: skip
        self.mended(spec("2000000"))

    def test_more_tasks_than_partitions(self) -> None:
        stage = self.flink()
        self.template_of(stage)["job"]["parallelism"] = 5
        self.refused(
            self.with_stages(stage), "MoreTasksThanPartitions",
            "5 tasks", "more than 2 partitions", "spec.stages[alert].workload.template.spec.job.parallelism",
        )  # fmt: skip
        self.template_of(stage)["job"]["parallelism"] = 2
        self.mended(self.with_stages(stage))

    def test_more_tasks_than_partitions_mended_by_partitions(self) -> None:
        stage = self.flink()
        self.template_of(stage)["job"]["parallelism"] = 5
        self.refused(self.with_stages(stage), "MoreTasksThanPartitions", "5 tasks")
        self.mended(self.with_stages(stage, topics=[{"name": self.topic(name), "partitions": 5} for name in ("in", "out")]))

    def test_an_input_that_kafka_compacts(self) -> None:
        topics = self.topics(**{"in": {"cleanup.policy": "compact"}, "out": {}})
        self.refused(
            self.with_stages(self.flink(), topics=topics), "InputIsCompacted",
            "cleanup.policy compact", f"spec.topics[{self.topic('in')}].config[cleanup.policy]",
            f"spec.stages[alert].inputs[{self.topic('in')}].compacted",
        )  # fmt: skip
        self.mended(self.with_stages(self.flink(inputs=[{"topic": self.topic("in"), "compacted": True}]), topics=topics))

    def test_an_input_that_kafka_deletes_while_it_is_read(self) -> None:
        self.old_input(hours=3)
        topics = self.topics(**{"in": {"retention.ms": str(2 * _HOUR_MS)}, "out": {"retention.ms": "-1"}})
        self.refused(
            self.with_stages(self.flink(), topics=topics), "InputExpires",
            "ms old and the topic keeps records for 7200000 ms", f"spec.topics[{self.topic('in')}].config[retention.ms]",
        )  # fmt: skip
        self.assertRegex(self.condition("StagesReady")["message"], r"is 10[78]\d{5} ms old")
        self.mended(self.with_stages(self.flink(), topics=self.topics(**{"in": {"retention.ms": "-1"}, "out": {"retention.ms": "-1"}})))

    def test_an_output_that_keeps_records_for_less_than_their_age(self) -> None:
        self.old_input(hours=3)
        topics = {"in": {"retention.ms": "-1"}, "out": {"retention.ms": str(2 * _HOUR_MS)}}
        self.refused(
            self.with_stages(self.flink(), topics=self.topics(**topics)), "RetentionTooShort",
            "ms old by event time", "7200000 ms", f"spec.topics[{self.topic('out')}].config[retention.ms]",
        )  # fmt: skip
        topics["out"] = {"retention.ms": "-1"}
        self.mended(self.with_stages(self.flink(), topics=self.topics(**topics)))

    def test_an_output_that_refuses_old_times(self) -> None:
        self.old_input(hours=3)
        topics = {"in": {"retention.ms": "-1"}, "out": {"retention.ms": "-1", "message.timestamp.before.max.ms": str(2 * _HOUR_MS)}}
        self.refused(
            self.with_stages(self.flink(), topics=self.topics(**topics)), "TimestampsTooOld",
            "ms old by event time", "up to 7200000 ms back", f"spec.topics[{self.topic('out')}].config[message.timestamp.before.max.ms]",
        )  # fmt: skip
        topics["out"]["message.timestamp.before.max.ms"] = str(24 * _HOUR_MS)
        self.mended(self.with_stages(self.flink(), topics=self.topics(**topics)))

    def test_an_output_of_spark_without_ids(self) -> None:
        bridge = {
            "name": "copy", "from": {"topic": self.topic("out")}, "to": {"topic": self.topic("far")},
            "guarantee": "EffectivelyOnce", "deduplicate": {"id": {"header": "fusion-id"}},
        }  # fmt: skip

        def spec(**output: Any) -> Object:
            stage = self.spark(outputs=[{"topic": self.topic("out"), **output}])
            return self.with_stages(stage, topics=self.topics(**{"in": {}, "out": {}, "far": {}}), bridges=[bridge])

        field = f"spec.stages[profile].outputs[{self.topic('out')}].id.header"
        self.refused(spec(), "OutputWithoutIds", "bridge copy knows repeats by the header fusion-id", f"{field} is not set", kind=SPARK)
        self.apply(spec(id={"header": "other"}))
        self.wait(lambda: f"{field} is other" in self.condition("StagesReady").get("message", ""), "the other header to be named", _WITHIN_S)
        self.assertEqual(self.kube.list(SPARK, self.namespace), [])
        self.mended(spec(id={"header": "fusion-id"}), SPARK)

    def with_volume(self, mode: str, stage: Object | None = None) -> Object:
        return self.with_stages(stage or self.flink(), checkpoints={"volume": {"size": "1Gi", "accessModes": [mode]}})

    def test_a_volume_that_one_pod_can_mount(self) -> None:
        self.refused(
            self.with_volume("ReadWriteOncePod"), "VolumeNotShared",
            "2 pods use its volume, which one pod can mount", "spec.checkpoints.volume.accessModes [ReadWriteMany]", "spec.checkpoints.uri",
        )  # fmt: skip
        claim = self.stage("alert")["checkpoints"]
        self.assertIn(f"delete claim {claim}", self.condition("StagesReady")["message"])
        self.apply(self.with_stages(self.flink(), checkpoints={}))
        self.wait_for_reason("StagesReady", "TemplateRefused", timeout_s=_WITHIN_S)
        self.kube.delete("persistentvolumeclaims", self.namespace, claim)
        # Nobody would take the protection off again here.
        if self.kube.get("persistentvolumeclaims", self.namespace, claim):
            self.kube.patch("persistentvolumeclaims", self.namespace, claim, {"metadata": {"finalizers": None}})
        self.mended(self.with_volume("ReadWriteMany"))
        self.assertEqual(self.kube.get("persistentvolumeclaims", self.namespace, claim)["spec"]["accessModes"], ["ReadWriteMany"])

    def test_a_volume_that_one_node_can_mount(self) -> None:
        for number in range(2):
            path = "/api/v1/nodes"
            self.kube.call("POST", path, {"metadata": {"name": f"preflight-{number}"}})
            self.addCleanup(self.kube.call, "DELETE", f"{path}/preflight-{number}")
        time.sleep(1.5)  # the nodes are counted every second
        own = self.flink(checkpoints={"volume": {"size": "1Gi", "accessModes": ["ReadWriteOnce"]}})
        self.refused(
            self.with_volume("ReadWriteMany", own), "VolumeNotShared",
            "2 pods use its volume, which one of 2 nodes can mount", "spec.stages[alert].checkpoints.volume.accessModes", "spec.stages[alert].checkpoints.uri",
        )  # fmt: skip
        self.mended(self.with_stages(self.flink(checkpoints={"uri": "s3://elsewhere"})))

    def test_what_runs_is_not_stopped_by_a_contradiction(self) -> None:
        self.mended(self.with_stages(self.flink()))
        before = self.workload(FLINK)
        stage = self.flink()
        self.template_of(stage)["job"]["parallelism"] = 5
        self.apply(self.with_stages(stage))
        self.wait_for_reason("StagesReady", "MoreTasksThanPartitions", timeout_s=_WITHIN_S)
        self.assertEqual(self.workload(FLINK)["spec"], before["spec"])


class Templates(StageCase):
    def setUp(self) -> None:
        super().setUp()
        self.start()

    def check(self, stage: Object, field: str, kind: str, checkpoints: Object | None = None, reason: str = "TemplateRefused") -> None:
        with self.subTest(field=field):
            self.apply(self.with_stages(stage, **({} if checkpoints is None else {"checkpoints": checkpoints})))
            self.wait(lambda: f"workload.template.{field}: " in self.condition("StagesReady").get("message", ""), f"{field} to be refused", _WITHIN_S)
            condition = self.condition("StagesReady")
            self.assertEqual((condition["reason"], self.condition("Stalled")["status"]), (reason, "True"))
            self.assertEqual(self.kube.list(kind, self.namespace), [])

    def test_flink(self) -> None:
        def with_job(**job: Any) -> Object:
            stage = self.flink()
            self.template_of(stage)["job"].update(job)
            return stage

        def with_spec(**spec: Any) -> Object:
            stage = self.flink()
            self.template_of(stage).update(spec)
            return stage

        def with_container(**container: Any) -> Object:
            return with_spec(podTemplate={"spec": {"containers": [{"name": "flink-main-container", **container}]}})

        no_job = self.flink()
        del self.template_of(no_job)["job"]
        volume = {"name": "fusion-stage", "emptyDir": {}}
        containers = "spec.podTemplate.spec.containers[flink-main-container]"
        self.check(with_job(upgradeMode="stateless"), "spec.job.upgradeMode", FLINK)
        self.check(with_job(state="suspended"), "spec.job.state", FLINK)
        self.check(no_job, "spec.job", FLINK)
        mode = "execution.checkpointing.mode"
        self.check(with_spec(flinkConfiguration={mode: "AT_LEAST_ONCE"}), f"spec.flinkConfiguration[{mode}]", FLINK)
        self.check(self.flink(), "spec.flinkConfiguration[state.savepoints.dir]", FLINK, checkpoints={})
        self.check(with_spec(podTemplate={"spec": {"volumes": [volume]}}), "spec.podTemplate.spec.volumes[fusion-stage]", FLINK)
        mounts = [{"name": "mine", "mountPath": "/etc/fusion"}]
        self.check(with_container(volumeMounts=mounts), f"{containers}.volumeMounts[/etc/fusion]", FLINK)
        prefix = [{"name": "FUSION_TRANSACTIONAL_ID_PREFIX", "value": "mine"}]
        self.check(with_container(env=prefix), f"{containers}.env[FUSION_TRANSACTIONAL_ID_PREFIX]", FLINK)
        self.apply(self.with_stages(self.flink()))
        self.wait_for_workload(FLINK)

    def test_spark(self) -> None:
        def with_spec(mode: str = "Batch", **spec: Any) -> Object:
            stage = self.spark(mode)
            self.template_of(stage).update(spec)
            return stage

        self.check(with_spec(suspend=True), "spec.suspend", SPARK)
        self.check(with_spec(timeToLiveSeconds=10), "spec.timeToLiveSeconds", SPARK)
        isolation = {"template": {"spec": {"containers": [{"name": "spark-kubernetes-driver", "env": [{"name": "FUSION_ISOLATION_LEVEL", "value": "x"}]}]}}}
        self.check(
            with_spec(driver=isolation), "spec.driver.template.spec.containers[spark-kubernetes-driver].env[FUSION_ISOLATION_LEVEL]", SPARK
        )
        location = "spark.sql.streaming.checkpointLocation"
        self.check(self.spark("Streaming"), f"spec.sparkConf[{location}]", SPARK, checkpoints={})
        self.apply(self.with_stages(self.spark("Streaming")))
        self.wait_for_workload(SPARK)

    def test_what_the_api_server_does_not_take(self) -> None:
        stage = self.flink()
        self.template_of(stage)["job"]["parallelism"] = "two"
        self.apply(self.with_stages(stage))
        condition = self.wait_for_reason("StagesReady", "InvalidTemplate", timeout_s=_WITHIN_S)
        self.assertIn("spec.stages[alert].workload.template is refused", condition["message"])
        self.assertIn("parallelism", condition["message"])
        self.assertEqual(self.condition("Stalled")["status"], "True")
        self.apply(self.with_stages(self.flink()))
        self.wait_for_workload(FLINK)


if __name__ == "__main__":
    unittest.main()
