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
    """A copy of `pipeline` with `value` at `place`: in the last item of a list, under the first key of a map."""
    made = copy.deepcopy(pipeline)
    at: Any = made
    steps = list(_steps(place))
    for step in steps[:-1]:
        at = at[_key(at, step)]
    last = _key(at, steps[-1])
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


def _key(at: Any, step: str) -> Any:
    if step == "[]":
        return len(at) - 1
    return next(iter(at)) if step == "{}" else step
