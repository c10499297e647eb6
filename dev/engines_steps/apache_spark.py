"""The kind of Apache's own Spark operator, without the operator: it is in no package registry."""

from __future__ import annotations

from pathlib import Path

CRD = Path(__file__).parent / "manifests" / "sparkapplications.spark.apache.org.yaml"
