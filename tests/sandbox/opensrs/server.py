"""The HTTP front: loopback only, always HTTP/1.1 in the status line, always Content-Length, keep-alive or not."""

import contextlib
import socket
import ssl
import struct
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import cast

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.sandbox.core import loopback
from tests.sandbox.opensrs.ca import Authority, Subject, key_number, pem
from tests.sandbox.opensrs.trouble import Sent

Connection = socket.socket | tuple[bytes, socket.socket]
# (headers, body, connection, number of this request on its connection) -> what to send, None to hang up
Answer = Callable[[Mapping[str, str], bytes, socket.socket, int], Sent | None]

LONGEST_BODY = 1_000_000
_TEAR = struct.pack("ii", 1, 0)


class Front(ThreadingHTTPServer):
    """Accepts connections, each in a thread of its own, and can end them all."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, answer: Answer, port: int, tls: ssl.SSLContext | None = None) -> None:
        super().__init__((loopback("127.0.0.1"), port), _Handler)
        self.answer = answer
        self._lock = threading.Lock()
        self._open: dict[socket.socket, threading.Thread] = {}
        self._torn: set[socket.socket] = set()
        # The name that the certificate is for; plain addresses are shorter without a look-up.
        self.url = f"https://localhost:{self.server_port}/" if tls else f"http://127.0.0.1:{self.server_port}/"
        if tls:
            # The handshake happens in the connection's own thread, so that a silent client holds up nobody.
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.05}, name=f"opensrs-{self.server_port}", daemon=True
        )

    def start(self) -> None:
        """Accept connections."""
        self._thread.start()

    def stop(self) -> None:
        """End every connection and wait for its thread."""
        self.shutdown()
        self._thread.join()
        self.server_close()
        with self._lock:
            remaining = dict(self._open)
        for connection, thread in remaining.items():
            with contextlib.suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)  # below TLS, which the thread may be using
            thread.join()

    def process_request(self, request: Connection, client_address: object) -> None:
        """Serve the connection in a thread that is known before it runs, so that none is missed at the end."""
        thread = threading.Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        with self._lock:
            self._open = {known: its for known, its in self._open.items() if its.is_alive()}
            self._open[cast("socket.socket", request)] = thread
            thread.start()

    def tear(self, connection: socket.socket) -> None:
        """The connection will end with a reset instead of an orderly close."""
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _TEAR)
        self._torn.add(connection)

    def shutdown_request(self, request: Connection) -> None:
        """An orderly end, unless the connection is to be torn."""
        if request in self._torn:
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def handle_error(self, request: Connection, client_address: object) -> None:
        """A client that hung up is no news; anything else is printed as usual."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def tls_for_localhost() -> tuple[ssl.SSLContext, str]:
    """TLS on the real clock, and the root that vouches for it as PEM."""
    authority, key = Authority(time.time), key_number(4)
    certificate = authority.issue(Subject(("localhost",), "DV", {}), key.public_key(), authority.coverage_end())
    written = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "server.pem"
        path.write_text(written + pem(certificate) + pem(authority.intermediate))
        context.load_cert_chain(path)
    return context, pem(authority.root)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes; waiting for the ACK between them costs 40 ms
    server: Front
    count = 0

    def version_string(self) -> str:
        return "OpenSRS/XML-RSA Server"

    def log_message(self, *_: object, **__: object) -> None:
        """Requests are recorded, not printed."""

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if self.path != "/":
            self.send_error(404)
        elif not length.isdecimal():
            self.send_error(411)
        elif int(length) > LONGEST_BODY:
            self.send_error(413)
        elif self.headers.get_content_type() != "text/xml":
            self.send_error(415)
        else:
            self._answer(self.rfile.read(int(length)), int(length))

    def _answer(self, body: bytes, length: int) -> None:
        self.count += 1
        whole = len(body) == length
        sent = self.server.answer(dict(self.headers), body, self.connection, self.count) if whole else None
        if sent is None:
            self.close_connection = True
            return
        self.send_response(sent.status)
        self.send_header("Content-Type", sent.content_type)
        self.send_header("Content-Length", str(len(sent.body)))
        self.end_headers()
        if sent.reset:
            self.server.tear(self.connection)
            self.close_connection = True
        self.wfile.write(sent.body[: len(sent.body) // 2] if sent.reset else sent.body)
