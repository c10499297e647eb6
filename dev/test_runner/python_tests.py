"""Runs the unittest files `*_test.py` of one folder: python3 -m test_runner.python_tests FOLDER REPORT."""

from __future__ import annotations

import json
import sys
import unittest
from pathlib import Path


class _Counting(unittest.TextTestResult):
    def __init__(self, *arguments: object, **named: object) -> None:
        super().__init__(*arguments, **named)  # type: ignore[arg-type]
        self.passed = 0

    def addSuccess(self, test: unittest.TestCase) -> None:
        super().addSuccess(test)
        self.passed += 1


def main(folder: Path, report: Path) -> int:
    # Fixtures that folders share lie beside them.
    sys.path.insert(0, str(folder.parent))
    suite = unittest.defaultTestLoader.discover(str(folder), pattern="*_test.py", top_level_dir=str(folder))
    result = unittest.TextTestRunner(verbosity=2, resultclass=_Counting, stream=sys.stderr).run(suite)
    assert isinstance(result, _Counting)
    content = {
        "passed": result.passed,
        "failed": [str(test) for test, _ in result.failures + result.errors],
        "skipped": [f"{test}: {reason}" for test, reason in result.skipped],
    }
    report.write_text(json.dumps(content), encoding="utf-8")
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), Path(sys.argv[2])))
