"""Registration data: IANA's bootstrap file of domains, a registry and a registrar on one loopback server.

RFC 7480 (HTTP), 9082 (queries), 9083 (answers), 9224 (bootstrap), 8056 (statuses), 8605 (`cc`).
The registry is thin: no registrant, and a related link to the registrar.
"""

import json
import re
import time
from collections.abc import Callable
from datetime import date
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.sandbox.core import Entry, Faults, Recorder, Serving

_REGISTRABLE = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)\.(com|net)")
_STATUS = re.compile(
    "active|inactive|(client|server) (hold|(delete|renew|transfer|update) prohibited)"
    "|pending (create|delete|renew|restore|transfer|update)|(add|auto renew|redemption|renew|transfer) period"
)


def _entity(role: str, name: str, *more: list[Any]) -> dict[str, Any]:
    card = ["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", name], *more]]
    return {"objectClassName": "entity", "roles": [role], "vcardArray": card}


_REGISTRAR = _entity("registrar", "Stand-in Registrar, Inc.") | {
    "publicIds": [{"type": "IANA Registrar ID", "identifier": "9999"}],
    "entities": [_entity("abuse", "Abuse desk", ["email", {}, "text", "abuse@registrar.example"])],
}
_ADDRESS = ["adr", {"cc": "US"}, "text", ["", "", "1 Main St", "Chicago", "IL", "60601", ""]]
_REGISTRANT = _entity("registrant", "Ada Mill", _ADDRESS)


def _link(relation: str, url: str) -> dict[str, str]:
    return {"value": url, "rel": relation, "href": url, "type": "application/rdap+json"}


def _error(code: int, title: str) -> dict[str, Any]:
    return {"rdapConformance": ["rdap_level_0"], "errorCode": code, "title": title}


class Rdap:
    """Domains as registry and registrar show them; who asks for a name that was not added, a host for one, reads 404.

    `recorder` has every request; `url` is the address of all, `{url}/registry/` and `{url}/registrar/` the services;
    `faults` armed at "registry/acme.com" or "*" answer with their kind, a status.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.recorder, self.faults, self._clock = Recorder(), Faults(), clock
        self._domains: dict[str, dict[str, Any]] = {}
        routes = [Route(path, self._serve) for path in ("/{service}/{name}.json", "/{service}/domain/{name}")]
        self._serving = Serving(Starlette(routes=routes)).start()
        self.url = self._serving.url

    def stop(self) -> None:
        """End."""
        self._serving.stop()

    def add(self, name: str, registered_on: date, expires_on: date, status: tuple[str, ...] = ("active",)) -> None:
        """Register a domain, or replace what is known of it; ValueError for what no registry would hold."""
        if not _REGISTRABLE.fullmatch(name) or not all(map(_STATUS.fullmatch, status)):
            raise ValueError(f"not registrable, or a status not in RDAP's spelling: {name}, {status}")
        days = {"registration": registered_on, "expiration": expires_on}
        self._domains[name] = {
            "rdapConformance": ["rdap_level_0"], "objectClassName": "domain", "handle": "2138514-STANDIN",
            "status": list(status), "secureDNS": {"delegationSigned": False},
            "events": [{"eventAction": action, "eventDate": f"{day}T04:00:00Z"} for action, day in days.items()],
            "nameservers": [{"objectClassName": "nameserver", "ldhName": f"ns1.{name}"}],
        }  # fmt: skip

    def _serve(self, asked: Request) -> Response:
        service, name = asked.path_params["service"], asked.path_params["name"].lower()
        fault = self.faults.take(f"{service}/{name}")
        answer = _error(int(fault.kind), "Trouble") if fault else self._found(service, name)
        status, reply = int(answer.get("errorCode", 200)), json.dumps(answer)
        path, headers = asked.url.path, dict(asked.headers)
        self.recorder.add(Entry(self._clock(), "", asked.method, path, headers, "", status, reply))
        return Response(reply, status, media_type=f"application/{'rdap+' * (service != 'rdap')}json")

    def _found(self, service: str, name: str) -> dict[str, Any]:
        now, known = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self._clock())), self._domains.get(name)
        if (service, name) == ("rdap", "dns"):
            return {"version": "1.0", "publication": now, "services": [[["com", "net"], [f"{self.url}/registry/"]]]}
        if known is None or service not in ("registry", "registrar"):
            return _error(404, "Not Found")
        updated = {"eventAction": "last update of RDAP database", "eventDate": now}
        own, registrar = (f"{self.url}/{each}/domain/{name}" for each in (service, "registrar"))
        thin = service == "registry"
        return known | {
            "ldhName": name.upper() if thin else name, "events": [*known["events"], updated],
            "links": [_link("self", own), *([_link("related", registrar)] if thin else [])],
            "entities": [_REGISTRAR] if thin else [_REGISTRAR, _REGISTRANT],
        }  # fmt: skip
