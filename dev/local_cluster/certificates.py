"""Certificates of a cluster, made by openssl, and the kubeconfigs that hold them."""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from . import files
from .progress import Failure

_DAYS = "3650"


def _openssl(*arguments: str) -> None:
    try:
        done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise Failure("openssl is not installed: run dev/deps") from None
    if done.returncode != 0:
        raise Failure(f"openssl {arguments[0]} failed: {done.stderr.strip()}")


class Certificates:
    """The certificate authority of one cluster and what it signed. Nothing that is there is made again."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        os.chmod(directory, 0o700)

    def certificate(self, name: str) -> Path:
        return self._directory / f"{name}.crt"

    def key(self, name: str) -> Path:
        return self._directory / f"{name}.key"

    def ensure_authority(self) -> None:
        """The authority `ca`, which signs everything else."""
        if not self.certificate("ca").exists():
            extensions = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"]
            self._request("ca", "/CN=fusion-operator-local-cluster", extensions)

    def ensure_server(self, name: str, common_name: str, alternative_names: Sequence[str],
                      organization: str = "") -> None:
        """A certificate for both sides of a connection, for names such as DNS:localhost and IP:127.0.0.1."""
        if not self.certificate(name).exists():
            extensions = ["extendedKeyUsage=serverAuth,clientAuth", "subjectAltName=" + ",".join(alternative_names)]
            self._request(name, _subject(common_name, organization), extensions, signed=True)

    def ensure_client(self, name: str, common_name: str, organization: str = "") -> None:
        """A client's certificate: its common name is the user, its organization the group."""
        if not self.certificate(name).exists():
            self._request(name, _subject(common_name, organization), ["extendedKeyUsage=clientAuth"], signed=True)

    def ensure_service_account_key(self) -> None:
        """The key pair that signs the tokens of service accounts: service-account.key and .pub."""
        public = self._directory / "service-account.pub"
        if not public.exists():
            private = str(self.key("service-account"))
            _openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", private)
            _openssl("ec", "-in", private, "-pubout", "-out", str(public))

    def pem_bundle(self, name: str) -> Path:
        """The key and the certificate in one file."""
        text = self.key(name).read_text(encoding="ascii") + self.certificate(name).read_text(encoding="ascii")
        return files.write(self._directory / f"{name}.pem", text)

    def write_kubeconfig(self, path: Path, client: str, server: str) -> Path:
        """A kubeconfig that holds the client's certificate and key, for the server's address."""
        def data(file: Path) -> str:
            return base64.b64encode(file.read_bytes()).decode()

        text = f"""apiVersion: v1
kind: Config
clusters:
- name: local
  cluster:
    server: {server}
    certificate-authority-data: {data(self.certificate("ca"))}
users:
- name: {client}
  user:
    client-certificate-data: {data(self.certificate(client))}
    client-key-data: {data(self.key(client))}
contexts:
- name: local
  context:
    cluster: local
    user: {client}
current-context: local
"""
        return files.write(path, text)

    def _request(self, name: str, subject: str, extensions: Sequence[str], *, signed: bool = False) -> None:
        unfinished = self._directory / f"{name}.unfinished"
        config = files.write(self._directory / "openssl.cnf", "[req]\ndistinguished_name = subject\n[subject]\n")
        command = ["req", "-x509", "-config", str(config), "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                   "-days", _DAYS, "-subj", subject, "-keyout", str(self.key(name)), "-out", str(unfinished)]
        if signed:
            command += ["-CA", str(self.certificate("ca")), "-CAkey", str(self.key("ca"))]
        for extension in extensions:
            command += ["-addext", extension]
        _openssl(*command)
        unfinished.rename(self.certificate(name))


def _subject(common_name: str, organization: str) -> str:
    return (f"/O={organization}" if organization else "") + f"/CN={common_name}"
