"""The Go binaries: Kubernetes, etcd, CoreDNS and Helm, built from their modules at the versions in modules/*/go.mod."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import cache
from .progress import Failure, step

MODULES = Path(__file__).parent / "modules"
KUBERNETES_VERSION = "1.34.4"
COREDNS_VERSION = "1.12.4"
HELM_VERSION = "3.19.0"


@dataclass(frozen=True)
class GoBinary:
    """A command of a Go module: the name of its binary, the module that pins it, its package."""

    name: str
    module: str
    package: str


def _kubernetes(name: str) -> GoBinary:
    return GoBinary(name, "kubernetes", f"k8s.io/kubernetes/cmd/{name}")


CONTROL_PLANE = (
    GoBinary("etcd", "kubernetes", "go.etcd.io/etcd/server/v3"),
    _kubernetes("kube-apiserver"),
    _kubernetes("kubectl"),
    _kubernetes("kube-controller-manager"),
)
NODE = (
    _kubernetes("kube-scheduler"),
    _kubernetes("kubelet"),
    _kubernetes("kube-proxy"),
    GoBinary("coredns", "coredns", "."),
)
CLIENT = (GoBinary("helm", "helm", "helm.sh/helm/v3/cmd/helm"),)


def _linker_flags(module: str) -> str:
    flags = ["-s", "-w"]
    if module == "kubernetes":
        major, minor, _ = KUBERNETES_VERSION.split(".")
        values = {
            "gitVersion": f"v{KUBERNETES_VERSION}",
            "gitMajor": major,
            "gitMinor": minor,
            "gitTreeState": "archive",
        }
        for package in ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version"):
            flags += [f"-X {package}.{name}={value}" for name, value in values.items()]
    elif module == "helm":
        flags.append(f"-X helm.sh/helm/v3/internal/version.version=v{HELM_VERSION}")
    return " ".join(flags)


def _fingerprint(binary: GoBinary) -> str:
    """What a binary is built from: while this stays the same, the binary in the cache is good."""
    digest = hashlib.sha256(f"{binary} {_linker_flags(binary.module)}".encode())
    for file in sorted((MODULES / binary.module).iterdir()):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _stamp(binary: GoBinary) -> Path:
    return cache.root() / "bin" / f".{binary.name}.stamp"


def _is_built(binary: GoBinary) -> bool:
    stamp = _stamp(binary)
    return (
        cache.binary(binary.name).exists()
        and stamp.exists()
        and stamp.read_text(encoding="utf-8") == _fingerprint(binary)
    )


def _build(binary: GoBinary) -> None:
    target = cache.directory("bin") / binary.name
    unfinished = target.with_name(f".{binary.name}.unfinished")
    log = cache.directory("logs") / f"build-{binary.name}.log"
    environment = {**os.environ, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOFLAGS": "", "GOWORK": "off"}
    command = ["go", "build", "-trimpath", "-buildvcs=false", "-mod=readonly"]
    command += ["-ldflags", _linker_flags(binary.module), "-o", str(unfinished), binary.package]
    with open(log, "w", encoding="utf-8") as output:
        done = subprocess.run(
            ["nice", "-n", "5", *command],
            cwd=MODULES / binary.module,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode != 0:
        raise Failure(f"{binary.name} does not build from {binary.package}", log)
    unfinished.rename(target)
    _stamp(binary).write_text(_fingerprint(binary), encoding="utf-8")


def ensure(binaries: tuple[GoBinary, ...]) -> None:
    """Builds what is missing or built from other sources. Quick when nothing is."""
    if all(_is_built(binary) for binary in binaries):
        return
    if shutil.which("go") is None:
        raise Failure("go is not installed: dev/deps says which version is needed")
    with cache.lock("go-binaries"):
        for binary in binaries:
            if not _is_built(binary):
                with step(f"build {binary.name}"):
                    _build(binary)
