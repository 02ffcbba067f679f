"""What answers HTTP: a WSGI application in threads, and the operator's own one with health and metrics."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from prometheus_client import generate_latest


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing: a request is no event."""


class _Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True


@contextmanager
def served(address: str, application: WSGIApplication) -> Iterator[int]:
    """Answers at `host:port`, in a thread of its own, for as long as this is open; the port, chosen where it was 0."""
    host, _, port = address.rpartition(":")
    with make_server(host, int(port), application, _Threads, _Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, name="http", daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def ops(healthy: Callable[[], object], environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """`GET /health` says ok while `healthy` answers instead of raising, `GET /metrics` is for Prometheus."""
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
