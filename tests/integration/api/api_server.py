"""The API server's verdict on a FusionPipeline, asked over one connection of `kubectl proxy`."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CRD = "fusionpipelines.fusion-operator.io"
_PIPELINES = "/apis/fusion-operator.io/v1alpha1/namespaces/{namespace}/fusionpipelines"


def kubectl(*arguments: str, stdin: str | None = None, check: bool = True) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(["kubectl", *arguments], input=stdin, capture_output=True, text=True, check=False)
    if check and done.returncode != 0:
        raise AssertionError(f"kubectl {' '.join(arguments)}: {done.stderr}")
    return done


class ApiServer:
    """A namespace of the test's own on the server that KUBECONFIG names, with the CRD in place."""

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace
        kubectl("apply", "-f", str(ROOT / "crds"))
        # kubectl cannot wait for a condition while there is no list of conditions, as right after the creation.
        kubectl("wait", "--for=jsonpath={.status.acceptedNames.kind}=FusionPipeline", f"crd/{CRD}", "--timeout=60s")
        kubectl("wait", "--for=condition=Established", f"crd/{CRD}", "--timeout=60s")
        kubectl("create", "namespace", namespace)
        self._proxy = subprocess.Popen(["kubectl", "proxy", "--port=0"], stdout=subprocess.PIPE, text=True)
        assert self._proxy.stdout is not None
        started = re.search(r"127\.0\.0\.1:(\d+)", self._proxy.stdout.readline())
        assert started, "kubectl proxy did not say where it listens"
        self._connection = http.client.HTTPConnection("127.0.0.1", int(started[1]), timeout=60)
        self._wait_until_served()

    def close(self) -> None:
        self._connection.close()
        self._proxy.terminate()
        self._proxy.wait()
        if self._proxy.stdout is not None:
            self._proxy.stdout.close()
        kubectl("delete", "namespace", self.namespace, "--wait=false")

    def spec_schema(self) -> dict:
        """The schema of `spec`, as the server has it."""
        status, crd = self._call("GET", f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{CRD}")
        assert status == 200, crd
        return crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]

    def refusal(self, pipeline: dict) -> str:
        """Why the server refuses to create `pipeline`; empty if it would. Nothing is created."""
        return self._verdict("POST", self._path(), pipeline)

    def refusal_of_update(self, name: str, spec: dict) -> str:
        """Why the server refuses to give the pipeline `name` this spec; empty if it would. Nothing is changed."""
        status, pipeline = self._call("GET", f"{self._path()}/{name}")
        assert status == 200, pipeline
        return self._verdict("PUT", f"{self._path()}/{name}", {**pipeline, "spec": spec})

    def create(self, pipeline: dict) -> None:
        status, answer = self._call("POST", f"{self._path()}?fieldValidation=Strict", pipeline)
        assert status == 201, answer

    def _path(self) -> str:
        return _PIPELINES.format(namespace=self.namespace)

    def _verdict(self, method: str, path: str, pipeline: dict) -> str:
        status, answer = self._call(method, f"{path}?dryRun=All&fieldValidation=Strict", pipeline)
        if status in (200, 201):
            return ""
        assert status in (400, 422), f"{status}: {answer}"
        return str(answer["message"])

    def _call(self, method: str, path: str, body: dict | None = None) -> tuple[int, dict]:
        content = None if body is None else json.dumps(body)
        self._connection.request(method, path, content, {"Content-Type": "application/json"})
        response = self._connection.getresponse()
        text = response.read().decode()
        try:
            return response.status, json.loads(text)
        except json.JSONDecodeError:
            return response.status, {"message": text}

    def _wait_until_served(self) -> None:
        """A CRD is Established a moment before its paths are served."""
        deadline = time.monotonic() + 60
        while self._call("GET", self._path())[0] != 200:
            assert time.monotonic() < deadline, f"{self._path()} is not served"
            time.sleep(0.1)
