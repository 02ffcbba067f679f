"""The parts every stand-in shares: what is recorded, when trouble comes, who may use the control address."""

import dataclasses
from decimal import Decimal
from typing import Any

import pytest
import requests
from starlette.applications import Starlette

from tests.sandbox.core import Entry, Fault, Faults, Recorder, Serving, control, fingerprint

PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----"


def entry(**changed: Any) -> Entry:
    plain = Entry(at=1.0, peer="127.0.0.1", verb="POST", path="/", headers={}, body="", status=200, reply="")
    return dataclasses.replace(plain, **changed)


SECRETS = {
    "pkcs1": PEM, "pkcs8": PEM.replace("RSA ", ""), "json": PEM.replace("\n", "\\n"),
    "form": PEM.replace(" ", "+").replace("\n", "%0A"), "cut-off": PEM[:40],
}  # fmt: skip


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS.keys())
def test_a_private_key_is_never_recorded_and_a_certificate_is(secret: str) -> None:
    public = PEM.replace("RSA PRIVATE KEY", "CERTIFICATE")
    kept = Recorder().add(entry(body=f"{public} {secret}", reply=secret))
    assert (kept.body, kept.reply) == (f"{public} {fingerprint(secret)}", fingerprint(secret))


def test_credentials_are_recorded_as_fingerprints() -> None:
    recorder = Recorder()
    recorder.hide("s3cr3t/+")
    headers = {"Authorization": "Bearer xoxb-1", "X-SIGNATURE": "abc", "X-Other": "s3cr3t/+"}
    kept = recorder.add(entry(headers=headers, body="token=s3cr3t%2F%2B", path="/?s3cr3t/+"))
    assert kept.headers == {
        "Authorization": f"Bearer {fingerprint('xoxb-1')}",
        "X-SIGNATURE": fingerprint("abc"),
        "X-Other": fingerprint("s3cr3t/+"),
    }
    assert kept.body == f"token={fingerprint('s3cr3t/+')}"
    assert "s3cr3t" not in kept.path
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
        Serving(Starlette(), host=host)


class Bell:
    def __init__(self) -> None:
        self.rung = 0
        self.price = Decimal("9.50")

    def ring(self, times: int = 1) -> dict[str, object]:
        self.rung += times
        return {"rung": self.rung, "last": entry()}

    def hidden(self) -> None:
        self.rung = -1


def test_the_control_address_calls_what_it_lists_and_nothing_else() -> None:
    bell = Bell()
    with Serving(control(bell, ("ring", "price"))) as serving, requests.Session() as client:
        assert client.get(serving.url).json() == ["ring", "price"]
        assert client.post(serving.url + "/ring", json={"times": 2}).json()["rung"] == 2
        assert client.post(serving.url + "/ring").json()["last"]["status"] == 200
        assert client.post(serving.url + "/price").json() == "9.50"
        assert client.post(serving.url + "/hidden").status_code == 404
        wrong = client.post(serving.url + "/ring", json={"loud": True})
        assert (wrong.status_code, "loud" in wrong.json()["error"]) == (400, True)
        assert client.post(serving.url + "/ring", data=b"[1").status_code == 400
    assert bell.rung == 3


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200), ({"Host": "localhost:1"}, 200),
        ({"Host": "192.0.2.1"}, 403), ({"Host": "certdesk.example"}, 403), ({"Host": "127.0.0.1.example"}, 403),
        ({"Origin": "https://evil.example"}, 403), ({"Origin": "null"}, 403),
        ({"Host": "localhost:7", "Origin": "http://localhost:7"}, 200),
        ({"Host": "localhost:7", "Origin": "http://localhost:8"}, 403),
    ],
)  # fmt: skip
def test_a_foreign_page_cannot_use_the_control_address(headers: dict[str, str], status: int) -> None:
    with Serving(control(Bell(), ("ring",))) as serving:
        answer = requests.post(serving.url + "/ring", headers=headers, data="{}", timeout=5)
    assert answer.status_code == status
