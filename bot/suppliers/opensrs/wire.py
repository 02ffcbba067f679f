"""The OPS envelope of OpenSRS: Python values to signed ASCII XML and back, dates and decimals. No network.

Everything is text on the wire; a dict is a `dt_assoc`, a list a `dt_array`. Answers are read as hostile: entities,
external fetches, deep nesting and anything that is no envelope raise WireError, whose text never repeats what was read.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeAlias
from xml.etree.ElementTree import Element, ParseError  # names only; defusedxml does the reading
from xml.sax.saxutils import escape

from defusedxml.ElementTree import fromstring

Value: TypeAlias = "str | Sequence[Value] | Mapping[str, Value]"
Fields: TypeAlias = Mapping[str, Value]

_HEAD = (
    '<?xml version=\'1.0\' encoding="UTF-8" standalone="no" ?>\n'
    '<!DOCTYPE OPS_envelope SYSTEM "ops.dtd">\n'
    "<OPS_envelope><header><version>0.9</version></header><body><data_block>"
)
_TAIL = "</data_block></body></OPS_envelope>"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = {'"': "&quot;", "\r": "&#13;"}
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(T[\d:.]+)?\s*([+-]\s*\d\d:\d\d|Z)?", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,12}(\.\d{1,6})?", re.ASCII)
_DEEPEST = 32


class WireError(ValueError):
    """Something that cannot be put into an envelope, or an answer that is none."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `success` is None when it does not say; `details` are (field, objection) pairs of a failure."""

    success: bool | None
    code: str
    text: str
    details: tuple[tuple[str, str], ...] = ()
    attributes: Fields = field(default_factory=dict, repr=False)


def signature(body: bytes, key: str) -> str:
    """`X-Signature` over exactly the bytes that are sent: MD5 of (MD5 of body and key, in hex) and key."""
    secret = key.encode()
    inner = hashlib.md5(body + secret, usedforsecurity=False).hexdigest().encode()
    return hashlib.md5(inner + secret, usedforsecurity=False).hexdigest()


def encode(data: Value) -> bytes:
    """An envelope as ASCII: what is not ASCII becomes character references, so bytes and characters count the same."""
    return f"{_HEAD}{_inner(data)}{_TAIL}".encode("ascii", "xmlcharrefreplace")


def decode(body: bytes) -> Value:
    """What an envelope holds, or WireError. Text comes without surrounding blanks, arrays in order of their indices."""
    try:
        root: Element = fromstring(body, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    except (ParseError, ValueError, LookupError):  # LookupError: an encoding nobody knows
        root = Element("")
    block = root.find("body/data_block") if root.tag == "OPS_envelope" else None
    if block is None:
        raise WireError("no OPS envelope")
    return _value(block, 0)


def read_reply(body: bytes) -> Reply:
    """A command's answer, or WireError. Only `is_success` decides; `action` is spelled in several ways and ignored."""
    data = decode(body)
    if not isinstance(data, Mapping):
        raise WireError("an envelope without an answer")
    attributes = data.get("attributes")
    return Reply(
        success={"1": True, "0": False}.get(text(data, "is_success")),
        code=text(data, "response_code"),
        text=" ".join(text(data, "response_text").split()),
        details=tuple((text(r, "field_name"), text(r, "error_detail")) for r in dicts(data.get("error_details", ""))),
        attributes=attributes if isinstance(attributes, Mapping) else {},
    )


def text(data: Fields, name: str) -> str:
    """A scalar by name, empty when it is missing or no scalar."""
    value = data.get(name, "")
    return value if isinstance(value, str) else ""


def dicts(value: Value) -> list[Fields]:
    """The dicts of a list, or a dict alone; none of anything else."""
    return [row for row in (value if isinstance(value, list) else [value]) if isinstance(row, Mapping)]


def date(written: str) -> datetime | None:
    """The two date forms `2010-09-14-04:00` and `2012-04-12T10:02:01.000-05:00` as UTC, None for anything else.

    `datetime.fromisoformat` reads the first one as four o'clock; without an offset UTC is assumed.
    """
    found = _DATE.fullmatch(written.strip())
    if found is None:
        return None
    day, clock, offset = found.groups()
    whole = f"{day}{clock or 'T00:00:00'}{''.join((offset or 'Z').split())}"
    try:
        return datetime.fromisoformat(whole).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def decimal(written: str) -> Decimal | None:
    """Decimal text such as `99.0`, None for anything else."""
    return Decimal(written) if _DECIMAL.fullmatch(written) else None


def _inner(value: Value) -> str:
    if isinstance(value, str):
        if _NOT_XML.search(value):
            raise WireError("a control character, which cannot be sent")
        return escape(value, _ESCAPES)
    pairs = value.items() if isinstance(value, Mapping) else ((str(index), item) for index, item in enumerate(value))
    items = "".join(f'<item key="{_inner(key)}">{_inner(item)}</item>' for key, item in pairs)
    tag = "dt_assoc" if isinstance(value, Mapping) else "dt_array"
    return f"<{tag}>{items}</{tag}>"


def _value(node: Element, depth: int) -> Value:
    """What stands directly inside an `item` or the `data_block`."""
    if depth > _DEEPEST:
        raise WireError("an envelope nested too deeply")
    for child in node:
        if child.tag in {"dt_assoc", "dt_array"}:
            items = [(item.get("key", ""), item) for item in child.findall("item")]
            if child.tag == "dt_assoc":
                return {key: _value(item, depth + 1) for key, item in items}
            return [_value(item, depth + 1) for _, item in sorted(items, key=_index)]
        if child.tag in {"dt_scalar", "dt_scalarref"}:
            return (child.text or "").strip()
    return (node.text or "").strip()


def _index(keyed: tuple[str, Element]) -> int:
    try:
        return int(keyed[0])
    except ValueError:
        raise WireError("an array with an index that is no number") from None
