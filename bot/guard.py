"""The one way out to hosts that others named: public addresses, listed ports, limited size and time.

A name is resolved once and the connection goes to the very address that was judged, so a later answer changes nothing.
`until` is a moment of `time.monotonic` by which everything must be over, redirects and dripping servers included.
"""

import re
import socket
import ssl
import time
from collections.abc import Callable, Container, Iterable
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from threading import Timer
from urllib.parse import SplitResult, urljoin, urlsplit

from certifi import where  # comes with requests
from dns.inet import is_address

from bot.domain.errors import Lost

REDIRECTS = 5
MOST_ADDRESSES = 8  # of one host; more are not tried
_PORTS = {"http": 80, "https": 443}
_MOVED = {301, 302, 303, 307, 308}
_HOST = re.compile(r"[a-z0-9_.:-]{1,253}", re.IGNORECASE)  # nothing that two parsers could read differently

# Not the public internet: IANA's special-purpose registries (RFC 6890), multicast, a cloud's metadata, and all of IPv6
# but 2000::/3, which leaves out every form that carries an IPv4 address (mapped, NAT64; 6to4 and Teredo are named).
_CLOSED = tuple(map(ip_network, (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
    "203.0.113.0/24", "224.0.0.0/3", "::/3", "4000::/2", "8000::/1", "2001::/23", "2001:db8::/32", "2002::/16",
    "3fff::/20",
)))  # fmt: skip


class Nobody(Lost):
    """Nobody answers there: no address, no connection, or no TLS on it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an HTTP server said in the end; `url` is where, after redirects."""

    status: int
    url: str
    body: bytes
    retry_after: str


@dataclass(frozen=True, slots=True)
class Guard:
    """Opens connections and reads HTTP. Every refusal is Lost with a reason for engineers.

    `resolve(name, until)` answers a name's addresses; `allow` are networks that may be reached besides public ones;
    `roots` is a file of trusted roots.
    """

    resolve: Callable[[str, float], Iterable[str]]
    allow: tuple[IPv4Network | IPv6Network, ...] = ()
    ports: Container[int] = frozenset(_PORTS.values())
    roots: str = where()

    def addresses(self, host: str, port: int, until: float) -> tuple[str, ...]:
        """The addresses of a host, all of which may be reached on that port; Nobody when it has none."""
        if port not in self.ports or not _HOST.fullmatch(host):
            raise Lost(f"port {port} is not among those that may be used, or this is no host name")
        found = (host,) if is_address(host) else tuple(self.resolve(host, until))
        for address in map(ip_address, found):
            if not any(address in net for net in self.allow) and any(address in net for net in _CLOSED):
                raise Lost(f"{host} has the address {address}, which is not on the public internet")
        if not found:
            raise Nobody(f"{host} has no address")
        return found[:MOST_ADDRESSES]

    def connect(self, host: str, port: int, until: float) -> socket.socket:
        """A TCP connection to one of the host's addresses; its timeout is what is left until then."""
        found = self.addresses(host, port, until)
        for tried, address in enumerate(found):
            with suppress(OSError):
                connection = socket.create_connection((address, port), _left(until) / (len(found) - tried))
                connection.settimeout(_left(until))
                return connection
        raise Nobody(f"{host} does not answer on port {port}")

    def tls(self, host: str, port: int, until: float, *, verify: bool = True) -> ssl.SSLSocket:
        """A TLS connection, the host's name sent; without `verify` to whatever certificate and protocol there is."""
        context = ssl.create_default_context(cafile=self.roots)
        if not verify:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
            context.set_ciphers("ALL:@SECLEVEL=0")
        bare = self.connect(host, port, until)
        try:
            return context.wrap_socket(bare, server_hostname=host)
        except (OSError, ValueError) as error:
            bare.close()
            raise Nobody(f"no TLS connection to {host}: {error}") from None

    def get(self, url: str, until: float, most: int, accept: str = "*/*") -> Answer:
        """What stands at an address, at most `most` bytes; Lost when it is longer, later, elsewhere or unreadable."""
        for _ in range(REDIRECTS + 1):
            answer, onward = self._get(_parts(url), until, most, accept)
            if not onward:
                return answer
            if url.startswith("https:") and not onward.startswith("https:"):
                raise Lost(f"{url} sends on to an address without TLS")
            url = onward
        raise Lost(f"{url}: sent on more than {REDIRECTS} times")

    def _get(self, url: SplitResult, until: float, most: int, accept: str) -> tuple[Answer, str]:
        host, port = url.hostname or "", url.port or _PORTS[url.scheme]
        connection = HTTPConnection(host, port)
        connection.sock = (self.tls if url.scheme == "https" else self.connect)(host, port, until)
        watch = Timer(_left(until), _cut, [connection.sock])  # a timeout bounds one read; a dripping server makes many
        watch.start()
        try:
            headers = {"Host": url.netloc, "Accept": accept, "Accept-Encoding": "identity", "User-Agent": "certdesk"}
            connection.request("GET", (url.path or "/") + (f"?{url.query}" if url.query else ""), headers=headers)
            with connection.getresponse() as response:
                onward = response.getheader("Location", "") if response.status in _MOVED else ""
                body = b"" if onward else response.read(most + 1)
        except (OSError, HTTPException, ValueError) as error:
            raise Lost(f"{host} gave no readable answer: {type(error).__name__}") from None
        finally:
            watch.cancel()
            connection.close()
        if time.monotonic() >= until or len(body) > most:
            raise Lost(f"{host} took too long or sent more than {most} bytes")
        answer = Answer(response.status, url.geturl(), body, response.getheader("Retry-After", ""))
        return answer, urljoin(answer.url, onward) if onward else ""


def _left(until: float) -> float:
    return max(until - time.monotonic(), 0.001)


def _cut(connection: socket.socket) -> None:
    with suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)  # below TLS, which another thread is reading


def _parts(url: str) -> SplitResult:
    with suppress(ValueError):
        parts = urlsplit(url)
        if parts.scheme in _PORTS and parts.hostname and parts.port != 0 and "@" not in parts.netloc and url.isascii():
            return parts
    raise Lost("this is no web address that may be used")
