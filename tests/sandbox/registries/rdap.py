"""Registration data: IANA's bootstrap files, a registry and a registrar on one loopback server.

RFC 7480 (HTTP), 9082 (queries), 9083 (answers), 9224 (bootstrap), 9537 (redaction), 8056 (statuses), 8605 (`cc`).
The registry is thin for .com and .net: no registrant, and a related link to the registrar.
"""

import itertools
import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.sandbox.core import Entry, Faults, Recorder, Serving

_LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})+")
_REGISTRABLE = re.compile(rf"{_LABEL}\.(com|net|org|info|dev|agency|co\.uk)")
_STATUS = re.compile(
    "active|inactive|(client|server) (hold|(delete|renew|transfer|update) prohibited)"
    "|pending (create|delete|renew|restore|transfer|update)|(add|auto renew|redemption|renew|transfer) period"
)
# What each bootstrap file says beside the address of the registry; of tags, whoever registered them comes first.
_BOOTSTRAP = {
    "dns": ["com net org info dev agency uk".split()], "asn": [["64496-64511"]], "ipv4": [["192.0.2.0/24"]],
    "ipv6": [["2001:db8::/32"]], "object-tags": [["tags@registry.example"], ["STANDIN"]],
}  # fmt: skip
_REDACTED = [
    {"name": {"description": f"Registrant {part}"}, "pathLang": "jsonpath", "method": method,
     path: f"$.entities[?(@.roles[0]=='registrant')].vcardArray[1][?(@[0]=='{part}')]"}
    for part, path, method in (("fn", "postPath", "emptyValue"), ("org", "prePath", "removal"))
]  # fmt: skip


@dataclass(frozen=True)
class Domain:
    """One registration, its name as an A-label; ValueError for what no registry would hold."""

    name: str
    registered_on: date
    expires_on: date
    status: tuple[str, ...] = ("active",)
    registrar: str = "Stand-in Registrar, Inc."
    organisation: str = ""
    country: str = "US"
    redacted: bool = False

    def __post_init__(self) -> None:
        if not _REGISTRABLE.fullmatch(self.name) or not all(map(_STATUS.fullmatch, self.status)):
            raise ValueError(f"not registrable, or a status not in RDAP's spelling: {self}")

    def registrant(self) -> dict[str, Any]:
        """Who holds it; redacted, state and country remain, as gTLD policy has it."""
        shown = [self.organisation or "Ada Mill", "1 Main St", "Chicago", "60601"]
        name, street, city, code = [""] * 4 if self.redacted else shown
        more = [["org", {}, "text", name]] if self.organisation and name else []
        address = ["adr", {"cc": self.country}, "text", ["", "", street, city, "IL", code, ""]]
        return _entity("registrant", name, *more, address)


def _entity(role: str, name: str, *more: list[Any]) -> dict[str, Any]:
    card = ["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", name], *more]]
    return {"objectClassName": "entity", "roles": [role], "vcardArray": card}


_ABUSE = _entity("abuse", "Abuse desk", ["email", {}, "text", "abuse@registrar.example"])
_SPONSOR = {"publicIds": [{"type": "IANA Registrar ID", "identifier": "9999"}], "entities": [_ABUSE]}


def _link(relation: str, url: str) -> dict[str, str]:
    return {"value": url, "rel": relation, "href": url, "type": "application/rdap+json"}


def _error(code: int, title: str) -> dict[str, Any]:
    return {"rdapConformance": ["rdap_level_0"], "errorCode": code, "title": title}


def _answer(document: dict[str, Any], padding: bytes = b"", headers: Mapping[str, str] | None = None) -> Response:
    kind = "application/json" if "services" in document else "application/rdap+json"
    return Response(json.dumps(document).encode() + padding, document.get("errorCode", 200), headers, kind)


_WRONG = {"events": {"expiration": 1}, "entities": "none", "status": "active", "ldhName": 7, "links": 3, "redacted": 1}
# Of each kind: (what was asked for, how) -> what is sent instead.
TROUBLE: dict[str, Callable[[dict[str, Any], Mapping[str, Any]], Response]] = {
    "rate_limited": lambda _, how: _answer(_error(429, "Slow"), headers={"Retry-After": str(how.get("after", 2))}),
    "status": lambda _, how: _answer(_error(how.get("code", 500), "Trouble")),
    "loop": lambda _, __: RedirectResponse("/loop"),
    "redirect": lambda _, how: RedirectResponse(how.get("to", "http://169.254.169.254/latest/meta-data/")),
    "related": lambda doc, how: _answer(doc | {"links": [_link("related", how.get("to", "http://10.0.0.1/domain/x"))]}),
    "hang": lambda doc, _: _answer(doc),
    "endless": lambda _, __: StreamingResponse(itertools.repeat(b" " * 65_536), media_type="application/rdap+json"),
    "huge": lambda doc, _: _answer(doc, b" " * 10_000_000),
    "wrong_types": lambda doc, _: _answer(doc | _WRONG),
    "no_events": lambda doc, _: _answer({name: value for name, value in doc.items() if name != "events"}),
    "not_json": lambda _, __: Response("<html>Maintenance</html>", media_type="application/rdap+json"),
}


class Rdap:
    """Domains as registry and registrar show them; who asks for a name that was not added, a host for one, reads 404.

    `recorder` has every request; `url` is the address of all, `{url}/registry/` and `{url}/registrar/` the services.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.recorder, self._faults, self._clock = Recorder(), Faults(), clock
        self._domains: dict[str, Domain] = {}
        self._released = threading.Event()
        # Plain functions, so that each answer has a thread of its own to hang in.
        routes = [Route(path, self._serve) for path in ("/rdap/{name}.json", "/{service}/domain/{name}")]
        loop = Route("/loop", lambda _: RedirectResponse("/loop"))
        self._serving = Serving(Starlette(routes=[*routes, loop])).start()
        self.url = self._serving.url

    def stop(self) -> None:
        """Let what hangs go, and end."""
        self._released.set()
        self._serving.stop()

    def add(self, name: str, registered_on: date, expires_on: date, **details: Any) -> None:
        """Register a domain, or replace what is known of it; the details are those of `Domain`."""
        self._domains[name] = Domain(name, registered_on, expires_on, **details)

    def remove(self, name: str) -> None:
        """Nobody holds it any more; KeyError when nobody did."""
        del self._domains[name]

    def arm(self, where: str, kind: str, times: int = 1, **how: Any) -> None:
        """The next requests meet this `TROUBLE` (KeyError: there is none such).

        `where` is "acme.com" (any service), "registry/acme.com", "registrar/acme.com", "dns" (bootstrap) or "*".
        """
        TROUBLE[kind]
        self._faults.arm(where, kind, times, **how)

    def release(self) -> None:
        """Let all hanging answers go; later ones hang again."""
        held, self._released = self._released, threading.Event()
        held.set()

    def _serve(self, asked: Request) -> Response:
        service, name = asked.path_params.get("service", "rdap"), asked.path_params["name"].lower()
        found = self._found(service, name)
        fault = self._faults.take(f"{service}/{name}") or self._faults.take(name)
        sent = TROUBLE[fault.kind](found, fault.how) if fault else _answer(found)
        released, reply = self._released, bytes(getattr(sent, "body", b""))[:20_000].decode()
        entry = Entry(self._clock(), "", asked.method, asked.url.path, dict(asked.headers), "", sent.status_code, reply)
        self.recorder.add(entry)  # before it hangs, for whoever looks while it does
        if fault and fault.kind == "hang":
            released.wait()
        return sent

    def _found(self, service: str, name: str) -> dict[str, Any]:
        now, domain = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self._clock())), self._domains.get(name)
        if service == "rdap" and name in _BOOTSTRAP:
            row = [*_BOOTSTRAP[name], [f"{self.url}/registry/"]]
            return {"version": "1.0", "publication": now, "services": [row]}
        if domain is None or service not in ("registry", "registrar"):
            return _error(404, "Not Found") if _NAME.fullmatch(name) else _error(400, "Not a domain name")
        thin = service == "registry" and name.endswith((".com", ".net"))
        redacted = domain.redacted and not thin
        days = {"registration": domain.registered_on, "expiration": domain.expires_on}
        times = {action: f"{day}T04:00:00Z" for action, day in days.items()} | {"last update of RDAP database": now}
        related = [_link("related", f"{self.url}/registrar/domain/{name}")] if thin else []
        return {
            "rdapConformance": ["rdap_level_0"] + ["redacted"] * redacted, "objectClassName": "domain",
            "ldhName": name.upper() if thin else name, "status": list(domain.status),
            "links": [_link("self", f"{self.url}/{service}/domain/{name}"), *related],
            "events": [{"eventAction": action, "eventDate": at} for action, at in times.items()],
            "entities": [_entity("registrar", domain.registrar) | _SPONSOR, *([] if thin else [domain.registrant()])],
            "nameservers": [{"objectClassName": "nameserver", "ldhName": f"ns1.{name}"}], "handle": "2138514-STANDIN",
            "secureDNS": {"delegationSigned": False}, **({"redacted": _REDACTED} if redacted else {}),
        }  # fmt: skip
