"""The OPS envelope as bytes: signature, strict reading, writing in a shuffled order."""

import hashlib
import random
from typing import TypeAlias
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

Value: TypeAlias = "str | list[Value] | dict[str, Value]"

HEAD = '<?xml version=\'1.0\' encoding="UTF-8" standalone="no" ?>\n<!DOCTYPE OPS_envelope SYSTEM "ops.dtd">\n'


class UnreadableError(ValueError):
    """The body is no OPS envelope."""


def signature(body: bytes, key: str) -> str:
    """MD5 of (MD5 of body and key, as hex) and key, as hex: the supplier's X-Signature."""
    first = hashlib.md5(body + key.encode(), usedforsecurity=False).hexdigest()
    return hashlib.md5((first + key).encode(), usedforsecurity=False).hexdigest()


def read(body: bytes) -> dict[str, Value]:
    """The data block of a request. Needs the XML declaration; takes or leaves DOCTYPE, encoding, order and blanks."""
    if not body.startswith(b"<?xml"):
        raise UnreadableError("the XML declaration is not the first thing in the body")
    try:
        root: Element = fromstring(body)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise UnreadableError(f"not well-formed: {error}") from error
    block = root.find("body/data_block/dt_assoc")
    if root.tag != "OPS_envelope" or root.findtext("header/version") != "0.9" or block is None:
        raise UnreadableError("not an OPS envelope of version 0.9 with one dt_assoc")
    value = _read(block)
    if not isinstance(value, dict) or value.get("protocol") != "XCP":
        raise UnreadableError("the protocol is not XCP")
    return value


def _read(node: Element) -> Value:
    """A list, or an item."""
    if node.tag not in ("dt_assoc", "dt_array"):
        if len(node) > 1 or (len(node) and node[0].tag not in ("dt_assoc", "dt_array")):
            raise UnreadableError(f"item {node.get('key')} holds more than one value")
        return _read(node[0]) if len(node) else (node.text or "").strip()
    found = {item.get("key", ""): _read(item) for item in node if item.tag == "item"}
    if len(found) != len(node) or "" in found:
        raise UnreadableError(f"{node.tag} must hold items with different keys")
    if node.tag == "dt_assoc":
        return found
    if set(found) != {str(place) for place in range(len(found))}:
        raise UnreadableError("the keys of a dt_array must count from 0")
    return [found[str(place)] for place in range(len(found))]


def write(data: dict[str, Value], chance: random.Random) -> bytes:
    """A reply envelope; the items of every dict and array stand in an order of chance."""
    block = _write(data, chance)
    return (
        f"{HEAD}<OPS_envelope>\n <header>\n  <version>0.9</version>\n </header>\n <body>\n<data_block>\n{block}"
        "</data_block>\n </body>\n</OPS_envelope>"
    ).encode()


def _write(value: Value, chance: random.Random) -> str:
    if isinstance(value, str):
        return escape(value)
    tag = "dt_assoc" if isinstance(value, dict) else "dt_array"
    pairs = list(value.items() if isinstance(value, dict) else enumerate(value))
    chance.shuffle(pairs)
    # Always double quotes: a client of the vendor's looks for key="response_code" as text. No key needs escaping.
    items = [f'<item key="{key}">{_write(inner, chance)}</item>' for key, inner in pairs]
    return f"\n<{tag}>\n{chr(10).join(items)}</{tag}>\n"
