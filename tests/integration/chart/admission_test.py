"""Whoever writes a pipeline needs the rights that its stages take. The engines' CRDs are not there: rights need none."""

from __future__ import annotations

import json
import subprocess
import time
import unittest
from collections.abc import Callable
from typing import NamedTuple

from own_cluster import bring_up, install, run, wait_for_crd


class Kind(NamedTuple):
    engine: str
    api_version: str
    kind: str
    resource: str


KINDS = (
    Kind("Spark", "sparkoperator.k8s.io/v1beta2", "SparkApplication", "sparkapplications.sparkoperator.k8s.io"),
    Kind("Spark", "spark.apache.org/v1", "SparkApplication", "sparkapplications.spark.apache.org"),
    Kind("Flink", "flink.apache.org/v1beta1", "FlinkDeployment", "flinkdeployments.flink.apache.org"),
    Kind("Flink", "flink.apache.org/v1beta1", "FlinkSessionJob", "flinksessionjobs.flink.apache.org"),
)
VERBS = ("create", "get", "patch")
NAMESPACES = ("shop", "bank")
WRITERS = "writers"


def right(verb: str, kind: Kind) -> str:
    """The group that has this right in the namespace shop."""
    return f"may-{verb}-{kind.resource}"


def role(namespace: str, group: str, api_group: str, resource: str, verbs: list[str]) -> list[dict]:
    metadata = {"name": group, "namespace": namespace}
    return [
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "Role",
            "metadata": metadata,
            "rules": [{"apiGroups": [api_group], "resources": [resource], "verbs": verbs}],
        },
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding",
            "metadata": metadata,
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": group},
            "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": group}],
        },
    ]


def template(kind: Kind, name: str = "run") -> dict:
    """A stage with one."""
    return _stage(kind, name, {"template": {"apiVersion": kind.api_version, "kind": kind.kind, "spec": {}}})


def ref(kind: Kind, name: str = "run", **fields: bool) -> dict:
    """A stage with one."""
    return _stage(kind, name, {"ref": {"apiVersion": kind.api_version, "kind": kind.kind, "name": "job", **fields}})


def external(name: str = "run") -> dict:
    return _stage(KINDS[0], name, {"external": {}})


def _stage(kind: Kind, name: str, workload: dict) -> dict:
    return {"name": name, "engine": kind.engine, "mode": "Streaming", "inputs": [{"topic": "raw"}], "workload": workload}


def pipeline(*stages: dict, name: str = "p", namespace: str = "shop") -> dict:
    return {
        "apiVersion": "fusion-operator.io/v1alpha1",
        "kind": "FusionPipeline",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"topics": [{"name": "raw"}], "stages": list(stages)},
    }


def as_alice(groups: tuple[str, ...], *command: str, stdin: str | None = None) -> str:
    """Why she is refused; empty if she is not. She may write pipelines, and has the rights of the groups."""
    identity = ["--as=alice", *(f"--as-group={group}" for group in (WRITERS, *groups))]
    done = subprocess.run(["kubectl", *identity, *command], input=stdin, capture_output=True, text=True, check=False)
    if done.returncode != 0 and "ValidatingAdmissionPolicy" not in done.stderr:
        raise AssertionError(f"{' '.join(command)}: {done.stderr}")
    return done.stderr if done.returncode != 0 else ""


def refusal(made: dict, *groups: str) -> str:
    return as_alice(groups, "create", "--dry-run=server", "--filename=-", stdin=json.dumps(made))


def refusal_of_patch(name: str, patch: dict, *groups: str) -> str:
    command = ["patch", "fusionpipeline", name, "--namespace=shop", "--type=merge", "--dry-run=server", "--patch-file=/dev/stdin"]
    return as_alice(groups, *command, stdin=json.dumps(patch))


def create(made: dict) -> None:
    run("kubectl", "create", "--filename=-", stdin=json.dumps(made))


def wait_until(held: Callable[[], bool], what: str) -> None:
    """Rights and policies reach the API server's own caches a moment after they were stored."""
    deadline = time.monotonic() + 60
    while not held():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within 60 s: {what}")
        time.sleep(0.2)


def may(group: str, verb: str, resource: str, namespace: str) -> bool:
    command = ["kubectl", "auth", "can-i", verb, resource, "--as=alice", f"--as-group={group}", f"--namespace={namespace}"]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False).stdout.strip() == "yes"


def setUpModule() -> None:
    bring_up("admission")
    install()
    wait_for_crd()
    objects: list[dict] = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}} for namespace in NAMESPACES]
    for kind in KINDS:
        resource, _, api_group = kind.resource.partition(".")
        for verb in VERBS:
            objects += role("shop", right(verb, kind), api_group, resource, [verb])
    for namespace in NAMESPACES:
        objects += role(namespace, WRITERS, "fusion-operator.io", "fusionpipelines", ["get", "list", "create", "update", "patch", "delete"])
    run("kubectl", "apply", "--filename=-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))
    # What is stored last is seen last, of one type.
    wait_until(lambda: may(WRITERS, "create", "fusionpipelines.fusion-operator.io", "bank"), "roles")
    wait_until(lambda: refusal(pipeline(template(KINDS[0]))) != "", "policy")


class Admission(unittest.TestCase):
    maxDiff = None

    def assert_refused(self, told: str, *sentences: str) -> None:
        self.assertTrue(told, "admitted")
        for sentence in sentences:
            self.assertIn(sentence, told)

    def sentence(self, stages: str, field: str, verb: str, kind: Kind, namespace: str = "shop") -> str:
        return (
            f"stage {stages}: workload.{field} takes the right to {verb} {kind.resource} in namespace {namespace}, "
            "which alice does not have"
        )

    def test_rights_are_checked_without_the_engines_crds(self) -> None:
        for api_group in {kind.api_version.partition("/")[0] for kind in KINDS}:
            self.assertEqual(run("kubectl", "api-resources", f"--api-group={api_group}", "--no-headers"), "")

    def test_a_template_takes_the_right_to_create_its_kind(self) -> None:
        for kind in KINDS:
            with self.subTest(kind.resource):
                others = [right("create", other) for other in KINDS if other != kind] + [right("get", kind), right("patch", kind)]
                self.assert_refused(refusal(pipeline(template(kind)), *others), self.sentence("run", "template", "create", kind))
                self.assertEqual(refusal(pipeline(template(kind)), right("create", kind)), "")

    def test_a_ref_takes_the_right_to_get_what_it_names(self) -> None:
        for kind in KINDS:
            with self.subTest(kind.resource):
                made = pipeline(ref(kind))
                others = [right("get", other) for other in KINDS if other != kind] + [right("create", kind), right("patch", kind)]
                self.assert_refused(refusal(made, *others), self.sentence("run", "ref", "get", kind))
                self.assertEqual(refusal(made, right("get", kind)), "")

    def test_a_managed_ref_takes_the_right_to_patch_too(self) -> None:
        for kind in KINDS:
            with self.subTest(kind.resource):
                managed = pipeline(ref(kind, manage=True))
                told = refusal(managed, right("get", kind), right("create", kind))
                self.assert_refused(told, self.sentence("run", "ref with manage: true", "patch", kind))
                self.assert_refused(refusal(managed, right("patch", kind)), self.sentence("run", "ref", "get", kind))
                self.assertEqual(refusal(managed, right("get", kind), right("patch", kind)), "")
                self.assertEqual(refusal(pipeline(ref(kind, manage=False)), right("get", kind)), "")

    def test_what_the_operator_does_not_touch_takes_no_right(self) -> None:
        self.assertEqual(refusal(pipeline(external())), "")
        self.assertEqual(refusal(pipeline()), "")
        without_stages = pipeline()
        del without_stages["spec"]["stages"]
        self.assertEqual(refusal(without_stages), "")

    def test_a_right_in_another_namespace_is_none(self) -> None:
        kind = KINDS[2]
        told = refusal(pipeline(template(kind), namespace="bank"), right("create", kind))
        self.assert_refused(told, self.sentence("run", "template", "create", kind, namespace="bank"))

    def test_all_stages_that_ask_for_the_missing_right_are_told(self) -> None:
        spark, flink = KINDS[0], KINDS[2]
        made = pipeline(template(spark, "a"), template(spark, "b"), external("c"), ref(flink, "d", manage=True))
        self.assert_refused(refusal(made, right("get", flink)), self.sentence("a, b", "template", "create", spark))
        told = refusal(made, right("create", spark), right("get", flink))
        self.assert_refused(told, self.sentence("d", "ref with manage: true", "patch", flink))

    def test_the_stages_of_an_update_are_checked_like_new_ones(self) -> None:
        kind = KINDS[2]
        create(pipeline(external(), name="updated"))
        with_template = {"spec": {"stages": [template(kind)]}}
        self.assert_refused(refusal_of_patch("updated", with_template), self.sentence("run", "template", "create", kind))
        self.assertEqual(refusal_of_patch("updated", with_template, right("create", kind)), "")
        self.assert_refused(
            refusal_of_patch("updated", {"spec": {"stages": [ref(kind)]}}, right("create", kind)), self.sentence("run", "ref", "get", kind)
        )
        self.assertEqual(refusal_of_patch("updated", {"spec": {"stages": [external("other")]}}), "")

    def test_an_update_that_leaves_the_stages_alone_takes_no_right(self) -> None:
        create(pipeline(template(KINDS[2]), ref(KINDS[0], "load", manage=True), name="kept"))
        for patch in (
            {"metadata": {"labels": {"example.com/team": "flights"}}},
            {"metadata": {"annotations": {"fusion-operator.io/paused": "true"}}},
            {"metadata": {"finalizers": ["fusion-operator.io/cleanup"]}},
            {"spec": {"suspend": True}},
            {"spec": {"topics": [{"name": "raw"}, {"name": "more"}]}},
            {"spec": {"stages": None}},
            {"spec": {"stages": [template(KINDS[2]), ref(KINDS[0], "load", manage=True)]}},
        ):
            with self.subTest(patch):
                self.assertEqual(refusal_of_patch("kept", patch), "")
        changed = [{**template(KINDS[2]), "inputs": [{"topic": "raw", "group": "mine"}]}]
        self.assert_refused(refusal_of_patch("kept", {"spec": {"stages": changed}}), "takes the right to create", KINDS[2].resource)

    def test_the_largest_pipeline_is_within_the_budget(self) -> None:
        """With all twelve rights to check; and an update of it compares all that the stages hold."""
        stages = []
        for index in range(32):
            kind = KINDS[index % 4]
            made = (template(kind), ref(kind), ref(kind, manage=True))[index // 4 % 3]
            made["name"] = f"{index:02}" + "s" * 61
            if "template" in made["workload"]:
                made["workload"]["template"]["spec"] = {"values": ["v" * 100] * 200, "more": {f"k{i}": {"v": i} for i in range(200)}}
            stages.append(made)
        large = pipeline(*stages, name="large")
        everything = [right(verb, kind) for verb in VERBS for kind in KINDS]
        self.assertEqual(refusal(large, *everything), "")
        for missing in everything:
            told = refusal(large, *(held for held in everything if held != missing))
            self.assert_refused(told, f"takes the right to {missing.removeprefix('may-').replace('-', ' ')} ")
        create(large)
        self.assertEqual(refusal_of_patch("large", {"metadata": {"labels": {"a": "b"}}}), "")
        self.assertEqual(refusal_of_patch("large", {"spec": {"stages": stages[:31]}}, *everything), "")

    def test_it_keeps_to_the_namespaces_of_the_operator(self) -> None:
        self.addCleanup(wait_until, lambda: refusal(pipeline(template(KINDS[0]), namespace="bank")) != "", "a binding for all")
        self.addCleanup(install)
        install(watchNamespaces=["shop"], installationId="test")
        wait_until(lambda: not refusal(pipeline(template(KINDS[0]), namespace="bank")), "a binding for shop alone")
        self.assertTrue(refusal(pipeline(template(KINDS[0]))))

    def test_it_can_be_left_out(self) -> None:
        self.addCleanup(wait_until, lambda: refusal(pipeline(template(KINDS[0]))) != "", "policy")
        self.addCleanup(install)
        install(admissionPolicy={"enabled": False})
        wait_until(lambda: not refusal(pipeline(template(KINDS[0]))), "no policy")


if __name__ == "__main__":
    unittest.main()
