"""Makes the examples' modules importable, and PySpark if dev/engines has unpacked a Spark."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from local_cluster import cache

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "examples" / folder) for folder in ("pyspark", "flight-delays")]


def add_pyspark() -> bool:
    """False where there is none."""
    homes = [Path(os.environ["SPARK_HOME"])] if "SPARK_HOME" in os.environ else sorted(cache.root().glob("engines/spark-[0-9]*"))
    if not homes or not (homes[-1] / "python" / "pyspark").exists():
        return False
    os.environ["SPARK_HOME"] = str(homes[-1])
    os.environ["PYSPARK_PYTHON"] = sys.executable
    sys.path[:0] = [str(homes[-1] / "python"), *map(str, (homes[-1] / "python" / "lib").glob("py4j-*.zip"))]
    return True
