"""The DNS around a name, asked of the resolvers in the settings or the system's, and whose panel holds its records.

`until` is a moment of `time.monotonic`. No answer, or a broken one, is Lost; a name that does not exist is an answer.
"""

import re
import time
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from operator import itemgetter
from typing import Any
from urllib.parse import urlsplit

from dns.exception import DNSException
from dns.name import Name, from_text, root
from dns.nameserver import Do53Nameserver
from dns.rdata import Rdata
from dns.resolver import NXDOMAIN, Resolver
from dns.rrset import RRset
from publicsuffixlist import PublicSuffixList

from bot.domain.errors import Lost
from bot.shown.found import DnsHost, Zone

NOBODY = ";"  # the issue value that lets no authority issue (RFC 8659 4.2)
_TRY = 1.0  # seconds for one server, so that a dead first one leaves time for the second
_TAGS = {b"issue", b"issuewild", b"iodef", b"contactemail", b"contactphone", b"issuemail", b"issuevmc"}


class Dns:
    """Asks; `servers` are addresses with or without a port, none means the system's."""

    def __init__(self, servers: Iterable[str] = ()) -> None:
        named = [urlsplit(f"//{server}") for server in servers]
        self._resolver = Resolver(configure=not named)
        self._resolver.timeout = _TRY
        if named:
            self._resolver.nameservers = [Do53Nameserver(each.hostname or "", each.port or 53) for each in named]

    def addresses(self, name: str, until: float) -> tuple[str, ...]:
        """Every address of a name, of both kinds."""
        return (*self.values(name, "A", until), *self.values(name, "AAAA", until))

    def values(self, name: str, kind: str, until: float) -> tuple[str, ...]:
        """What `bot.ports.Lookups.values` promises; other kinds as the DNS writes them."""
        return tuple(map(_text, self._ask(name, kind, until)))

    def zone(self, name: str, until: float) -> Zone:
        """What `bot.ports.Lookups.zone` promises; without a zone where nobody registered the domain."""
        for apex in climb(name, registrable(name)):
            soa = self._ask(apex, "SOA", until)
            if isinstance(soa, RRset) and soa.name == from_text(apex):  # its own, not where an alias leads
                break
        else:
            return Zone(name, "")
        servers = tuple(sorted(server.lower() for server in self.values(apex, "NS", until)))
        return Zone(
            name, apex, servers, hosts_of(servers) or hosts_of(map(_text, (soa[0].mname, soa[0].rname))),
            mail=any(record.exchange != root for record in self._ask(apex, "MX", until)),  # the root: none (RFC 7505)
            issuers=self._issuers(name, until), alias="".join(self.values(plain(name), "CNAME", until)),
        )  # fmt: skip

    def _issuers(self, name: str, until: float) -> tuple[str, ...]:
        """RFC 8659 3 and 4: the first set on the way up counts; one with a critical tag nobody knows lets nobody in."""
        found = next(filter(None, (self._ask(parent, "CAA", until) for parent in climb(name))), ())
        if any(record.flags & 128 and record.tag.lower() not in _TAGS for record in found):
            return (NOBODY,)
        tags = {record.tag.lower() for record in found}
        counts = b"issuewild" if name.startswith("*.") and b"issuewild" in tags else b"issue"
        return tuple(record.value.decode(errors="replace").strip() for record in found if record.tag.lower() == counts)

    def _ask(self, name: str, kind: str, until: float) -> RRset | tuple[Any, ...]:
        try:
            lifetime = until - time.monotonic()
            answer = self._resolver.resolve(from_text(name), kind, lifetime=lifetime, raise_on_no_answer=False)
        except NXDOMAIN:
            return ()
        except (DNSException, ValueError) as error:
            raise Lost(f"the DNS gave no answer for {name}: {type(error).__name__}") from None
        return answer.rrset or ()


def _text(record: Rdata | Name) -> str:
    strings: Iterable[bytes] | None = getattr(record, "strings", None)
    return record.to_text().removesuffix(".") if strings is None else b"".join(strings).decode(errors="replace")


def plain(name: str) -> str:
    """A name as the DNS holds it: small letters, no final dot, no star in front."""
    return name.strip().lower().removesuffix(".").removeprefix("*.")


def climb(name: str, top: str = ".") -> Iterator[str]:
    """The name and what stands above it, up to `top` or to the top-level domain; nothing where `top` is empty."""
    labels = plain(name).split(".")
    return (".".join(labels[first:]) for first in range(len(labels) - top.strip(".").count(".") if top else 0))


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(only_icann=True, accept_unknown=False)  # bundled, never fetched


def registrable(name: str) -> str:
    """The domain above a name that somebody registered; empty for what nobody can register."""
    return str(_suffixes().privatesuffix(plain(name)) or "")


@cache
def hosts() -> dict[str, DnsHost]:
    """The companies of hosts.toml by what ends the names of their servers, as a pattern."""
    table = tomllib.loads(files("bot.lookups").joinpath("hosts.toml").read_text(encoding="utf-8"))
    found = {}
    for entry in table.values():
        ends = "|".join([*map(re.escape, entry.pop("suffixes", ())), *entry.pop("patterns", ())])
        also = tuple(table[other]["name"] for other in entry.pop("also", ()))
        found[rf"(?:^|\.)(?:{ends or 'nothing'})\Z"] = DnsHost(
            **entry | {"quirks": tuple(entry.get("quirks", ())), "also": also}
        )
    return found


def hosts_of(servers: Iterable[str]) -> tuple[DnsHost, ...]:
    """Every known company among name servers, each once; where several fit one server, the longest end wins."""
    fitting = (
        [(fit.start(), host) for end, host in hosts().items() if (fit := re.search(end, name))] for name in servers
    )
    return tuple(dict.fromkeys(min(fits, key=itemgetter(0))[1] for fits in fitting if fits))
