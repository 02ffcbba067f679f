"""The parts every stand-in shares: what is recorded, when trouble comes, who may use the control address."""

import dataclasses
from decimal import Decimal
from typing import Any

import pytest
import requests

from tests.sandbox.core import Entry, Fault, Faults, Recorder, Serving, control, fingerprint, loopback

PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----"
SECRETS = {
    "pkcs1": PEM, "pkcs8": PEM.replace("RSA ", ""), "json": PEM.replace("\n", "\\n"),
    "form": PEM.replace(" ", "+").replace("\n", "%0A"), "cut-off": PEM[:40],
}  # fmt: skip


def entry(**changed: Any) -> Entry:
    plain = Entry(at=1.0, peer="127.0.0.1", verb="POST", path="/", headers={}, body="", status=200, reply="")
    return dataclasses.replace(plain, **changed)


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS.keys())
def test_a_private_key_is_never_recorded_and_a_certificate_is(secret: str) -> None:
    public = PEM.replace("RSA PRIVATE KEY", "CERTIFICATE")
    kept = Recorder().add(entry(body=f"{public} {secret}", reply=secret))
    assert (kept.body, kept.reply) == (f"{public} {fingerprint(secret)}", fingerprint(secret))


def test_credentials_are_recorded_as_fingerprints() -> None:
    recorder = Recorder()
    recorder.hide("s3cr3t/+")
    headers = {"Authorization": "Bearer xoxb-1", "X-SIGNATURE": "abc", "X-Other": "s3cr3t/+"}
    kept, secret = recorder.add(entry(headers=headers, body="token=s3cr3t%2F%2B", path="/?s3cr3t/+")), "s3cr3t/+"
    signs = {"Authorization": f"Bearer {fingerprint('xoxb-1')}", "X-SIGNATURE": fingerprint("abc")}
    assert kept.headers == signs | {"X-Other": fingerprint(secret)}
    assert (kept.body, kept.path) == (f"token={fingerprint(secret)}", f"/?{fingerprint(secret)}")
    with pytest.raises(ValueError, match="empty"):
        recorder.hide("")


def test_trouble_comes_where_it_was_armed_and_as_often() -> None:
    faults = Faults()
    faults.arm("save", "code", times=2, code=310)
    faults.arm("*", "html")
    met = [faults.take(where) for where in ("save", "look", "save", "save", "look")]
    assert met == [code := Fault("code", {"code": 310}), Fault("html", {}), code, None, None]
    faults.arm("*", "html", times=3)
    faults.clear()
    assert faults.take("x") is None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com"])
def test_nothing_but_loopback_is_served(host: str) -> None:
    with pytest.raises(ValueError, match="loopback|address"):
        loopback(host)


class Bell:
    price = Decimal("9.50")

    def ring(self, times: int = 1) -> dict[str, object]:
        return {"rung": times, "last": entry()}


@pytest.mark.parametrize(
    ("name", "headers", "status", "answer"),
    [
        ("ring", {}, 200, '"rung": 2, "last": {"at": 1.0'), ("price", {}, 200, '"9.50"'), ("hidden", {}, 404, "hidden"),
        ("", {}, 405, ""), ("loud", {}, 400, "loud"), ("ring", {"Origin": "null"}, 403, ""),
        ("ring", {"Host": "192.0.2.1"}, 403, ""), ("ring", {"Host": "a.example"}, 403, ""),
        ("ring", {"Host": "127.0.0.1.example"}, 403, ""), ("ring", {"Origin": "https://evil.example"}, 403, ""),
        ("ring", {"Host": "localhost:7", "Origin": "http://localhost:7"}, 200, ""),
        ("ring", {"Host": "localhost:7", "Origin": "http://localhost:8"}, 403, ""),
    ],
)  # fmt: skip
def test_the_control_address_calls_what_it_lists_for_nobody_from_elsewhere(
    name: str, headers: dict[str, str], status: int, answer: str
) -> None:
    with Serving(control(Bell(), ("ring", "price", "loud"))) as serving:
        told = requests.post(f"{serving.url}/{name}", headers=headers, data='{"times": 2}', timeout=5)
    assert (told.status_code, answer in told.text) == (status, True)
