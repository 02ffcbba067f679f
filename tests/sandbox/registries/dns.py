"""A name server whose data is edited while it runs: it knows its own zones only and asks nobody.

It answers as a resolver does (CNAMEs followed, RFC 1034 4.3.2) and as each zone's own server does, on UDP and TCP.
A name that only has names below it exists and has no data; a wildcard answers for names that do not exist (RFC 4592).
"""

import threading
from collections.abc import Callable

from dnslib import QTYPE, RCODE, RR, DNSRecord
from dnslib.server import DNSHandler, DNSLogger, TCPServer, UDPServer

from tests.sandbox.core import Entry, Recorder


def _folded(name: str) -> str:
    return name.rstrip(".").lower()


class Dns:
    """Records in the words of zone files. `recorder` has every query: type as verb, name as path, "udp" or "tcp"."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.recorder, self._clock = Recorder(), clock
        self._records: dict[tuple[str, str], tuple[str, ...]] = {}
        self._failing: dict[str, str] = {}
        self._servers = _pair()
        self.address = "{}:{}".format(*self._servers[0].server_address)
        for server in self._servers:
            server.resolver, server.logger = self, DNSLogger("-request,-reply,-truncated,-error")
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """End both."""
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def set(self, name: str, kind: str, *values: str) -> None:
        """Replace the name's records of this type: `set("acme.com", "MX", "10 mail.acme.com.")`.

        Whatever dnslib raises for what is no such record; ValueError for a CNAME beside other data (RFC 1034 3.6.2).
        """
        RR.fromZone("\n".join(_lines(name, kind, values)))
        if any((kind == "CNAME") != (held == "CNAME") for owner, held in self._records if owner == _folded(name)):
            raise ValueError(f"{name}: a CNAME stands alone")
        self._records = {**self._records, (_folded(name), kind): values}

    def fail(self, name: str, code: str) -> None:
        """Queries for the name fail ("SERVFAIL", "REFUSED"), until "" mends it, since resolvers ask more than once."""
        self._failing[_folded(name)] = code

    def resolve(self, request: DNSRecord, handler: DNSHandler) -> DNSRecord:
        """Answer one query; dnslib calls this."""
        name, kind = _folded(str(request.q.qname)), QTYPE[request.q.qtype]
        code, lines = self._look(name, kind)
        reply, zone = request.reply(), "\n".join(lines)
        reply.header.rcode = getattr(RCODE, code)
        self.recorder.add(Entry(self._clock(), "", kind, name, {}, handler.protocol, reply.header.rcode, zone))
        reply.add_answer(*RR.fromZone(zone))
        if handler.protocol == "udp" and len(reply.pack()) > 512:  # to be asked for by TCP (RFC 1035 4.2.1)
            reply.rr, reply.header.tc = [], 1
        return reply

    def _look(self, name: str, kind: str, *before: str) -> tuple[str, list[str]]:
        """The code of the answer, and its records; CNAMEs in a circle fail."""
        owner = self._owner(name)
        failing = self._failing.get(name)
        if failing or not owner or name in before:
            return failing or ("SERVFAIL" if owner else "NXDOMAIN"), []
        target = self._records.get((owner, "CNAME"), ())
        if kind == "CNAME" or not target:
            return "NOERROR", _lines(name, kind, self._records.get((owner, kind), ()))
        code, more = self._look(_folded(target[0]), kind, name, *before)
        return code, _lines(name, "CNAME", target) + more

    def _owner(self, name: str) -> str:
        """The name, or the wildcard that answers for it; empty when there is no such name."""
        known = [f".{owner}" for owner, _ in self._records]
        parts = name.split(".")
        exist = (up for up in range(len(parts)) if any(each.endswith("." + ".".join(parts[up:])) for each in known))
        closest = next(exist, len(parts))
        wildcard = ".".join(["*", *parts[closest:]])
        return (wildcard if f".{wildcard}" in known else "") if closest else name


def _lines(name: str, kind: str, values: tuple[str, ...]) -> list[str]:
    return [f"{name}. 60 IN {kind} {value}" for value in values]


def _pair() -> tuple[TCPServer, UDPServer]:
    """Both on one free port."""
    while True:
        tcp = TCPServer(("127.0.0.1", 0), DNSHandler)
        try:
            return tcp, UDPServer(tcp.server_address, DNSHandler)
        except OSError:  # somebody has that port for UDP
            tcp.server_close()
