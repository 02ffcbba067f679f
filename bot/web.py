"""Health for the operator on an address of its own: `GET /health` says ok while the database answers. Loopback by
default.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from prometheus_client import generate_latest


class Ops:
    """A small server for health and metrics; `healthy` answers or raises."""

    def __init__(self, address: str, healthy: Callable[[], object]) -> None:
        host, _, port = address.rpartition(":")

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # the library's own name
                status, body = _answer(self.path, healthy)
                self.send_response(status)
                self.send_header("Content-Type", "text/plain; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's own name
                """Nothing: an operator's probe is no event."""

        self._server = ThreadingHTTPServer((host, int(port)), Answers)
        self._thread = threading.Thread(target=self._server.serve_forever, name="ops", daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _answer(path: str, healthy: Callable[[], object]) -> tuple[int, bytes]:
    if path == "/metrics":
        return 200, generate_latest()
    if path != "/health":
        return 404, b"not here\n"
    try:
        healthy()
    except Exception as error:  # noqa: BLE001 - whatever it is, it means unhealthy
        return 503, f"not well: {type(error).__name__}\n".encode()
    return 200, b"ok\n"
