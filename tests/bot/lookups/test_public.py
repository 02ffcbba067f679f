"""All look-ups as they are put together from the settings: a trial on this machine, and the rules of everyday."""

import json
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import ValidationError

from bot.app import lookups_of
from bot.clock import SystemClock
from bot.domain.errors import Lost
from tests.bot.authority import FAR_AWAY, LONG_AGO, root
from tests.bot.environment import settings
from tests.bot.lookups.outside import Names, Web, shown_by

TRIAL = {"slack_api_url": "http://127.0.0.1:1/api/", "opensrs_url": "http://127.0.0.1:2/"}


def test_everything_is_asked_where_the_settings_say(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = root("Root").leaf(key.public_key(), ("acme.com",), begins=LONG_AGO, ends=FAR_AWAY)
    with ExitStack() as open_:
        register, site = Web(), Web(context=shown_by(leaf, key, tmp_path))
        names = Names("acme.com. SOA a. b. 1 2 3 4 5\nacme.com. A 127.0.0.1\n_x.acme.com. TXT 1")
        for each in (register, site, names):
            open_.enter_context(closing(each))
        register.say["/dns.json"] = (200, {}, json.dumps({"services": [[["com"], [register.url]]]}).encode())
        given = {"dns_servers": names.address, "rdap_bootstrap": f"{register.url}/dns.json", "https_port": site.port}
        free = lookups_of(settings(**TRIAL, **given, lookup_allow="127.0.0.1, 10.0.0.0/8"), SystemClock())
        strict = lookups_of(settings(**given, lookup_allow="10.0.0.0/8"), SystemClock())
        seen = free.served("*.acme.com")
        assert (seen and seen.host, seen and seen.names) == ("acme.com", ("acme.com",))
        assert [look.registration("acme.com").registered for look in (free, strict)] == [False, None]
        for look in (free, strict):
            assert (look.zone("www.acme.com").zone, look.values("_x.acme.com", "TXT")) == ("acme.com", ("1",))
        assert free.chain("") == ()
        with pytest.raises(Lost, match="not on the public internet"):
            strict.served("acme.com")


@pytest.mark.parametrize(("field", "value"), [
    ("dns_servers", "ns1.acme.com"), ("dns_servers", "1.1.1.1:x"), ("dns_servers", "1.1.1.1, ::1"), ("https_port", "0"),
    ("lookup_allow", "10.0.0.1/8"), ("lookup_allow", "10.0.0.0/8, staging"),
])  # fmt: skip
def test_a_wrong_setting_is_named(field: str, value: str) -> None:
    with pytest.raises(ValidationError, match=field):
        settings(**{field: value})
