"""The API server that KUBECONFIG names, over one connection of `kubectl proxy`."""

from __future__ import annotations

import functools
import http.client
import json
import re
import subprocess
import time
import unittest
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
CRD = "fusionpipelines.fusion-operator.io"
FINALIZER = "fusion-operator.io/cleanup"

Object = dict[str, Any]

_GROUPS = {
    "fusionpipelines": "/apis/fusion-operator.io/v1alpha1",
    "statefulsets": "/apis/apps/v1",
    "events": "/apis/events.k8s.io/v1",
    "leases": "/apis/coordination.k8s.io/v1",
    "flinkdeployments": "/apis/flink.apache.org/v1beta1",
    "sparkapplications": "/apis/sparkoperator.k8s.io/v1beta2",
}
_CONTENT = {"POST": "application/json", "PATCH": "application/merge-patch+json"}


class Refused(Exception):
    """The server's answer was an error."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class Kube:
    def __init__(self) -> None:
        self._proxy = subprocess.Popen(
            ["kubectl", "proxy", "--port=0", "--reject-methods=^$", "--reject-paths=^$"], stdout=subprocess.PIPE, text=True
        )
        assert self._proxy.stdout is not None
        started = re.search(r"127\.0\.0\.1:(\d+)", self._proxy.stdout.readline())
        assert started, "kubectl proxy did not say where it listens"
        self._connection = http.client.HTTPConnection("127.0.0.1", int(started[1]), timeout=60)

    def close(self) -> None:
        self._connection.close()
        self._proxy.terminate()
        self._proxy.wait()
        if self._proxy.stdout is not None:
            self._proxy.stdout.close()

    def get(self, kind: str, namespace: str, name: str) -> Object | None:
        """The object, or None if there is none of that name."""
        try:
            return self.call("GET", f"{path_of(kind, namespace)}/{name}")
        except Refused as refused:
            if refused.code == 404:
                return None
            raise

    def list(self, kind: str, namespace: str) -> list[Object]:
        return self.call("GET", path_of(kind, namespace))["items"]

    def create(self, kind: str, namespace: str, body: Object) -> Object:
        return self.call("POST", path_of(kind, namespace), body)

    def patch(self, kind: str, namespace: str, name: str, patch: Object, subresource: str = "") -> Object:
        """A merge patch, as another client's."""
        path = f"{path_of(kind, namespace)}/{name}{'/' + subresource if subresource else ''}"
        return self.call("PATCH", f"{path}?fieldManager=somebody", patch)

    def delete(self, kind: str, namespace: str, name: str) -> None:
        try:
            self.call("DELETE", f"{path_of(kind, namespace)}/{name}")
        except Refused as refused:
            if refused.code != 404:
                raise

    def create_namespace(self, name: str) -> None:
        self.call("POST", "/api/v1/namespaces", {"metadata": {"name": name}})

    def namespace(self, name: str) -> Object | None:
        try:
            return self.call("GET", f"/api/v1/namespaces/{name}")
        except Refused as refused:
            if refused.code == 404:
                return None
            raise

    def delete_namespace(self, name: str) -> None:
        self.call("DELETE", f"/api/v1/namespaces/{name}")

    def call(self, method: str, path: str, body: Object | None = None) -> Object:
        content = None if body is None else json.dumps(body)
        while True:
            self._connection.request(method, path, content, {"Content-Type": _CONTENT.get(method, "application/json")})
            response = self._connection.getresponse()
            text = response.read().decode()
            if response.status != 429:  # as while a new CRD's storage comes up
                break
            time.sleep(0.1)
        try:
            answer = json.loads(text)
        except json.JSONDecodeError:
            answer = {"message": text}
        if response.status >= 300:
            raise Refused(response.status, str(answer.get("message")))
        return answer


def path_of(kind: str, namespace: str) -> str:
    return f"{_GROUPS.get(kind, '/api/v1')}/namespaces/{namespace}/{kind}"


def install_crd() -> None:
    kubectl("apply", "-f", str(ROOT / "crds"))
    # kubectl cannot wait for a condition while there is no list of conditions, as right after the creation.
    kubectl("wait", "--for=jsonpath={.status.acceptedNames.kind}=FusionPipeline", f"crd/{CRD}", "--timeout=180s")
    kubectl("wait", "--for=condition=Established", f"crd/{CRD}", "--timeout=180s")


def wait_until_served(kind: str) -> None:
    """A CRD that is there, and even one that is established, is not served at once."""
    deadline = time.monotonic() + 60
    while subprocess.run(["kubectl", "get", kind], capture_output=True, check=False).returncode != 0:
        assert time.monotonic() < deadline, f"{kind} is not served"
        time.sleep(0.1)


def kubectl(*arguments: str) -> str:
    done = subprocess.run(["kubectl", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"kubectl {' '.join(arguments)}: {done.stderr}")
    return done.stdout


@functools.cache
def kube() -> Kube:
    """One for the whole run: the CRD is in place."""
    install_crd()
    made = Kube()
    unittest.addModuleCleanup(_end, made)
    return made


def _end(made: Kube) -> None:
    made.close()
    kube.cache_clear()
