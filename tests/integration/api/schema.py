"""Walks the CRD's schema, and changes a pipeline at a place that the schema names.

A place is written `spec.topics[].config{}`: `[]` stands for the items of a list, `{}` for the values of a map.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

REMOVED = object()
"""As a value: take the field out."""


def places(schema: dict, place: str = "spec") -> Iterator[tuple[str, dict]]:
    """Every place below `place`, with its schema."""
    for name, field in schema.get("properties", {}).items():
        yield f"{place}.{name}", field
        yield from places(field, f"{place}.{name}")
    if "items" in schema:
        yield f"{place}[]", schema["items"]
        yield from places(schema["items"], f"{place}[]")
    if isinstance(schema.get("additionalProperties"), dict):
        yield f"{place}{{}}", schema["additionalProperties"]
        yield from places(schema["additionalProperties"], f"{place}{{}}")


def is_closed_object(schema: dict) -> bool:
    """An object with no fields beyond those that the schema names."""
    open_ended = "additionalProperties" in schema or "x-kubernetes-preserve-unknown-fields" in schema
    return schema.get("type") == "object" and not open_ended


def changed(pipeline: dict, place: str, value: Any) -> dict:
    """A copy of `pipeline` with `value` at `place`, under the first key of a map.

    Of a list it is the item that has most of what the place leads through, the last of several: a stage has a template or
    a ref, but not both.
    """
    made = copy.deepcopy(pipeline)
    at: Any = made
    steps = list(_steps(place))
    for index, step in enumerate(steps[:-1]):
        at = at[_key(at, steps[index:])]
    last = _key(at, steps[-1:])
    if value is REMOVED:
        at.pop(last, None)
    else:
        at[last] = copy.deepcopy(value)
    return made


def _steps(place: str) -> Iterator[str]:
    for name in place.split("."):
        bare = name.rstrip("[]{}")
        yield bare
        marks = name[len(bare) :]
        yield from (marks[index : index + 2] for index in range(0, len(marks), 2))


def _key(at: Any, steps: list[str]) -> Any:
    """What the first of `steps` stands for in `at`."""
    if steps[0] == "[]":
        return max(range(len(at)), key=lambda index: (_depth(at[index], steps[1:]), index))
    return next(iter(at)) if steps[0] == "{}" else steps[0]


def _depth(at: Any, steps: list[str]) -> int:
    """How many of `steps` can be taken from `at`."""
    if not steps or not isinstance(at, dict | list) or not at:
        return 0
    key = _key(at, steps)
    if isinstance(at, list):
        return 1 + _depth(at[key], steps[1:])
    return 1 + _depth(at[key], steps[1:]) if key in at else 0
