"""What public sources say of a web address: registries, the DNS, the certificates that are served."""

import time

from bot.guard import Guard
from bot.lookups.dns import Dns, plain
from bot.lookups.rdap import Rdap
from bot.lookups.served import chain, served
from bot.ports import Clock
from bot.shown.found import Registration, Served, Zone

SECONDS = 4.0  # for one look-up in all


class PublicLookups:
    """`bot.ports.Lookups`. May be shared between threads; registrations are remembered, everything else asked anew."""

    def __init__(self, clock: Clock, guard: Guard, dns: Dns, bootstrap: str, https_port: int = 443) -> None:
        self._guard, self._dns, self._port = guard, dns, https_port
        self._rdap = Rdap(guard, clock, bootstrap)

    def registration(self, name: str) -> Registration:
        """The registrable domain above a name; what could not be found out is in the answer."""
        return self._rdap.registration(name, _until())

    def served(self, host: str) -> Served | None:
        """The certificate served there now, of a wildcard at the name without the star."""
        return served(self._guard, plain(host), self._port, _until())

    def zone(self, name: str) -> Zone:
        """The DNS around a name."""
        return self._dns.zone(name, _until())

    def values(self, name: str, kind: str) -> tuple[str, ...]:
        """What the DNS holds under exactly this name."""
        return self._dns.values(name, kind, _until())

    def chain(self, leaf: str) -> tuple[str, ...]:
        """The issuers of a PEM leaf."""
        return chain(self._guard, leaf, _until())


def _until() -> float:
    return time.monotonic() + SECONDS
