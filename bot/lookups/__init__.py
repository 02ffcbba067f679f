"""What public sources say of a web address: registries, the DNS, the certificates that are served."""

import time

from bot.guard import Guard
from bot.lookups.dns import Dns, plain
from bot.lookups.rdap import Rdap
from bot.lookups.served import chain, served
from bot.ports import Clock
from bot.shown.found import NameDns, Placed, Registration, Served, Zone

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

    def dns(self, name: str) -> NameDns:
        """What authorities will find of a certificate's name."""
        return self._dns.name(name, self._guard, _until())

    def placed(self, name: str, kind: str) -> Placed:
        """What stands where a record of proof belongs."""
        return self._dns.placed(name, kind, self._guard, _until())

    def takes_mail(self, domain: str) -> bool:
        """Whether a mail domain takes mail."""
        return self._dns.takes_mail(domain, _until())

    def chain(self, leaf: str) -> tuple[str, ...]:
        """The issuers of a PEM leaf."""
        return chain(self._guard, leaf, _until())


def _until() -> float:
    return time.monotonic() + SECONDS
