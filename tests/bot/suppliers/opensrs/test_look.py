from decimal import Decimal

import pytest

from bot.domain.supply import Look, State, Task
from bot.suppliers.opensrs.look import read_look, state
from bot.suppliers.opensrs.wire import Fields, Value
from tests.fakes import NOW

CSR = "-----BEGIN CERTIFICATE REQUEST-----\nMIIC\n-----END CERTIFICATE REQUEST-----"


def shown(**attributes: Value) -> Look:
    return read_look("7", attributes, NOW)


def test_a_look_carries_everything_under_our_names() -> None:
    notes: list[Value] = [
        {"date": "2026-11-23T10:00:00.000-05:00", "type": "money_held", "note": "held"},
        {"date": "2026-11-24 -05:00", "type": "odd", "note": "later"},
        {"date": "soon", "type": "odd", "note": "undated"},
    ]
    asked = {"period": "1", "domain": "a.test", "server_type": "other", "server_count": "1"}
    look = shown(
        order_id="7", state="In_Progress", product_type="ssl123", reg_type="renewal", price="99.0", csr=CSR,
        supplier_order_id="900", product_id="70", contact_set={"admin": {"email": "a@b.test"}, "tech": ""},
        notes_list=notes, surprise={"a": "b"}, **asked,
    )  # fmt: skip
    assert (look.state, look.raw_state, look.at, look.price) == (State.IN_PROGRESS, "In_Progress", NOW, Decimal("99.0"))
    told = {"product": "ssl123", "registration": "renewal", "contacts.admin.email": "a@b.test"}
    assert dict(look.fields) == asked | told
    assert (look.product_id, look.supplier_order_id, look.csr) == ("70", "900", CSR)
    assert (look.money_held, look.newest_note) == (True, "later")
    assert [note.at is None for note in look.notes] == [False, False, True]


def test_what_is_missing_or_odd_is_left_out() -> None:
    look = shown(order_id="7", notes_list=["a", {"note": "b"}], contact_set="none", price="many", dv_auth=["x"])
    assert (look.state, look.raw_state, look.csr, look.price, look.fields) == (State.UNKNOWN, "", "", None, ())
    assert [note.text for note in look.notes] == ["b"]
    assert look.tasks == ()
    assert dict(shown(reg_type="renew").fields) == {"registration": "renewal"}


@pytest.mark.parametrize("known", [word for word in State if word is not State.UNKNOWN])
def test_states_are_read_in_any_spelling(known: State) -> None:
    for raw in (known.value, known.value.replace("-", "_"), known.value.upper(), f" {known.value.title()}"):
        assert state(raw) is known


@pytest.mark.parametrize("raw", ["", "unknown", "processing", "active", "pending!", "in_limbo", "PENDING_REVIEW"])
def test_other_words_are_no_state_and_shown_as_they_are(raw: str) -> None:
    look = shown(state=raw)
    assert (look.state, look.raw_state) == (State.UNKNOWN, raw)


RECORD: Value = {"record_type": "TXT", "domain": "acme.test", "value": "20261123abc"}
TXT, MAIL = Task("txt", "acme.test", "20261123abc"), Task("mail", "a@b.test")
WAITS: Fields = {"approver_email": "a@b.test", "state": "awaiting-approval"}


@pytest.mark.parametrize(
    ("attributes", "dcv", "tasks"),
    [
        ({"dv_auth_details": RECORD}, "dns", (TXT,)),
        ({"AuthData": [RECORD, RECORD]}, "dns", (TXT, TXT)),
        ({"dv_auth": {"filename": "a.txt", "contents": "b"}}, "file", (Task("file", "a.txt", "b"),)),
        ({"some_auth": {"token": "t"}}, "", (Task("shown", "token", "t"),)),
        ({"dv_auth_method": "DNS"}, "dns", ()),
        ({"dv_auth_method": "Email", "approver_email": "a@b.test"}, "email", (MAIL,)),
        (WAITS, "email", (MAIL,)),
        ({**WAITS, "state": "in-progress"}, "", ()),
        ({**WAITS, "dv_auth": RECORD}, "dns", (TXT,)),
        ({**WAITS, "some_auth": {"token": "t"}}, "", (Task("shown", "token", "t"),)),
        ({}, "", ()),
    ],
)
def test_what_shows_control_is_read_as_data(attributes: Fields, dcv: str, tasks: tuple[Task, ...]) -> None:
    look = shown(**attributes)
    assert (look.dcv, look.tasks) == (dcv, tasks)
