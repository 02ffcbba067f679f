"""Stand-ins for what is publicly known of domains: registration data, DNS, and the certificates that hosts show."""

import time
from collections.abc import Callable
from datetime import date
from typing import Self

from tests.sandbox.registries.dns import Dns
from tests.sandbox.registries.rdap import Rdap
from tests.sandbox.registries.served import Served


class Registries:
    """The three on loopback from now until `stop`, each to be edited meanwhile; `clock` tells seconds since 1970.

    `rdap_bootstrap` is the URL of IANA's dns.json; `dns_server` is "127.0.0.1:port", UDP and TCP; on `https_port`
    listen the hosts of all domains.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.rdap, self.dns, self.served = Rdap(clock), Dns(clock), Served(clock)
        self.rdap_bootstrap = f"{self.rdap.url}/rdap/dns.json"
        self.dns_server, self.https_port = self.dns.address, self.served.port

    def add(self, name: str, registered_on: date, expires_on: date, status: tuple[str, ...] = ("active",)) -> None:
        """Register a domain (see `Rdap.add`), and give it a zone in which every host is at 127.0.0.1."""
        self.rdap.add(name, registered_on, expires_on, status)
        self.dns.set(name, "SOA", f"ns1.{name}. hostmaster.{name}. 1 3600 600 604800 60")
        self.dns.set(name, "NS", f"ns1.{name}.", f"ns2.{name}.")
        for host in (name, f"*.{name}"):
            self.dns.set(host, "A", "127.0.0.1")

    def stop(self) -> None:
        """End all three."""
        for each in (self.rdap, self.dns, self.served):
            each.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
