"""The CRD and api/ give one verdict: every field, every rule, through a real API server and through fusionctl."""

from __future__ import annotations

import copy
import os
import unittest
from typing import Any

import fusionctl
from api_server import ApiServer
from field_cases import FIELDS, INTEGERS_OF_RULES, PROBES
from pipelines import full
from rule_cases import RULES, TRANSITIONS
from schema import REMOVED, changed, is_closed_object, places

SERVER: ApiServer


def setUpModule() -> None:
    global SERVER
    SERVER = ApiServer(f"api-agreement-{os.getpid()}")
    unittest.addModuleCleanup(SERVER.close)


class Case:
    """One pipeline and what each side shall say of it; None: whatever the other says."""

    def __init__(self, name: str, pipeline: dict, server: bool | None, ours: bool | None) -> None:
        self.name = name
        self.pipeline = pipeline
        self.expected = (server, ours)


def short(value: Any) -> str:
    text = "(left out)" if value is REMOVED else repr(value)
    return text if len(text) <= 60 else f"{text[:50]}... ({len(text)})"


class Agreement(unittest.TestCase):
    maxDiff = None

    def judge(self, cases: list[Case]) -> None:
        """Puts all cases before both sides and fails with every one that went otherwise than it shall."""
        self.assertTrue(cases)
        ours = fusionctl.refusals([case.pipeline for case in cases])
        wrong = []
        for case, our_refusal in zip(cases, ours, strict=True):
            server_refusal = SERVER.refusal(case.pipeline)
            server_accepts, we_accept = not server_refusal, not our_refusal
            expect_server, expect_us = case.expected
            if expect_server is None:
                right = server_accepts == we_accept
            else:
                right = (server_accepts, we_accept) == (expect_server, expect_us)
            if not right:
                wrong.append(f"{case.name}\n    API server: {server_refusal or 'accepts'}\n    fusionctl: {our_refusal or 'accepts'}")
        self.assertFalse(wrong, f"{len(wrong)} of {len(cases)} cases:\n" + "\n".join(wrong))
        print(f"{self.id().split('.')[-1]}: {len(cases)} cases", flush=True)

    def places(self) -> list[tuple[str, dict]]:
        return list(places(SERVER.spec_schema()))

    def base(self) -> dict:
        return full(SERVER.namespace)

    def test_every_field_has_its_cases(self) -> None:
        needed = {place for place, schema in self.places() if schema.get("type") != "object" or "additionalProperties" in schema}
        needed -= {place for place, schema in self.places() if place.endswith("[]") and schema.get("type") == "object"}
        needed |= {"spec.bridges[].template.affinity", "spec.bridges[].deduplicate.id", "spec.bridges[].partitioning"}
        needed |= {"spec.bridges[].eventTime", "spec.bridges[].deadLetter", "spec.bridges[].rateLimit"}
        needed |= {"spec.stages[].workload.template.spec"}
        self.assertEqual(set(FIELDS), needed)

    def test_every_field_takes_and_refuses_what_it_shall(self) -> None:
        cases = []
        for place, values in FIELDS.items():
            for accept, listed in ((True, values.valid), (False, values.invalid)):
                for value in listed:
                    cases.append(Case(f"{place} = {short(value)}", changed(self.base(), place, value), accept, accept))
        self.judge(cases)

    def test_every_place_gets_one_verdict_on_every_probe(self) -> None:
        cases = []
        for place, _ in self.places():
            for value in PROBES:
                server, ours = (False, True) if place in INTEGERS_OF_RULES and isinstance(value, float) and value == 6 else (None, None)
                cases.append(Case(f"{place} = {short(value)}", changed(self.base(), place, value), server, ours))
        self.judge(cases)

    def test_every_field_can_be_left_out_or_not_in_both(self) -> None:
        cases = []
        for place, schema in [("spec", SERVER.spec_schema()), *self.places()]:
            for name in schema.get("properties", {}):
                pipeline = changed(self.base(), f"{place}.{name}", REMOVED)
                required = name in schema.get("required", [])
                expected = False if required else None
                cases.append(Case(f"{place}.{name} left out", pipeline, expected, expected))
        self.judge(cases)

    def test_unknown_fields_are_refused_everywhere(self) -> None:
        closed = [("spec", SERVER.spec_schema()), *self.places()]
        self.judge([
            Case(f"{place}.unknown", changed(self.base(), f"{place}.unknown", {}), False, False)
            for place, schema in closed
            if is_closed_object(schema)
        ])

    def test_rules_between_fields(self) -> None:
        cases = []
        for name, rule in RULES.items():
            pipeline = self.base()
            rule.change(pipeline["spec"])
            cases.append(Case(name, pipeline, rule.server_accepts, rule.fusionctl_accepts))
        self.judge(cases)

    def test_names_of_pipelines(self) -> None:
        cases = []
        for name, accept in {"a": True, "a.b-c": True, "a" * 253: True, "A": False, "a_b": False, "-a": False, "a" * 254: False}.items():
            cases.append(Case(name, changed(self.base(), "metadata.name", name), accept, accept))
        cases.append(Case("no name", changed(self.base(), "metadata.name", REMOVED), False, False))
        self.judge(cases)

    def test_what_stands_around_the_spec(self) -> None:
        self.judge([
            Case("no spec", changed(self.base(), "spec", REMOVED), False, False),
            Case("spec: null", changed(self.base(), "spec", None), False, False),
            Case("spec: []", changed(self.base(), "spec", []), False, False),
            Case("an unknown field", changed(self.base(), "unknown", 1), False, False),
            Case("another version", changed(self.base(), "apiVersion", "fusion-operator.io/v1"), False, False),
            Case("another kind", changed(self.base(), "kind", "FusionPipelines"), False, False),
            Case("no kind", changed(self.base(), "kind", REMOVED), False, False),
            Case("no apiVersion", changed(self.base(), "apiVersion", REMOVED), False, False),
        ])

    def test_changes_of_a_stored_pipeline(self) -> None:
        stored = self.base()
        stored["metadata"]["name"] = "stored"
        SERVER.create(stored)
        for name, (accept, change) in TRANSITIONS.items():
            spec = copy.deepcopy(stored["spec"])
            change(spec)
            with self.subTest(name):
                refusal = SERVER.refusal_of_update("stored", spec)
                self.assertEqual(not refusal, accept, refusal or "accepted")
                self.assertEqual(fusionctl.refusals([{**stored, "spec": spec}]), [""])


if __name__ == "__main__":
    unittest.main()
