from bot.shown.found import DnsHost, Found, Zone
from tests.fakes import NOW


def test_what_nobody_found_out_is_neither_yes_nor_no() -> None:
    assert DnsHost("A host") == DnsHost("A host", style="either", dot="unknown")
    assert Zone("a.com", "a.com") == Zone("a.com", "a.com", (), ())
    assert Found(NOW) == Found(NOW, None, None, None)
