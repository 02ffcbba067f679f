"""Whatever people paste and whatever the supplier sends: a plain sentence, nothing lost, nothing bought twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.sandbox.office import COMPANY, CONTACT, Office
from tests.sandbox.slack.fields import REQUIRED

LOUD = "<!channel> *all* <@U0NOBODY> <https://evil.example|click> `x` & done"
OWN = ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(autouse=True)
def closed(office: Office) -> Iterator[None]:
    """Every test leaves its forms."""
    yield
    for person in (office.pm, office.erik, office.edith):
        if person.view is not None:
            person.close(everything=True)


# -- names

NOT_NAMES = {
    "": REQUIRED, "   ": "Please give at least one web address", "w" * 300 + ".com": "longer than the 253 characters",
    "a" * 64 + ".com": "longer than 63 characters", "*.co.uk": "*.co.uk belongs to everybody",
    "a.*.b": "the star is in the wrong place", "*.*.acme.com": "the star is in the wrong place",
    "intranet": "no name of the public internet", "mail.corp.local": "no name of the public internet",
    "10.0.0.7": "exists only inside a network", "8.8.8.8": "is a number, not a name",
    "xn--zz--zz.de": "stands for no word", "a_b.acme.com": "has an underscore",
    "carla@acme.com": "is an e-mail address", "<!channel>": "!channel holds a character that no web address may have",
    "www.acme.com *.co.uk": "*.co.uk belongs to everybody",
}  # fmt: skip


@pytest.mark.parametrize("typed", NOT_NAMES, ids=lambda typed: typed[:20] or "nothing")
def test_a_name_that_cannot_be_is_refused_at_its_field(office: Office, typed: str) -> None:
    office.pm.command(office.channel, "/cert new")
    office.pm.fill("Web addresses", typed)
    done = office.pm.submit()
    assert NOT_NAMES[typed] in done.errors["Web addresses"]
    assert done.view is not None
    assert done.view.inputs["Web addresses"].value == typed


@pytest.mark.parametrize(
    ("typed", "name"),
    [("münchen77.de", "xn--mnchen77-65a.de"), ("xn--mnchen78-65a.de", "xn--mnchen78-65a.de"),
     ("HTTPS://Shop77.ACME.com:443/x?y", "shop77.acme.com")],
)  # fmt: skip
def test_a_name_in_any_alphabet_or_dress_is_ordered_as_it_will_be_certified(
    office: Office, typed: str, name: str
) -> None:
    office.pm.command(office.channel, "/cert new")
    office.pm.fill("Web addresses", typed)
    office.fill_on(office.pm, stop_at="Check and send")
    order = office.send(office.pm)
    office.until_card(order, "Waiting for approval")
    assert office.at_supplier(name).domain == name


# -- company and contact


@pytest.mark.parametrize(
    ("label", "value", "sentence"),
    [("Registered name", "A" * 65, "name is longer than 64 characters"), ("Registered name", "N/A", "is a placeholder"),
     ("State or province", "IL", "Write it out: Illinois"), ("Country", "USA", "no code of a country"),
     ("Phone of the company", "call me", "")],
)  # fmt: skip
def test_a_company_that_no_authority_accepts_is_refused_at_its_field(
    office: Office, label: str, value: str, sentence: str
) -> None:
    where = office.new_channel(f"fields-{office.name().partition('.')[0]}", "Fields LLC")
    checked = {"What_it_is_for": "customers", "Which_kind": "sslwebserver"}
    office.fill_form(office.pm, office.name(), channel=where, stop_at="The client’s company", **checked)
    office.pm.fill(label, value)
    errors = office.pm.submit().errors
    assert set(errors) == {label}
    assert sentence in errors[label]


def test_nothing_that_people_or_the_supplier_write_calls_anybody(office: Office) -> None:
    """The check of every message stands in the fixture; here everything that can hold text holds a shout."""
    where = office.ws.add_channel("loud", (office.pm, office.otto, office.erik, office.edith, office.eva))
    office.set_up_project(where, LOUD)
    name = office.name()
    office.fill_form(office.pm, name, channel=where, stop_at="The client’s company", What_it_is_for="customers",
                     Which_kind="sslwebserver")  # fmt: skip
    fields = ("Registered_name", "Street_and_number", "City", "Number_in_the_register")
    people = ("First_name", "Last_name", "Position")
    office.fill_on(office.pm, stop_at="Check and send", **dict.fromkeys((*fields, *people), LOUD[:60]))
    order = office.send(office.pm)
    office.until_waiting(order)
    office.review(office.erik, order)
    office.erik.close()
    _, second = office.fresh(channel=where, Which_kind="rapidssl")
    assert office.refuse(second, LOUD).closed
    assert "<!channel>" in office.until_reply(second, "refused the order").plain
    assert "<!channel>" in office.until_card(second, "Refused").plain
    third = office.buy(bad := office.name(), channel=where, Which_kind="rapidssl")
    office.opensrs.decline(office.at_supplier(bad).order_id, LOUD)
    office.world.pass_time(hours=2)
    office.until_reply(third, "declined the order")


# -- request files and keys


def a_request(*names: str) -> str:
    """A request file as a client would make it."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    listed = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    builder = x509.CertificateSigningRequestBuilder(subject).add_extension(listed, critical=False)
    return builder.sign(OWN, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


@pytest.mark.parametrize(
    ("pasted", "sentence"),
    [("hello", "There is no request in this text"), ("-----BEGIN CERTIFICATE REQUEST-----\nMIIB", "not whole"),
     ("-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----", "damaged")],
)  # fmt: skip
def test_what_is_no_request_file_is_refused_at_its_field(office: Office, pasted: str, sentence: str) -> None:
    office.fill_form(office.pm, office.name(), Own_request_file=pasted)
    assert sentence in office.pm.submit().errors["Own request file"]


def private_keys() -> dict[str, str]:
    plain, kinds = serialization.NoEncryption(), serialization.PrivateFormat
    forms = {"PKCS8": kinds.PKCS8, "EC": kinds.TraditionalOpenSSL, "OpenSSH": kinds.OpenSSH}
    made = {name: OWN.private_bytes(serialization.Encoding.PEM, form, plain).decode() for name, form in forms.items()}
    return {**made, "with a request": a_request("a.acme.com") + made["PKCS8"], "cut": made["PKCS8"][:90]}


@pytest.mark.parametrize("kind", private_keys())
def test_a_private_key_is_refused_and_stands_nowhere(office: Office, kind: str) -> None:
    key = private_keys()[kind]
    office.fill_form(office.pm, name := office.name(), Own_request_file=key)
    told = office.pm.submit().errors["Own request file"]
    assert "This is a private key" in told
    assert "must not be used any more" in told
    office.pm.press("Back")
    office.until_view(office.pm, "When it must work")
    office.pm.close(everything=True)
    command = "/cert new " + key.replace("\n", " ")
    office.typed(office.pm, command, "This is a private key")
    lines = [line for line in key.splitlines() if "-----" not in line and len(line) > 30]
    assert lines
    assert office.world.leaks({f"line {line}": line for line in lines} if kind != "with a request" else {}) == []
    assert not office.rows("SELECT id FROM orders WHERE body LIKE :name", name=f'%"{name}"%')


def test_a_private_key_as_a_reason_is_kept_nowhere(office: Office) -> None:
    _, order = office.fresh()
    assert "This is a private key" in office.refuse(order, private_keys()["PKCS8"]).errors["Why?"]
    assert office.world.leaks() == []


# -- the supplier

GARBAGE = ("xml_bomb", "truncated_xml", "html_200", "html_502", "empty_body", "missing_is_success", "reset_mid_body")


@pytest.mark.parametrize("kind", GARBAGE)
def test_garbage_instead_of_a_draft_is_waited_out(office: Office, kind: str) -> None:
    name = office.name()
    office.opensrs.faults.arm("sw_register", kind)
    order = office.order(name)
    office.until_card(order, "OpenSRS is silent")
    office.world.pass_time(minutes=2)
    office.until_card(order, "Waiting for approval")
    assert not office.bought(name)


@pytest.mark.parametrize("kind", GARBAGE)
def test_garbage_instead_of_the_purchases_answer_never_buys_twice(office: Office, kind: str) -> None:
    name, order = office.fresh()
    how: dict[str, Any] = {"stored": True} if kind in ("xml_bomb", "html_200", "html_502", "empty_body") else {}
    office.opensrs.faults.arm("process_pending", kind, **how)
    office.approve(order, office.erik)
    office.until_reply(order, "gave no clear answer")
    office.world.pass_time(minutes=6)
    office.until_reply(order, "shows the order")
    office.until_bought(order, name)


# -- what is written down


def test_logs_and_audit_hold_ids_and_digests_but_nobodys_data(office: Office) -> None:
    where = office.new_channel(f"quiet-{office.name().partition('.')[0]}", "Quiet LLC")
    name = office.name()
    order = office.buy(
        name, channel=where, What_it_is_for="customers", Which_kind="sslwebserver", Registered_name="Quiet LLC"
    )
    office.erik.click(office.card(order), "Look now")
    audit = "".join(str(row[0]) for row in office.rows("SELECT body FROM audit"))
    assert order in audit
    assert office.erik.id in audit
    personal = {*CONTACT.values(), *COMPANY.values(), "Quiet LLC", "certs@agency.example", "Bea", "Books"} - {"US"}
    people = {person.name for person in office.ws.people.values()} - {"certdesk"}
    for text in (audit, office.written()):
        assert {word for word in personal | people if re.search(rf"\b{re.escape(word)}", text)} == set()
