"""An outside on loopback: web servers at addresses of choice, and a name server whose zone and faults a test writes."""

import ssl
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from dnslib import QTYPE, RCODE, RR, DNSRecord
from dnslib.server import BaseResolver, DNSLogger, DNSServer

from bot.guard import Guard
from tests.bot.authority import text

LOOPBACK = (ip_network("127.0.0.1/32"),)  # the one address that tests allow; 127.0.0.2 is as foreign as any other
HOSTS = {"web.test": ["127.0.0.1"], "nearby.test": ["127.0.0.2"], "both.test": ["127.0.0.1", "10.0.0.1"]}


def soon(seconds: float = 5) -> float:
    """A moment for `until`; no test waits for it unless it says less."""
    return time.monotonic() + seconds


def guard(*ports: int, **more: str) -> Guard:
    """The way out to HOSTS, on these ports or those of the web."""
    return Guard(lambda name, _: HOSTS.get(name, ()), LOOPBACK, ports or (80, 443), **more)


class Web:
    """Says at each path (status, headers, body), or lets a function write; keeps the paths it was asked for."""

    def __init__(self, address: str = "127.0.0.1", context: ssl.SSLContext | None = None) -> None:
        self.say: dict[str, tuple[int, dict[str, str], bytes] | Callable[[BaseHTTPRequestHandler], None]] = {}
        self.asked: list[str] = []
        self.closed = threading.Event()
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                web.asked.append(self.path)
                says = web.say.get(self.path, (404, {}, b""))
                if callable(says):
                    says(self)
                    return
                self.send_response(says[0])
                for name, value in {"Content-Length": str(len(says[2])), **says[1]}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(says[2])

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                """The other side may hang up: that is what some tests are about."""

        self._server = Server((address, 0), Handler)
        if context:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = int(self._server.server_address[1])
        self.url = f"{'https' if context else 'http'}://{address}:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def drip(self, first: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
        """A beginning, then a letter now and then, without end."""

        def write(handler: BaseHTTPRequestHandler) -> None:
            handler.wfile.write(first)
            while not self.closed.wait(0.02):
                handler.wfile.write(b"x")

        return write

    def close(self) -> None:
        self.closed.set()
        self._server.shutdown()
        self._server.server_close()


def shown_by(leaf: x509.Certificate, key: ec.EllipticCurvePrivateKey, folder: Path) -> ssl.SSLContext:
    """What a TLS server needs to show a certificate."""
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "pair.pem").write_text(private.decode() + text(leaf))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "pair.pem")
    return context


class Names(BaseResolver):  # type: ignore[misc] # dnslib ships no types
    """A name server with one zone file; `broken` are names with a type that fail. As a resolver it checks signatures:
    `signed` and `bogus` are the zones that have some, unless it is `blind`. A `lame` one is nobody's own server.
    """

    def __init__(self, zone: str, address: str = "127.0.0.1", port: int = 0) -> None:
        self.zone, self.broken = RR.fromZone(zone), set[str]()
        self.signed, self.bogus, self.blind, self.lame = set[str](), {"dnssec-failed.org"}, False, False
        quiet = DNSLogger("-request,-reply,-truncated,-error")
        self._servers = [DNSServer(self, address, port, logger=quiet)]
        port = int(self._servers[0].server.server_address[1])
        self._servers.append(DNSServer(self, address, port, tcp=True, logger=quiet))
        for server in self._servers:
            server.start_thread()
        self.address, self.port = f"{address}:{port}", port

    def resolve(self, request: DNSRecord, _: object) -> DNSRecord:
        name, kind, reply = str(request.q.qname).rstrip("."), QTYPE[request.q.qtype], request.reply(aa=not self.lame)
        within = {name.split(".", dots)[-1] for dots in range(name.count(".") + 1)}
        checks = not self.blind and not request.header.cd
        if f"{name} {kind}" in self.broken or (checks and within & self.bogus):
            reply.header.rcode = RCODE.SERVFAIL
        else:
            self._answer(reply, name, kind)
            reply.header.ad = int(checks and bool(within & self.signed))
        return reply

    def _answer(self, reply: DNSRecord, name: str, kind: str) -> None:
        for record in self.zone:
            if str(record.rname) == f"{name}." and QTYPE[record.rtype] in {kind, "CNAME"}:
                reply.add_answer(record)
                if QTYPE[record.rtype] != kind:
                    self._answer(reply, str(record.rdata).rstrip("."), kind)
        if not any(f".{record.rname}".endswith(f".{name}.") for record in self.zone):
            reply.header.rcode = RCODE.NXDOMAIN

    def close(self) -> None:
        for server in self._servers:
            server.stop()
            server.server.server_close()
