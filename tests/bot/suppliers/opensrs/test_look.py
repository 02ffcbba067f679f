from decimal import Decimal

import pytest

from bot.domain.supply import Look, Note, State, Task
from bot.suppliers.opensrs.look import read_look
from bot.suppliers.opensrs.wire import Fields, Value, date
from tests.fakes import NOW


def shown(**attributes: Value) -> Look:
    return read_look("7", attributes, NOW)


def test_a_look_carries_everything_under_our_names() -> None:
    day = "2026-11-23T10:00:00.000-05:00"
    notes: list[Value] = [{"date": day, "type": "money_held", "note": "held"}, {"date": "soon", "note": "undated"}]
    asked = {"period": "1", "domain": "a.test", "server_type": "other", "server_count": "1"}
    look = shown(
        order_id="7", state="In_Progress", product_type="ssl123", reg_type="renew", price="99.0", csr="CSR",
        supplier_order_id="900", product_id="70", contact_set={"admin": {"email": "a@b.test"}, "tech": ""},
        notes_list=notes, surprise={"a": "b"}, **asked,
    )  # fmt: skip
    told = {"product": "ssl123", **asked, "registration": "renewal", "contacts.admin.email": "a@b.test"}
    assert look == Look(
        "7", NOW, State.IN_PROGRESS, "In_Progress", "CSR", Decimal("99.0"), look.fields,
        (Note(date(day), "money_held", "held"), Note(None, "", "undated")), "70", "900",
    )  # fmt: skip
    assert dict(look.fields) == told


def test_what_is_missing_or_odd_is_left_out() -> None:
    look = shown(order_id="7", notes_list=["a", {"note": "b"}], contact_set="none", price="many", dv_auth=["x"])
    assert look == Look("7", NOW, State.UNKNOWN, "", notes=(Note(None, "", "b"),))


def spellings(known: State) -> tuple[str, ...]:
    return known.value, known.value.replace("-", "_"), known.value.upper(), f" {known.value.title()}"


@pytest.mark.parametrize(("raw", "state"), [
    *((raw, known) for known in State if known is not State.UNKNOWN for raw in spellings(known)),
    *((raw, State.UNKNOWN) for raw in ("", "unknown", "processing", "pending!", "in_limbo", "PENDING_REVIEW")),
])  # fmt: skip
def test_states_are_read_in_any_spelling_and_other_words_shown_as_they_are(raw: str, state: State) -> None:
    look = shown(state=raw)
    assert (look.state, look.raw_state) == (state, raw)


RECORD: Value = {"record_type": "TXT", "domain": "acme.test", "value": "20261123abc"}
TXT, MAIL = Task("txt", "acme.test", "20261123abc"), Task("mail", "a@b.test")
WAITS: Fields = {"approver_email": "a@b.test", "state": "awaiting-approval"}


@pytest.mark.parametrize(("attributes", "dcv", "tasks"), [
    ({"dv_auth_details": RECORD}, "dns", (TXT,)), ({"AuthData": [RECORD, RECORD]}, "dns", (TXT, TXT)),
    ({"dv_auth": {"filename": "a.txt", "contents": "b"}}, "file", (Task("file", "a.txt", "b"),)),
    ({"some_auth": {"token": "t"}}, "", (Task("shown", "token", "t"),)), ({"dv_auth_method": "DNS"}, "dns", ()),
    ({"dv_auth_method": "Email", "approver_email": "a@b.test"}, "email", (MAIL,)), (WAITS, "email", (MAIL,)),
    ({**WAITS, "state": "in-progress"}, "", ()), ({**WAITS, "dv_auth": RECORD}, "dns", (TXT,)),
    ({**WAITS, "some_auth": {"token": "t"}}, "", (Task("shown", "token", "t"),)),
])  # fmt: skip
def test_what_shows_control_is_read_as_data(attributes: Fields, dcv: str, tasks: tuple[Task, ...]) -> None:
    look = shown(**attributes)
    assert (look.dcv, look.tasks) == (dcv, tasks)
