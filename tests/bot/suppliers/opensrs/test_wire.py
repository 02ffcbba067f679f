from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.suppliers.opensrs import wire
from tests.bot.suppliers.opensrs.canned import envelope

LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")
TEXTS = st.text(LETTERS).map(str.strip)
KEYS = st.from_regex(r"[a-z_]{1,20}", fullmatch=True)
VALUES = st.recursive(TEXTS, lambda inner: st.lists(inner, max_size=14) | st.dictionaries(KEYS, inner, max_size=5))

BOMB = b"""<?xml version="1.0"?><!DOCTYPE OPS_envelope [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>
<OPS_envelope><body><data_block>&b;</data_block></body></OPS_envelope>"""
FOREIGN_FILE = b"""<?xml version="1.0"?><!DOCTYPE OPS_envelope [<!ENTITY a SYSTEM "file:///etc/hostname">]>
<OPS_envelope><body><data_block>&a;</data_block></body></OPS_envelope>"""
NO_ENVELOPES = {
    "empty": b"",
    "html": b"<html><body>502 Bad Gateway</body></html>",
    "html that is no xml": b"<!doctype html><p>Sorry<br>",
    "bomb": BOMB,
    "a file of ours": FOREIGN_FILE,
    "entity of the dtd": envelope({"a": "&unknown;"}),
    "blank before the declaration": b"\n" + envelope({}),
    "unknown encoding": b'<?xml version="1.0" encoding="klingon"?><OPS_envelope/>',
    "no data block": b"<OPS_envelope><body/></OPS_envelope>",
    "index that is no number": envelope([]).replace(b"<dt_array>", b'<dt_array><item key="first">x</item>'),
    "nested too deeply": envelope("<dt_array><item key='0'>" * 5_000 + "</item></dt_array>" * 5_000),
    "wrong utf-8": envelope({"a": "x"}).replace(b">x<", b">\xff<"),
}


@pytest.mark.parametrize(
    ("body", "signed"),
    [(b"<a/>", "d0af32aec15038e035348d8dfc1e952e"), (b"<a/>\n", "97071950ddf1f35eccbab43e43d4c08c")],
)
def test_the_signature_is_over_exactly_the_bytes_sent(body: bytes, signed: str) -> None:
    assert wire.signature(body, "secret") == signed


@given(VALUES)
@example({"org_name": "line\r\nline"})
def test_what_is_encoded_is_ascii_starts_with_its_declaration_and_is_read_back(value: wire.Value) -> None:
    body = wire.encode(value)
    assert wire.decode(body) == value
    assert body.isascii()
    assert body.startswith(b"<?xml ")


def test_other_writings_of_the_same_are_read_and_arrays_ordered_by_number() -> None:
    odd = "\n <item key='a' class='x'> <dt_scalar>1</dt_scalar></item><item key='b'/><item key='c'><dt_array>\n"
    late = "<item key='10'>z</item><item key='9'>y</item>"
    read = wire.decode(envelope(f"<dt_assoc>{odd}{late}</dt_array></item></dt_assoc>"))
    assert read == {"a": "1", "b": "", "c": ["y", "z"]}


@pytest.mark.parametrize("body", NO_ENVELOPES.values(), ids=NO_ENVELOPES.keys())
def test_what_is_no_envelope_is_refused_without_repeating_it(body: bytes) -> None:
    with pytest.raises(wire.WireError) as caught:
        wire.decode(body)
    assert len(str(caught.value)) < 60


@given(st.data())
def test_an_envelope_cut_anywhere_is_refused(data: st.DataObject) -> None:
    body = envelope({"is_success": "1", "attributes": {"order_id": "1"}})
    with pytest.raises(wire.WireError):
        wire.read_reply(body[: data.draw(st.integers(0, len(body) - 1))])


@given(st.binary() | st.binary().map(lambda junk: envelope({"a": "x"}).replace(b">x<", b">" + junk + b"<")))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with suppress(wire.WireError):  # any other exception fails
        assert wire.read_reply(body).success is None


@pytest.mark.parametrize(
    ("said", "means"), [("1", True), (" 1\n", True), ("0", False), ("", None), ("true", None), ("2", None)]
)
def test_only_one_and_zero_say_whether_it_worked(*, said: str, means: bool | None) -> None:
    assert wire.read_reply(envelope({"is_success": said, "response_code": "200"})).success is means


def test_a_reply_in_an_odd_shape_is_read_as_far_as_it_goes() -> None:
    reply = wire.read_reply(envelope({"is_success": "1", "attributes": "none", "error_details": "many"}))
    assert (reply.success, reply.attributes, reply.details) == (True, {}, ())
    with pytest.raises(wire.WireError):
        wire.read_reply(envelope(["1"]))


DATES = {
    datetime(2010, 9, 14, 4, tzinfo=UTC): ["2010-09-14-04:00", "2010-09-14 -04:00", "2010-09-14- 04:00"],
    datetime(2010, 9, 13, 18, 30, tzinfo=UTC): ["2010-09-14+05:30"],
    datetime(2012, 4, 12, 15, 2, 1, tzinfo=UTC): ["2012-04-12T10:02:01.000-05:00"],
    datetime(2012, 4, 12, 10, 2, 1, tzinfo=UTC): ["2012-04-12T10:02:01Z"],
    datetime(2012, 4, 12, tzinfo=UTC): ["2012-04-12"],
    None: ["", "2010-13-14-04:00", "2010-09-14T25:00:00Z", "0001-01-01+23:00", "14 Sep 2010", "1284422400"],
}


@pytest.mark.parametrize(("written", "means"), [(text, means) for means, texts in DATES.items() for text in texts])
def test_both_date_forms_are_read(written: str, means: datetime | None) -> None:
    assert wire.date(written) == means


AMOUNTS = ("99.0", "449", "-3.50")


@pytest.mark.parametrize("written", [*AMOUNTS, "", "NaN", "1e5", "1,000.00", "Infinity", "٣"])
def test_only_plain_decimals_are_amounts(written: str) -> None:
    assert wire.decimal(written) == (Decimal(written) if written in AMOUNTS else None)
