"""A pipeline from its creation through edits, drift and suspension."""

from __future__ import annotations

import json
import time
import unittest

from operator_case import PIPELINE, OperatorCase
from operator_process import OperatorProcess

# The lease is renewed by a patch; all that concerns a pipeline at rest would be one of these or a patch that changes something.
_WRITES = ("create", "apply", "patch_status", "delete")


def _writes(operator: OperatorProcess) -> float:
    figures = operator.figures("fusion_operator_kube_requests_total")
    return sum(value for labels, value in figures.items() if any(f'verb="{verb}"' in labels for verb in _WRITES))


class Lifecycle(OperatorCase):
    def bridge_config(self) -> dict:
        """What the bridge's pods would read."""
        name = self.stateful_set()["spec"]["template"]["spec"]["volumes"][0]["configMap"]["name"]
        return json.loads(next(iter(self.kube.get("configmaps", self.namespace, name)["data"].values())))

    def test_topics_and_children_are_made(self) -> None:
        self.start_with_pipeline()
        topic = self.topic("in")
        self.assertEqual(self.broker.topics(self.namespace), {topic, self.topic("out")})
        self.assertEqual((self.broker.partitions(topic), self.broker.partitions(self.topic("out"))), (2, 3))
        self.assertEqual(self.broker.config(topic), {"retention.ms": "3600000"})
        found = self.stateful_set()
        self.assertEqual(found["spec"]["replicas"], 1)
        self.assertEqual(found["metadata"]["labels"]["app.kubernetes.io/managed-by"], "fusion-operator")
        owner = found["metadata"]["ownerReferences"][0]
        self.assertEqual((owner["uid"], owner["controller"]), (self.pipeline()["metadata"]["uid"], True))
        self.assertEqual(len(self.config_maps()), 1)
        statuses = {item["name"]: item for item in self.status()["topics"]}
        self.assertTrue(statuses[topic]["topicId"])
        self.assertTrue(statuses[topic]["created"])

    def test_ready_once_the_pods_are(self) -> None:
        self.start_with_pipeline()
        self.run_pods()
        ready = self.wait_for_reason("Ready", "AsDeclared")
        self.assertEqual(ready["status"], "True")
        bridge = self.status()["bridges"][0]
        self.assertEqual((bridge["guarantee"], bridge["guaranteeReason"]), ("ExactlyOnce", "SingleReplica"))
        self.assertIn("has one replica", bridge["message"])
        events = {event["reason"] for event in self.kube.list("events", self.namespace)}
        self.assertIn("AsDeclared", events)

    def test_positions_of_a_suspended_bridge_are_renewed(self) -> None:
        group = f"{self.namespace[-6:]}/{self.namespace}/{PIPELINE}/copy"
        operator = self.start()
        self.apply(self.spec(suspend=True))
        self.wait_for_reason("Ready", "Suspended")
        self.broker.commit(group, self.topic("in"), 7)
        self.assertFalse(self.broker.had_members(group))
        self.wait(lambda: self.broker.had_members(group), "the renewal's member")
        self.assertEqual(self.broker.committed(group, self.topic("in")), 7)
        self.assertNotIn("not renewed", operator.log())

    def test_how_long_a_bridge_is_behind_is_counted_from_what_the_operator_saw(self) -> None:
        topic, group = self.topic("in"), f"{self.namespace[-6:]}/{self.namespace}/{PIPELINE}/copy"
        operator = self.start_with_pipeline()
        self.run_pods()
        self.wait(lambda: self.status()["bridges"][0].get("lagSeconds") == 0, "no lag")
        self.broker.produce(topic, 3)
        self.wait(lambda: self.status()["bridges"][0].get("lagRecords") == 3, "the records to be seen")
        seconds = self.wait(lambda: max(operator.figures("fusion_bridge_lag_seconds").values()) or None, "seconds that pass")
        self.assertLess(seconds, 60)
        self.assertNotIn("watermark", self.status()["bridges"][0], "it tells of nothing that was carried")

        operator.kill()
        operator = self.start()
        self.wait(lambda: operator.figures("fusion_bridge_lag_records"), "a look at what was there before")
        self.assertEqual(operator.figures("fusion_bridge_lag_seconds"), {}, "nobody has seen since when")
        self.wait_for_reconciles(operator, 5)
        self.assertNotIn("lagSeconds", self.status()["bridges"][0])

        self.broker.commit(group, topic, 3, "v1 records=3 bytes=3")
        self.wait(lambda: self.status()["bridges"][0].get("lagSeconds") == 0, "the lag to go")
        self.wait(lambda: self.status()["bridges"][0].get("recordsPerSecond") == 0, "the rate")

    def test_skew_is_the_way_from_the_watermark_to_the_newest_record(self) -> None:
        topic, group = self.topic("in"), f"{self.namespace[-6:]}/{self.namespace}/{PIPELINE}/copy"
        newest_ms = int(time.time()) * 1000 - 600_000
        operator = self.start_with_pipeline()
        self.run_pods()
        self.broker.produce(topic, 3, newest_ms)
        self.wait(lambda: self.status()["bridges"][0].get("lagRecords") == 3, "the records to be seen")
        self.assertNotIn("skewSeconds", self.status()["bridges"][0], "the bridge has no watermark")
        self.assertNotIn("skew", self.status())

        self.broker.commit(group, topic, 1, f"v1 records=1 bytes=1 wm={newest_ms - 90_500}")
        self.wait(lambda: self.status()["bridges"][0].get("skewSeconds") == 60, "the skew")
        self.assertEqual(list(operator.figures("fusion_bridge_skew_seconds").values()), [90.5])
        self.assertEqual(self.status()["skew"], "1m")

        self.broker.commit(group, topic, 3, f"v1 records=3 bytes=3 wm={newest_ms}")
        self.wait(lambda: self.status().get("skew") == "0s", "the skew to go")

    def test_effectively_once_is_told_as_far_as_the_window_holds(self) -> None:
        spec = self.spec()
        spec["bridges"][0].update(guarantee="EffectivelyOnce", deduplicate={"id": {"pointer": "/id"}, "maxIds": 200000})
        operator = self.start_with_pipeline(spec)
        deduplicate = {"idFrom": "Pointer", "idName": "/id", "windowRecords": 100000, "windowDurationS": 3600, "maxIds": 200000}
        config = self.bridge_config()
        self.assertEqual(config["deduplicate"], deduplicate)
        self.run_pods()
        self.wait(lambda: self.status()["bridges"][0].get("guarantee") == "EffectivelyOnce", "the guarantee")
        self.assertEqual(self.status()["bridges"][0]["guaranteeReason"], "SingleReplica", "the test's broker is alone")

        self.broker.commit(config["group"], self.topic("in"), 7, "v1 records=1000 bytes=1 dup=1234 ws=3")
        self.wait(lambda: self.status()["bridges"][0].get("duplicates") == 1200, "the repeats that were dropped")
        self.assertEqual(list(operator.figures("fusion_bridge_duplicates_total").values()), [1234])

        self.broker.commit(config["group"], self.topic("in"), 8, "v1 records=1001 bytes=1 dup=1234 ws=4 short=1")
        ready = self.wait_for_reason("Ready", "GuaranteeWeaker")
        self.assertEqual(ready["status"], "True")
        self.assertIn("raise spec.bridges[copy].deduplicate.maxIds", ready["message"])
        bridge = self.status()["bridges"][0]
        self.assertEqual((bridge["guarantee"], bridge["guaranteeReason"]), ("ExactlyOnce", "WindowShort"))

    def test_partitions_that_grew_are_told_by_the_next_operator_too(self) -> None:
        spec = self.spec()
        spec["bridges"][0].update(guarantee="EffectivelyOnce", deduplicate={"id": {"header": "id"}}, replicas=2)
        operator = self.start_with_pipeline(spec)
        self.run_pods(2)
        self.wait(lambda: self.status()["bridges"][0].get("guarantee") == "EffectivelyOnce", "the guarantee")
        self.assertNotIn("partitionsGrown", self.status()["bridges"][0])

        self.broker.add_partitions(self.topic("in"), 4)
        ready = self.wait_for_reason("Ready", "PartitionsCannotShrink")
        self.assertEqual(ready["status"], "False")
        spec["topics"][0]["partitions"] = 4
        self.apply(spec)
        ready = self.wait_for_reason("Ready", "GuaranteeWeaker")
        self.assertEqual(ready["status"], "True")

        operator.kill()
        operator = self.start()
        self.wait(lambda: operator.figures("fusion_bridge_lag_records"), "a look at Kafka")
        self.wait_for_reconciles(operator, 5)
        bridge = self.status()["bridges"][0]
        self.assertEqual((bridge["guarantee"], bridge["guaranteeReason"]), ("ExactlyOnce", "PartitionsGrown"))
        self.assertTrue(bridge["partitionsGrown"])

    def test_a_pipeline_at_rest_causes_no_write(self) -> None:
        operator = self.start_with_pipeline()
        self.run_pods()
        self.wait_for_reason("Ready", "AsDeclared")
        self.wait(lambda: "lagRecords" in self.status()["bridges"][0], "the first figures")
        before, writes = self.versions(), _writes(operator)
        kafka = operator.figures("fusion_operator_kafka_requests_total")
        # Each is a look at Kafka: as many as in half an hour with the usual interval.
        self.wait_for_reconciles(operator, 60)
        self.assertEqual(self.versions(), before)
        self.assertEqual(_writes(operator), writes)
        changed = {labels for labels, value in operator.figures("fusion_operator_kafka_requests_total").items() if value != kafka.get(labels)}
        self.assertFalse([labels for labels in changed if not any(word in labels for word in ("describe", "list_offsets", "group_offsets"))])

    def test_drift_of_an_owned_field_is_repaired_and_what_others_add_stays(self) -> None:
        operator = self.start_with_pipeline()
        name = self.stateful_set()["metadata"]["name"]
        self.kube.patch("statefulsets", self.namespace, name, {"metadata": {"annotations": {"example.com/note": "mine"}}, "spec": {"replicas": 7}})
        self.wait(lambda: self.stateful_set()["spec"]["replicas"] == 1, "the replicas to be repaired")
        self.wait_for_reconciles(operator, 3)
        repaired = self.stateful_set()
        self.assertEqual(repaired["metadata"]["annotations"]["example.com/note"], "mine")
        version = repaired["metadata"]["resourceVersion"]
        self.wait_for_reconciles(operator, 5)
        self.assertEqual(self.stateful_set()["metadata"]["resourceVersion"], version, "it was written again and again")

    def test_drift_of_a_topic_is_repaired_and_foreign_keys_stay(self) -> None:
        self.start_with_pipeline()
        topic = self.topic("in")
        self.broker.set(topic, "segment.ms", "1234567")
        self.broker.set(topic, "retention.ms", "1000")
        self.wait(lambda: self.broker.config(topic) == {"retention.ms": "3600000", "segment.ms": "1234567"}, "the setting to be repaired")

    def test_a_deleted_child_is_made_again(self) -> None:
        self.start_with_pipeline()
        before = self.stateful_set()
        self.kube.delete("statefulsets", self.namespace, before["metadata"]["name"])
        self.wait(
            lambda: [item for item in self.kube.list("statefulsets", self.namespace) if item["metadata"]["uid"] != before["metadata"]["uid"]],
            "the StatefulSet to be made again",
        )
        self.assertEqual(self.stateful_set()["spec"], before["spec"])

    def test_edits(self) -> None:
        self.start_with_pipeline()
        spec = self.spec()
        spec["topics"][0].update(partitions=5, config={"cleanup.policy": "compact"})
        spec["bridges"][0].update(replicas=3, compression={"codec": "Zstd", "level": 3})
        old = self.config_maps()[0]["metadata"]["name"]
        self.apply(spec)
        topic = self.topic("in")
        self.wait(lambda: self.broker.partitions(topic) == 5, "the partitions")
        self.wait(lambda: self.broker.config(topic) == {"cleanup.policy": "compact"}, "the settings, the old one taken back")
        self.wait(lambda: self.stateful_set()["spec"]["replicas"] == 3, "the replicas")
        self.wait(lambda: "zstd" in json.dumps(self.bridge_config()).lower(), "the codec")
        self.wait_topics_ready()
        # The old content stays until no pod can ask for it any more.
        self.assertIn(old, [item["metadata"]["name"] for item in self.config_maps()])
        self.run_pods(3)
        self.wait(lambda: old not in [item["metadata"]["name"] for item in self.config_maps()], "the old ConfigMap to go")

    def test_fewer_partitions_are_refused_while_the_rest_happens(self) -> None:
        topic = self.topic("in")
        self.broker.create(topic, partitions=6)
        self.start()
        self.apply()
        condition = self.wait_for_reason("TopicsReady", "PartitionsCannotShrink")
        self.assertIn(f"topic {topic} has 6 partitions and spec.topics[{topic}].partitions asks for 2", condition["message"])
        self.wait(lambda: self.broker.config(topic) == {"retention.ms": "3600000"}, "the setting")
        self.assertEqual(self.broker.partitions(topic), 6)
        self.assertEqual(self.condition("Stalled")["status"], "True")

    def test_suspend_and_resume(self) -> None:
        self.start_with_pipeline()
        template = self.stateful_set()["spec"]["template"]
        self.apply(self.spec(suspend=True))
        self.wait(lambda: self.stateful_set()["spec"]["replicas"] == 0, "no replicas")
        self.run_pods(0)
        self.wait_for_reason("Ready", "Suspended")
        self.assertEqual(self.stateful_set()["spec"]["template"], template)
        self.apply(self.spec(suspend=False))
        self.wait(lambda: self.stateful_set()["spec"]["replicas"] == 1, "the replica")

    def test_one_bridge_is_suspended_and_the_others_stay(self) -> None:
        topics = [*self.spec()["topics"], {"name": self.topic("more")}]
        bridges = [*self.spec()["bridges"], {"name": "other", "from": {"topic": self.topic("in")}, "to": {"topic": self.topic("more")}}]
        operator = self.start()
        self.apply(self.spec(topics=topics, bridges=bridges))
        self.wait(lambda: len(self.kube.list("statefulsets", self.namespace)) == 2, "both bridges")
        self.apply(self.spec(topics=topics, bridges=[{**bridges[0], "suspend": True}, bridges[1]]))

        def names(replicas: int) -> list[str]:
            return [item["metadata"]["name"] for item in self.kube.list("statefulsets", self.namespace) if item["spec"]["replicas"] == replicas]

        self.wait(lambda: len(names(0)) == 1, "one bridge without pods")
        self.assertIn("-copy-", names(0)[0])
        self.run_pods_of(names(0)[0], 0)
        self.run_pods_of(names(1)[0], 1)
        ready = self.wait_for_reason("Ready", "PartlySuspended")
        self.assertEqual(ready["status"], "True")
        self.assertIn("suspended: copy", ready["message"])
        self.assertEqual([bridge["state"] for bridge in self.status()["bridges"]], ["Suspended", "Running"])

        group = f"{self.namespace[-6:]}/{self.namespace}/{PIPELINE}/copy"
        self.broker.commit(group, self.topic("in"), 7)
        self.wait(lambda: self.broker.had_members(group), "the renewal's member")
        self.assertEqual(self.broker.committed(group, self.topic("in")), 7)
        self.assertNotIn("not renewed", operator.log())

    def test_a_bridge_that_is_taken_out_leaves_nothing_in_the_namespace(self) -> None:
        self.start_with_pipeline()
        self.apply(self.spec(bridges=[]))
        self.wait(lambda: not self.kube.list("statefulsets", self.namespace) and not self.config_maps(), "the children to go")
        self.wait_for_reason("Ready", "AsDeclared")
        self.assertEqual(self.broker.topics(self.namespace), {self.topic("in"), self.topic("out")})

    def test_a_paused_pipeline_is_left_alone(self) -> None:
        operator = self.start()
        self.apply(annotations={"fusion-operator.io/paused": "true"})
        self.wait(lambda: "msg=paused" in operator.log(), "the log to say so")
        self.wait(lambda: "paused: the annotation" in self.status().get("message", ""), "the status to say so")
        self.assertEqual(self.broker.topics(self.namespace), set())
        self.kube.patch("fusionpipelines", self.namespace, "flights", {"metadata": {"annotations": {"fusion-operator.io/paused": None}}})
        self.wait_topics_ready()


if __name__ == "__main__":
    unittest.main()
