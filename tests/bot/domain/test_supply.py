"""What a supplier shows, and how a read-back differs from what was asked for (R10)."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.domain.request import Level
from bot.domain.supply import Account, Funds, Look, Note, State, differences
from tests.builders import COMPANY, CONTACT, STAFF, a_look, a_request
from tests.fakes import NOW

REQUEST = a_request(
    "www.acme.com", product="sslwebserver", level=Level.OV, organisation=COMPANY, admin=CONTACT, billing=STAFF,
    technical=STAFF,
)  # fmt: skip
FIELDS = {
    "product": "sslwebserver", "period": "1", "domain": "www.acme.com", "server_type": "other", "server_count": "1",
    "registration": "new", "contacts.admin.first_name": "Ada", "contacts.admin.email": "ada@acme.com",
    "contacts.billing.phone": "+1.3125550198", "contacts.tech.last_name": "Engineer",
    "contacts.organization.org_name": "Acme LLC",
}  # fmt: skip


def shown(**changes: str) -> Look:
    fields = FIELDS | {name.replace("__", "."): value for name, value in changes.items()}
    return a_look(fields=tuple((name, value) for name, value in fields.items() if value))


def differing(look: Look, price: Decimal | None = Decimal(49), *, ours: bool = True) -> set[str]:
    return {difference.field for difference in differences(REQUEST, look, price, csr_is_ours=ours)[0]}


def test_what_reads_back_as_asked_differs_in_nothing() -> None:
    assert differences(REQUEST, shown(), Decimal("49.00"), csr_is_ours=True) == ((), ())


@pytest.mark.parametrize(("field", "value"), [
    ("product", "truebizid"), ("period", "2"), ("domain", "acme.com"), ("server_type", "iis"), ("server_count", "2"),
    ("registration", "renewal"), ("contacts__admin__first_name", "Bob"), ("contacts__admin__email", "b@acme.com"),
    ("contacts__billing__phone", "+1.3125550000"), ("contacts__tech__last_name", "Else"),
    ("contacts__organization__org_name", "Acme Inc"),
])  # fmt: skip
def test_every_field_shown_is_compared(field: str, value: str) -> None:
    assert differing(shown(**{field: value})) == {field.replace("__", ".")}


@pytest.mark.parametrize(("field", "value"), [
    ("domain", "WWW.acme.com"), ("contacts__admin__email", "Ada@ACME.com"),
    ("contacts__organization__org_name", "  ACME   llc "),
])  # fmt: skip
def test_writing_is_no_difference(field: str, value: str) -> None:
    assert differing(shown(**{field: value})) == set()


@pytest.mark.parametrize("field", [name for name in FIELDS if not name.startswith("contacts")])
def test_what_is_not_shown_is_listed_and_no_difference(field: str) -> None:
    assert differences(REQUEST, shown(**{field: ""}), Decimal(49), csr_is_ours=True) == ((), (field,))


def test_contacts_that_the_supplier_drops_are_neither_a_difference_nor_listed() -> None:
    look = a_look(fields=tuple((name, value) for name, value in FIELDS.items() if not name.startswith("contacts")))
    assert differences(REQUEST, look, Decimal(49), csr_is_ours=True) == ((), ())


def test_a_request_file_is_compared_by_what_it_says() -> None:
    assert differing(shown(), ours=False) == {"csr"}
    bare = a_look(csr="", fields=tuple(FIELDS.items()))
    assert differences(REQUEST, bare, Decimal(49), csr_is_ours=False) == ((), ("csr",))


@pytest.mark.parametrize(("agreed", "found", "wrong", "missing"), [
    ("49", "49.00", False, False), ("49", "49.01", True, False), ("49", None, False, True), (None, "49", False, False),
])  # fmt: skip
def test_the_price_is_compared_with_the_one_agreed(
    agreed: str | None, found: str | None, *, wrong: bool, missing: bool
) -> None:
    look = a_look(price=Decimal(found) if found else None, fields=tuple(FIELDS.items()))
    differs, not_shown = differences(REQUEST, look, Decimal(agreed) if agreed else None, csr_is_ours=True)
    assert (bool(differs), "price" in not_shown) == (wrong, missing)


@pytest.mark.parametrize("state", State)
def test_an_order_is_live_from_in_progress_to_completed(state: State) -> None:
    live = {"in-progress", "awaiting-approval", "approver-confirmed", "completed"}
    assert state.live is (state.value in live)


@pytest.mark.parametrize(
    ("kind", "held"), [("money_held", True), ("money_charged", True), ("money_returned", False), ("updated", False)]
)
def test_money_set_aside_shows_in_the_notes(kind: str, *, held: bool) -> None:
    assert a_look(notes=(Note(NOW, kind, "49.0"),)).money_held is held


def test_the_newest_note_is_shown_and_not_the_one_about_money() -> None:
    notes = (
        Note(NOW, "order_declined", "declined: no such company"), Note(NOW, "money_returned", "49.0 returned"),
        Note(NOW - timedelta(days=1), "order_created", "created"), Note(None, "undated", "whenever"),
    )  # fmt: skip
    assert a_look(notes=notes).newest_note == "declined: no such company"
    assert a_look(notes=notes[3:]).newest_note == ""


@pytest.mark.parametrize(("environment", "is_test"), [("live", False), ("test", True), ("horizon", True)])
def test_only_the_live_account_is_real(environment: str, *, is_test: bool) -> None:
    assert Account("opensrs", "agency", environment).is_test is is_test


def test_money_set_aside_for_other_orders_pays_for_no_further_one() -> None:
    assert Funds(Decimal(100), Decimal(60)).free == Decimal(40)
