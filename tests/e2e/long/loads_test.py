"""The whole file, twice, with a bridge deleted in the middle of the second time."""

from __future__ import annotations

import threading
import unittest

from pipeline_case import PipelineCase, install_operator
from quickstart_steps.cluster import kubectl
from sample_data.flights import COUNT


def setUpModule() -> None:
    install_operator()


class Loads(PipelineCase):
    def test_a_second_load_with_a_bridge_deleted_in_its_middle(self) -> None:
        self.apply()
        self.wait_ready()
        self.send()
        self.assert_carried_once(COUNT)

        loading = threading.Thread(target=self.send, name="second load")
        loading.start()
        self.wait(lambda: self.committed() > COUNT + COUNT // 4, "a quarter of the second load")
        kubectl("delete", "pod", self.bridge_pods()[0], f"--namespace={self.namespace}", "--wait=false")
        loading.join()
        self.assert_carried_once(2 * COUNT)


if __name__ == "__main__":
    unittest.main()
