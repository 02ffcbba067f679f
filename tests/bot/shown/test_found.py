"""What nobody found out claims nothing: by default both forms of a name are shown and nothing is known."""

from bot.shown.found import DnsHost, Found, Zone
from tests.fakes import NOW


def test_what_is_not_known_is_neither_yes_nor_no() -> None:
    host, zone = DnsHost("A host"), Zone("acme.com", "acme.com")
    assert (host.style, host.dot, host.apex) == ("either", "unknown", "")
    assert (zone.issuers, zone.hosts, zone.mail) == ((), (), False)
    assert (Found(NOW).registration, Found(NOW).served, Found(NOW).zone) == (None, None, None)
