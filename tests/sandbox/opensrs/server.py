"""The HTTP front: loopback only, HTTP/1.1 in every status line, Content-Length, one request a connection."""

import socket
import struct
import sys
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.sandbox.opensrs.trouble import Sent

# (headers, body, connection) -> what to send, None to hang up
Answer = Callable[[Mapping[str, str], bytes, socket.socket], Sent | None]
_TEAR = struct.pack("ii", 1, 0)


class Front(ThreadingHTTPServer):
    """Accepts connections, each in a thread of its own, and waits for them all in the end."""

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, answer: Answer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.url = f"http://127.0.0.1:{self.server_port}/"
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Wait for every connection."""
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hung up is no news; anything else is printed as usual."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type] # handed through as it came


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes; waiting for the ACK between them costs 40 ms
    timeout = 5  # who connects and says nothing holds up the end no longer
    server: Front

    def version_string(self) -> str:
        return "OpenSRS/XML-RSA Server"

    def log_message(self, *_: object, **__: object) -> None:
        """Requests are recorded, not printed."""

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        wrong = ((self.path != "/", 404), (not length.isdecimal(), 411))
        if refused := next((status for holds, status in wrong if holds), 0):
            self.send_error(refused)
        elif self.headers.get_content_type() != "text/xml":
            self.send_error(415)
        else:
            self._answer(self.rfile.read(int(length)), int(length))
        self.close_connection = True

    def _answer(self, body: bytes, length: int) -> None:
        whole = len(body) == length
        sent = self.server.answer(dict(self.headers), body, self.connection) if whole else None
        if sent is None:
            return
        self.send_response(sent.status)
        for name, value in (("Content-Type", sent.content_type), ("Content-Length", str(len(sent.body)))):
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(sent.body[: len(sent.body) // 2] if sent.reset else sent.body)
        if sent.reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _TEAR)
            self.connection.close()
