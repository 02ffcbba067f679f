"""What a supplier shows, and how a read-back differs from what was asked for (R10)."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.request import Level
from bot.domain.supply import Account, Difference, Funds, Note, differences
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


READ = a_look(fields=tuple(FIELDS.items()))


@pytest.mark.parametrize(("name", "value", "differs", "listed"), [
    *((name, "else", True, False) for name in FIELDS),
    *((name, f"  {value.swapcase()} ", False, False) for name, value in FIELDS.items()),  # writing is no difference
    *((name, "", False, not name.startswith("contacts")) for name in FIELDS),  # suppliers drop contacts
])  # fmt: skip
def test_every_field_shown_is_compared_and_what_is_not_shown_is_listed(
    name: str, value: str, *, differs: bool, listed: bool
) -> None:
    fields = tuple((field, said) for field, said in {**FIELDS, name: value}.items() if said)
    wrong = (Difference(name, FIELDS[name], value),) if differs else ()
    look = replace(READ, fields=fields)
    assert differences(REQUEST, look, Decimal("49.00"), csr_is_ours=True) == (wrong, (name,) if listed else ())


@pytest.mark.parametrize(("changes", "agreed", "ours", "wrong", "listed"), [
    ({}, "49", True, [], ()), ({}, "49", False, ["csr"], ()), ({"csr": ""}, "49", False, [], ("csr",)),
    ({"price": Decimal("49.01")}, "49", True, ["price"], ()), ({"price": None}, "49", True, [], ("price",)),
    ({}, None, True, [], ()),
])  # fmt: skip
def test_the_request_file_and_the_price_are_compared_with_ours(
    changes: dict[str, Any], agreed: str | None, wrong: list[str], listed: tuple[str, ...], *, ours: bool
) -> None:
    price = Decimal(agreed) if agreed else None
    differ, not_shown = differences(REQUEST, replace(READ, **changes), price, csr_is_ours=ours)
    assert ([each.field for each in differ], not_shown) == (wrong, listed)


def test_the_newest_note_is_shown_and_not_the_one_about_money() -> None:
    notes = (
        Note(NOW, "order_declined", "declined: no such company"), Note(NOW, "money_returned", "49.0 returned"),
        Note(NOW - timedelta(days=1), "order_created", "created"), Note(None, "undated", "whenever"),
    )  # fmt: skip
    assert a_look(notes=notes).newest_note == "declined: no such company"
    assert a_look(notes=notes[3:]).newest_note == ""


def test_only_the_live_account_is_real() -> None:
    assert [Account("opensrs", "agency", where).is_test for where in ("live", "test", "horizon")] == [False, True, True]


def test_money_set_aside_for_other_orders_pays_for_no_further_one() -> None:
    assert Funds(Decimal(100), Decimal(60)).free == Decimal(40)
