"""What the chart promises: rights, namespaces, CRDs, secrets, and clear refusals."""

from __future__ import annotations

import re
import subprocess
import unittest

import yaml
from rendering import CHART, NAMESPACE, ROOT, Object, Refused, crd_files, of_kind, only, render

WITH_KAFKA: Object = {"kafka": {"bootstrapServers": "kafka:9092"}}
WITH_SASL: Object = {
    "kafka": {
        "bootstrapServers": "kafka:9093",
        "tls": {"enabled": True, "caSecret": {"name": "ca"}, "certificateSecret": {"name": "client"}},
        "sasl": {"mechanism": "SCRAM-SHA-512", "username": "fusion", "passwordSecret": {"name": "login"}},
        "bridgeSecrets": {
            "caSecret": {"name": "bridge-ca"},
            "certificateSecret": {"name": "bridge-client"},
            "passwordSecret": {"name": "bridge-login"},
        },
    }
}


def arguments(objects: list[Object]) -> list[str]:
    return only(objects, "Deployment")["spec"]["template"]["spec"]["containers"][0]["args"]


def rules(objects: list[Object]) -> list[Object]:
    return [rule for kind in ("Role", "ClusterRole") for role in of_kind(objects, kind) for rule in role["rules"]]


def engine_kinds() -> list[tuple[str, str, str]]:
    """Group, kind and resource of what api/engine_kinds.cpp lists."""
    text = (ROOT / "api" / "engine_kinds.cpp").read_text(encoding="utf-8")
    found = re.findall(r'{Engine::k\w+, "([^"]+)", "[^"]+", "([^"]+)", "([^"]+)"}', text)
    assert len(found) == 4, found
    return found


class Crds(unittest.TestCase):
    def test_the_charts_crds_are_those_of_the_repository(self) -> None:
        self.assertTrue(crd_files(ROOT / "crds"))
        self.assertEqual(
            crd_files(ROOT / "crds"), crd_files(CHART / "files" / "crds"), "run: cp crds/*.yaml charts/fusion-operator/files/crds/"
        )

    def test_rendering_changes_nothing_but_the_annotation(self) -> None:
        for rendered in of_kind(render(), "CustomResourceDefinition"):
            self.assertEqual(rendered["metadata"].pop("annotations"), {"helm.sh/resource-policy": "keep"})
            plural = rendered["spec"]["names"]["plural"]
            self.assertEqual(rendered, yaml.safe_load((ROOT / "crds" / f"{plural}.yaml").read_text(encoding="utf-8")))

    def test_they_can_be_left_out(self) -> None:
        self.assertEqual(of_kind(render({"crds": {"enabled": False}}), "CustomResourceDefinition"), [])

    def test_they_can_be_given_up_at_uninstall(self) -> None:
        crd = only(render({"crds": {"keep": False}}), "CustomResourceDefinition")
        self.assertNotIn("annotations", crd["metadata"])


class Rights(unittest.TestCase):
    def test_secrets_are_only_read_by_name(self) -> None:
        for values in ({}, {"watchNamespaces": ["a"], "installationId": "x"}):
            verbs = [rule["verbs"] for rule in rules(render(values)) if "secrets" in rule["resources"]]
            self.assertEqual(verbs, [["get"]])

    def test_nothing_is_granted_by_wildcard(self) -> None:
        for rule in rules(render()):
            for field in ("apiGroups", "resources", "verbs"):
                self.assertFalse([value for value in rule[field] if "*" in value], rule)

    def test_workloads_of_every_kind_that_a_stage_can_name(self) -> None:
        for values in ({}, {"watchNamespaces": ["a"], "installationId": "x"}):
            granted = {(rule["apiGroups"][0], rule["resources"][0]): rule["verbs"] for rule in rules(render(values))}
            for group, _, resource in engine_kinds():
                self.assertEqual(granted[group, resource], ["get", "list", "watch", "create", "patch", "delete"])

    def test_nodes_are_counted_only_with_a_cluster_role(self) -> None:
        nodes = [rule for rule in rules(render()) if "nodes" in rule["resources"]]
        self.assertEqual([rule["verbs"] for rule in nodes], [["list"]])
        namespaced = rules(render({"watchNamespaces": ["a"], "installationId": "x"}))
        self.assertEqual([rule for rule in namespaced if "nodes" in rule["resources"]], [])

    def test_listed_namespaces_get_roles_and_the_cluster_none(self) -> None:
        objects = render({"watchNamespaces": ["shop", "bank"], "installationId": "prod"})
        self.assertEqual(of_kind(objects, "ClusterRole") + of_kind(objects, "ClusterRoleBinding"), [])
        for kind in ("Role", "RoleBinding"):
            places = sorted(item["metadata"]["namespace"] for item in of_kind(objects, kind))
            self.assertEqual(places, ["bank", NAMESPACE, "shop"])
        for binding in of_kind(objects, "RoleBinding"):
            self.assertEqual(binding["subjects"], [{"kind": "ServiceAccount", "name": "fusion-fusion-operator", "namespace": NAMESPACE}])
        self.assertIn("--namespaces=shop,bank", arguments(objects))
        self.assertIn("--installation-id=prod", arguments(objects))

    def test_two_releases_of_one_name_do_not_share_a_cluster_role(self) -> None:
        role = only(render(), "ClusterRole")
        self.assertEqual(role["metadata"]["name"], f"{NAMESPACE}-fusion-fusion-operator")

    def test_only_its_own_lease_is_written(self) -> None:
        leases = [rule for rule in rules(render()) if "leases" in rule["resources"] and rule["verbs"] != ["create"]]
        self.assertEqual([rule["resourceNames"] for rule in leases], [["fusion-fusion-operator"]])
        self.assertIn("--lease-name=fusion-fusion-operator", arguments(render()))


class AdmissionPolicy(unittest.TestCase):
    def validations(self) -> list[Object]:
        return only(render(), "ValidatingAdmissionPolicy")["spec"]["validations"]

    def test_each_right_on_each_kind_is_checked_once(self) -> None:
        wanted = [
            f"authorizer.group('{group}').resource('{resource}').namespace(request.namespace).check('{verb}').allowed()"
            for group, _, resource in engine_kinds()
            for verb in ("create", "get", "patch")
        ]
        checks = [part for item in self.validations() for part in item["expression"].split() if part.startswith("authorizer.")]
        self.assertEqual(sorted(checks), sorted(wanted))
        for item in self.validations():
            # Two would cost 700,000 of the 1,000,000 that an expression may.
            self.assertEqual(item["expression"].count("authorizer."), 1)
            self.assertNotIn("authorizer", item["messageExpression"])

    def test_every_kind_of_the_crd_is_checked(self) -> None:
        crd = yaml.safe_load((ROOT / "crds" / "fusionpipelines.yaml").read_text(encoding="utf-8"))
        spec = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
        workload = spec["stages"]["items"]["properties"]["workload"]["properties"]
        for field in ("template", "ref"):
            groups = {text.partition("/")[0] for text in workload[field]["properties"]["apiVersion"]["enum"]}
            self.assertEqual(groups, {group for group, _, _ in engine_kinds()})
            self.assertEqual(set(workload[field]["properties"]["kind"]["enum"]), {kind for _, kind, _ in engine_kinds()})

    def test_it_denies_and_fails_closed(self) -> None:
        objects = render()
        policy, binding = only(objects, "ValidatingAdmissionPolicy"), only(objects, "ValidatingAdmissionPolicyBinding")
        self.assertEqual(policy["spec"]["failurePolicy"], "Fail")
        (rule,) = policy["spec"]["matchConstraints"]["resourceRules"]
        self.assertEqual((rule["resources"], rule["operations"]), (["fusionpipelines"], ["CREATE", "UPDATE"]))
        self.assertEqual(binding["spec"], {"policyName": policy["metadata"]["name"], "validationActions": ["Deny"]})

    def test_two_releases_of_one_name_do_not_share_it(self) -> None:
        name = only(render(), "ValidatingAdmissionPolicy")["metadata"]["name"]
        self.assertEqual(name, f"{NAMESPACE}-fusion-fusion-operator-workloads")

    def test_it_holds_in_the_listed_namespaces(self) -> None:
        objects = render({"watchNamespaces": ["shop", "bank"], "installationId": "prod"})
        self.assertEqual(
            only(objects, "ValidatingAdmissionPolicyBinding")["spec"]["matchResources"],
            {
                "namespaceSelector": {
                    "matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["shop", "bank"]}]
                }
            },
        )

    def test_it_can_be_left_out(self) -> None:
        objects = render({"admissionPolicy": {"enabled": False}})
        self.assertEqual([item["kind"] for item in objects if item["kind"].startswith("ValidatingAdmission")], [])


class Pod(unittest.TestCase):
    def test_it_satisfies_the_restricted_pod_security_standard(self) -> None:
        pod = only(render(WITH_SASL), "Deployment")["spec"]["template"]["spec"]
        self.assertTrue(pod["securityContext"]["runAsNonRoot"])
        self.assertEqual(pod["securityContext"]["seccompProfile"], {"type": "RuntimeDefault"})
        container = pod["containers"][0]["securityContext"]
        self.assertEqual(
            container, {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
        )

    def test_bridges_run_the_operators_image_by_default(self) -> None:
        self.assertIn("--bridge-image=registry/fusion:1", arguments(render({"image": {"repository": "registry/fusion", "tag": "1"}})))
        self.assertIn("--bridge-image=other:2", arguments(render({"bridgeImage": "other:2"})))

    def test_jobs_are_asked_for_their_progress_unless_that_is_switched_off(self) -> None:
        self.assertNotIn("--engine-progress=false", arguments(render()))
        self.assertIn("--engine-progress=false", arguments(render({"engineProgress": False})))

    def test_a_digest_goes_before_the_tag(self) -> None:
        digest = "sha256:" + "0" * 64
        objects = render({"image": {"repository": "fusion", "tag": "1", "digest": digest}})
        self.assertEqual(only(objects, "Deployment")["spec"]["template"]["spec"]["containers"][0]["image"], f"fusion@{digest}")

    def test_the_metrics_service_selects_the_pod(self) -> None:
        objects = render()
        labels = only(objects, "Deployment")["spec"]["template"]["metadata"]["labels"]
        selector = only(objects, "Service")["spec"]["selector"]
        self.assertEqual(selector, selector | {key: labels[key] for key in selector})


class DefaultConnection(unittest.TestCase):
    def test_without_servers_there_is_none(self) -> None:
        objects = render()
        self.assertEqual(of_kind(objects, "ConfigMap"), [])
        self.assertFalse([argument for argument in arguments(objects) if "kafka-config" in argument])

    def test_its_file_says_what_the_operator_reads(self) -> None:
        values = {"kafka": WITH_SASL["kafka"] | {"topicPolicy": {"demo": ["flights*"], "*": ["shared.*"]}}}
        text = only(render(values), "ConfigMap")["data"]["kafka.yaml"]
        self.assertEqual(
            yaml.safe_load(text),
            {
                "bootstrapServers": "kafka:9093",
                "tls": {
                    "caFile": "/etc/fusion/kafka-ca/ca.crt",
                    "certificateFile": "/etc/fusion/kafka-certificate/tls.crt",
                    "keyFile": "/etc/fusion/kafka-certificate/tls.key",
                },
                "sasl": {"mechanism": "SCRAM-SHA-512", "username": "fusion", "passwordFile": "/etc/fusion/kafka-password/password"},
                "bridgeSecrets": {
                    "caSecret": {"name": "bridge-ca", "key": "ca.crt"},
                    "certificateSecret": {"name": "bridge-client"},
                    "passwordSecret": {"name": "bridge-login", "key": "password"},
                },
                "topicPolicy": {"demo": ["flights*"], "*": ["shared.*"]},
            },
        )

    def test_every_file_it_names_is_mounted_from_a_secret(self) -> None:
        objects = render(WITH_SASL)
        pod = only(objects, "Deployment")["spec"]["template"]["spec"]
        secrets = {volume["name"]: volume["secret"]["secretName"] for volume in pod["volumes"] if "secret" in volume}
        self.assertEqual(secrets, {"kafka-ca": "ca", "kafka-certificate": "client", "kafka-password": "login"})
        mounts = {mount["mountPath"] for mount in pod["containers"][0]["volumeMounts"]}
        self.assertEqual(
            mounts, {"/etc/fusion/kafka-config", "/etc/fusion/kafka-ca", "/etc/fusion/kafka-certificate", "/etc/fusion/kafka-password"}
        )
        self.assertEqual(of_kind(objects, "Secret"), [])

    def test_another_connection_starts_other_pods(self) -> None:
        def annotation(values: Object) -> str:
            return only(render(values), "Deployment")["spec"]["template"]["metadata"]["annotations"]["fusion-operator.io/kafka-config"]

        self.assertNotEqual(annotation(WITH_KAFKA), annotation(WITH_SASL))


class Refusals(unittest.TestCase):
    def assert_refused(self, values: Object, sentence: str) -> None:
        with self.assertRaisesRegex(Refused, sentence):
            render(values)

    def test_namespaced_mode_needs_an_installation_id(self) -> None:
        self.assert_refused({"watchNamespaces": ["shop"]}, "installationId must be set with watchNamespaces")

    def test_what_belongs_to_a_default_connection_needs_servers(self) -> None:
        for kafka in ({"topicPolicy": {"shop": ["shop.*"]}}, {"tls": {"enabled": True}}, {"sasl": {"mechanism": "PLAIN"}}):
            self.assert_refused({"kafka": kafka}, "kafka.bootstrapServers must be set")
        self.assert_refused({"kafka": {"bootstrapServers": "nonsense"}}, "bootstrapServers")

    def test_sasl_needs_secrets(self) -> None:
        sasl = {"mechanism": "PLAIN", "username": "u"}
        self.assert_refused({"kafka": {"bootstrapServers": "k:1", "sasl": sasl}}, "kafka.sasl.passwordSecret.name must be set")
        sasl["passwordSecret"] = {"name": "login"}
        self.assert_refused({"kafka": {"bootstrapServers": "k:1", "sasl": sasl}}, "kafka.bridgeSecrets.passwordSecret.name must be set")

    def test_a_password_cannot_be_written_into_values(self) -> None:
        self.assert_refused({"kafka": {"sasl": {"password": "secret"}}}, "password")

    def test_unknown_and_wrong_values(self) -> None:
        self.assert_refused({"replica": 2}, "replica")
        self.assert_refused({"logLevel": "loud"}, "logLevel")
        self.assert_refused({"statusInterval": "10"}, "statusInterval")
        self.assert_refused({"installationId": "Not Valid"}, "installationId")


class Lint(unittest.TestCase):
    def test_helm_lint_strict(self) -> None:
        done = subprocess.run(["helm", "lint", "--strict", str(CHART)], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
