"""What answers HTTP: a WSGI application in threads, and the operator's own one with health and metrics."""

import threading
from collections.abc import Callable, Iterable
from functools import partial
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from prometheus_client import generate_latest


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing: a request is no event."""


class _Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Http:
    """A server for one application, in a thread of its own; listens at once, answers from `start` on."""

    def __init__(self, host: str, port: int, application: WSGIApplication) -> None:
        self._server = make_server(host, port, application, _Threads, _Quiet)
        self._thread = threading.Thread(target=self._server.serve_forever, name="http", daemon=True)
        self.port = self._server.server_port

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Ops(Http):
    """`GET /health` says ok while `healthy` answers instead of raising, `GET /metrics` is for Prometheus."""

    def __init__(self, address: str, healthy: Callable[[], object]) -> None:
        host, _, port = address.rpartition(":")
        super().__init__(host, int(port), partial(_ops, healthy))


def _ops(healthy: Callable[[], object], environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    status, body = _answer(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}", healthy)
    start_response(status, [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [body]


def _answer(asked: str, healthy: Callable[[], object]) -> tuple[str, bytes]:
    if asked == "GET /metrics":
        return "200 OK", generate_latest()
    if asked != "GET /health":
        return "404 Not Found", b"not here\n"
    try:
        healthy()
    except Exception as error:  # noqa: BLE001 - whatever it is, it means unhealthy
        return "503 Service Unavailable", f"not well: {type(error).__name__}\n".encode()
    return "200 OK", b"ok\n"
