"""The DNS around a name, asked of the resolvers in the settings or the system's, and whose panel holds its records.

`until` is a moment of `time.monotonic`. No answer, or a broken one, is Lost; a name that does not exist is an answer.
"""

import re
import time
import tomllib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import cache, partial
from importlib.resources import files
from operator import itemgetter
from typing import Any
from urllib.parse import urlsplit

from dns.exception import DNSException
from dns.flags import Flag
from dns.message import make_query
from dns.name import Name, from_text, root
from dns.nameserver import Do53Nameserver
from dns.query import udp_with_fallback
from dns.rcode import Rcode
from dns.rdata import Rdata
from dns.resolver import NXDOMAIN, NoNameservers, Resolver
from dns.rrset import RRset
from publicsuffixlist import PublicSuffixList

from bot.domain.errors import Lost
from bot.guard import Guard
from bot.shown.found import Caa, DnsHost, NameDns, Placed, Signed, Zone

Says = dict[tuple[str, str], tuple[str, ...]]
DNS_PORT = 53
MOST_SERVERS = 13  # of one zone; more are not asked
LONGEST_NAME = 254
BROKEN = "dnssec-failed.org"  # wrongly signed on purpose: who answers for it does not validate
_ERRORS = (Lost, OSError, DNSException)
_TRY = 1.0  # seconds for one server, so that a dead first one leaves time for the second


class Dns:
    """Asks; `servers` are addresses with or without a port, none means the system's. With `one_port` the name servers
    of zones answer where the first of these does.
    """

    def __init__(self, servers: Iterable[str] = (), *, one_port: bool = False) -> None:
        named = [urlsplit(f"//{server}") for server in servers]
        self._resolver, self._unchecked = Resolver(configure=not named), Resolver(configure=not named)
        for resolver, more in ((self._resolver, Flag.AD), (self._unchecked, Flag.CD)):
            resolver.timeout, resolver.flags = _TRY, Flag.RD | more
            if named:
                resolver.nameservers = [Do53Nameserver(each.hostname or "", each.port or DNS_PORT) for each in named]
        self._port = next((each.port for each in named if one_port and each.port), DNS_PORT)

    def addresses(self, name: str, until: float) -> tuple[str, ...]:
        """Every address of a name, of both kinds."""
        return (*self.values(name, "A", until), *self.values(name, "AAAA", until))

    def values(self, name: str, kind: str, until: float) -> tuple[str, ...]:
        """What `bot.ports.Lookups.values` promises; other kinds as the DNS writes them."""
        return tuple(map(_text, self._ask(name, kind, until)))

    def zone(self, name: str, until: float) -> Zone:
        """What `bot.ports.Lookups.zone` promises; without a zone where nobody registered the domain."""
        apex, soa = self._apex(name, until)
        if not soa:
            return Zone(name, "")
        servers = self._servers(apex, until)
        return Zone(
            name, apex, servers, hosts_of(servers) or hosts_of(map(_text, (soa[0].mname, soa[0].rname))),
            alias="".join(self.values(plain(name), "CNAME", until)),
        )  # fmt: skip

    def takes_mail(self, domain: str, until: float) -> bool:
        """What `bot.ports.Lookups.takes_mail` promises."""
        mail = self._ask(domain, "MX", until)
        return any(record.exchange != root for record in mail) if mail else bool(self.addresses(domain, until))

    def name(self, name: str, guard: Guard, until: float) -> NameDns:
        """What `bot.ports.Lookups.dns` promises; its parts are found side by side, each failing on its own."""
        found, asks = NameDns(name), (self._caa, self._signed, partial(self._own, guard))
        with ThreadPoolExecutor(len(asks), thread_name_prefix="dns") as pool:
            parts = [pool.submit(ask, plain(name), until) for ask in asks]
        for part in parts:
            with suppress(Lost):
                found = replace(found, **part.result())
        return found

    def placed(self, name: str, kind: str, guard: Guard, until: float) -> Placed:
        """What `bot.ports.Lookups.placed` promises; slips: another type, the zone appended, at the zone itself."""
        where, other = plain(name), "TXT" if kind == "CNAME" else "CNAME"
        apex, _ = self._apex(where, until)
        slips = [slip for slip in ((where, other), (f"{where}.{apex}", kind), (apex, kind)) if slip != (where, kind)]
        said = each_server(self._servers(apex, until), ((where, kind), *slips), guard, self._port, until)
        found = {(*slip, value) for says in said.values() for slip in slips for value in (says or {}).get(slip, ())}
        exact = {server: says[where, kind] if says else None for server, says in said.items()}
        if any(
            (where, "CNAME", value) in found for values in exact.values() for value in values or ()
        ):  # led elsewhere
            exact |= dict.fromkeys((each for each in exact if exact[each]), self.values(where, kind, until))
        return Placed(where, kind, apex, tuple(exact.items()), tuple(sorted(found)))

    def _apex(self, name: str, until: float) -> tuple[str, RRset | tuple[Any, ...]]:
        """The zone that holds a name, with its SOA; empty where nobody registered the domain."""
        for apex in climb(name, registrable(name)):
            soa = self._ask(apex, "SOA", until)
            if isinstance(soa, RRset) and soa.name == from_text(apex):  # its own, not where an alias leads
                return apex, soa
        return "", ()

    def _servers(self, apex: str, until: float) -> tuple[str, ...]:
        return tuple(sorted(server.lower() for server in self.values(apex, "NS", until))) if apex else ()

    def _own(self, guard: Guard, name: str, until: float) -> dict[str, Any]:
        """The zone, and what each of its servers says of what must be the same on all of them."""
        apex, _ = self._apex(name, until)
        asked = dict.fromkeys([(name, "CAA"), (apex, "CAA"), (apex, "NS")])
        said = each_server(self._servers(apex, until), asked, guard, self._port, until)
        lines = {
            server: says
            and tuple(f"{what} {kind} {value}".lower() for (what, kind), all_ in says.items() for value in all_)
            for server, says in said.items()
        }
        return {"zone": apex, "servers": tuple(lines.items())}

    def _caa(self, name: str, until: float) -> dict[str, Any]:
        """RFC 8659 3: the first set on the way up counts."""
        for at in climb(name):
            if found := self._ask(at, "CAA", until):
                records = (
                    Caa(
                        each.flags,
                        each.tag.decode(errors="replace").lower(),
                        each.value.decode(errors="replace").strip(),
                    )
                    for each in found
                )
                return {"caa_at": at, "caa": tuple(records)}
        return {"caa": ()}

    def _signed(self, name: str, until: float) -> dict[str, Any]:
        """RFC 4035 4.9: bogus is what a resolver fails to answer unless told not to check; that it says nothing of
        signatures counts only where it does check.
        """
        flags = self._flags(self._resolver, name, until)
        if flags is None:
            return {"signed": Signed.BOGUS if self._bogus(name, until) else Signed.UNKNOWN}
        checks = flags & Flag.AD or self._bogus(BROKEN, until)
        return {"signed": (Signed.VALIDATED if flags & Flag.AD else Signed.UNSIGNED) if checks else Signed.UNKNOWN}

    def _bogus(self, name: str, until: float) -> bool:
        resolvers = (self._unchecked, self._resolver)
        return [self._flags(resolver, name, until) is None for resolver in resolvers] == [False, True]

    def _flags(self, resolver: Resolver, name: str, until: float) -> int | None:
        """Of the answer to what authorities will ask; None where every resolver fails."""
        try:
            lifetime = until - time.monotonic()
            answer = resolver.resolve(from_text(name), "CAA", lifetime=lifetime, raise_on_no_answer=False)
        except NXDOMAIN as no:
            return int(no.response(from_text(name)).flags)  # type: ignore[no-untyped-call] # dnspython's own
        except NoNameservers:
            return None
        except (DNSException, ValueError) as error:
            raise Lost(f"the DNS gave no answer for {name}: {type(error).__name__}") from None
        return int(answer.response.flags)

    def _ask(self, name: str, kind: str, until: float) -> RRset | tuple[Any, ...]:
        try:
            lifetime = until - time.monotonic()
            answer = self._resolver.resolve(from_text(name), kind, lifetime=lifetime, raise_on_no_answer=False)
        except NXDOMAIN:
            return ()
        except (DNSException, ValueError) as error:
            raise Lost(f"the DNS gave no answer for {name}: {type(error).__name__}") from None
        return answer.rrset or ()


def each_server(
    servers: Iterable[str], questions: Iterable[tuple[str, str]], guard: Guard, port: int, until: float
) -> dict[str, Says | None]:
    """What each of a zone's name servers answers itself, all asked side by side: sorted values by (name, type).

    None where it is silent, answers for another zone only, or is not on the public internet.
    """
    some, asked = tuple(servers)[:MOST_SERVERS], [(name, kind) for name, kind in questions if len(name) < LONGEST_NAME]
    with ThreadPoolExecutor(MOST_SERVERS, thread_name_prefix="name-server") as pool:
        said = pool.map(lambda server: _says(server, asked, guard, port, until), some)
    return dict(zip(some, said, strict=True))


def _says(server: str, questions: Iterable[tuple[str, str]], guard: Guard, port: int, until: float) -> Says | None:
    with suppress(*_ERRORS):
        for address in guard.addresses(server, port, until) * 2:  # one lost packet is no silence
            with suppress(*_ERRORS):
                return {question: _said(question, address, port, until) for question in questions}
    return None


def _said(question: tuple[str, str], address: str, port: int, until: float) -> tuple[str, ...]:
    name, kind = question
    query = make_query(name, kind, flags=0)
    answer, _ = udp_with_fallback(query, address, min(_TRY, until - time.monotonic()), port)
    if not answer.flags & Flag.AA or answer.rcode() not in (Rcode.NOERROR, Rcode.NXDOMAIN):
        raise Lost(f"{address} does not answer for {name}")
    return tuple(
        sorted(_text(record) for rrset in answer.answer if rrset.name == query.question[0].name for record in rrset)
    )


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
