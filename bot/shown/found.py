"""What was found out about a web address from public sources: hints for people, never a decision by itself."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Registration:
    """What the registry says of a registrable domain (RFC 9083). `registered` is None where nobody could tell, and
    `why` says why; `statuses` are RDAP's spelling (RFC 8056), small letters; an organisation that is redacted or absent
    is empty. `source` is the host that answered.
    """

    domain: str
    registered: bool | None
    expires_at: datetime | None = None
    statuses: tuple[str, ...] = ()
    registrar: str = ""
    organisation: str = ""
    source: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Served:
    """The certificate that a host serves now, not verified. `subject` holds (short name, value): O, L, ST, C."""

    host: str
    names: tuple[str, ...]
    not_after: datetime
    issuer: str
    subject: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DnsHost:
    """A company whose panel holds DNS records, and what one must know to type a record there.

    `style` is "relative" (the panel appends the zone), "full" (type the whole name) or "either" (not known: show both);
    `apex` is what stands for the zone itself, `dot` whether a target ends with a dot: "add", "omit" or "unknown".
    `also` names other companies that can stand behind the same name servers.
    """

    name: str
    style: str = "either"
    apex: str = ""
    dot: str = "unknown"
    menu: str = ""
    panel: str = ""
    quirks: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Zone:
    """The DNS around a name: `zone` is the one with a SOA of its own that holds it, `hosts` who runs it (several:
    mixed; none: unknown), `alias` what the name itself is a CNAME for.
    """

    name: str
    zone: str
    name_servers: tuple[str, ...] = ()
    hosts: tuple[DnsHost, ...] = ()
    alias: str = ""


class Signed(StrEnum):
    """What a validating resolver makes of a zone's signatures (RFC 4035); unknown where none could be asked."""

    VALIDATED = "validated"
    UNSIGNED = "unsigned"
    BOGUS = "bogus"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Caa:
    """One CAA record (RFC 8659 4.1); the tag in small letters."""

    flags: int
    tag: str
    value: str


@dataclass(frozen=True, slots=True)
class NameDns:
    """What the DNS says of a certificate's name; None is what could not be found out.

    `zone` holds the name (empty: nobody's), `caa` is the set that counts for it (RFC 8659 3), found at `caa_at`.
    `servers` are the zone's own, each with what it says itself (None: silent, or it does not answer for the zone).
    """

    name: str
    zone: str | None = None
    caa: tuple[Caa, ...] | None = None
    caa_at: str = ""
    servers: tuple[tuple[str, tuple[str, ...] | None], ...] = ()
    signed: Signed = Signed.UNKNOWN


@dataclass(frozen=True, slots=True)
class Placed:
    """What stands where a record of proof belongs: the values on each of the zone's own servers (None: it is silent),
    and in the places where slips end up (`elsewhere`: name, type, value).
    """

    name: str
    kind: str
    zone: str
    servers: tuple[tuple[str, tuple[str, ...] | None], ...] = ()
    elsewhere: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """Everything found about one address; None where nothing could be found out in time."""

    at: datetime
    registration: Registration | None = None
    served: Served | None = None
    zone: Zone | None = None
