"""Questions to a listener: does it answer, does it accept connections?"""

from __future__ import annotations

import http.client
import socket
import ssl
import urllib.request
from pathlib import Path


def answers(url: str, authority: Path | None = None) -> bool:
    """Whether a GET answers 200. Without an authority, https is for our own processes on loopback, which sign for themselves."""
    context = None
    if url.startswith("https:"):
        context = ssl.create_default_context(cafile=str(authority) if authority else None)
        if authority is None:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
    try:
        with opener.open(url, timeout=2) as answer:
            return answer.status == 200
    except (OSError, http.client.HTTPException):
        return False


def accepts(address: str, port: int) -> bool:
    """Whether something accepts connections."""
    try:
        socket.create_connection((address, port), timeout=2).close()
    except OSError:
        return False
    return True


def accepts_local(path: Path) -> bool:
    """Whether something listens on a Unix socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True
