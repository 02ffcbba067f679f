"""The audit: per order one chain of HMACs that only grows, and a daily anchor over all chain ends.

An entry that was edited, removed, moved or slipped in breaks its chain. A chain that was cut short still fits together
and shows against the anchor, whose text is kept elsewhere.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, select

from bot.ports import Entry
from bot.store.body import dump, load
from bot.store.engine import add_row
from bot.store.tables import anchors, audit

_MOST_RACES = 100


@dataclass(frozen=True, slots=True)
class Broken:
    """The first place that does not fit: in an order's chain from position 1 on, or in an anchor (position 0)."""

    where: str
    position: int
    why: str


def entries(connection: Connection, order_id: str) -> list[Entry]:
    """An order's audit, oldest first."""
    rows = connection.scalars(select(audit.c.body).filter_by(order_id=order_id).order_by(audit.c.position))
    return [load(Entry, body) for body in rows]


def append(connection: Connection, key: bytes, entry: Entry) -> None:
    """Add to the end of the order's chain; whoever appended at the same moment comes first."""
    end = select(audit).filter_by(order_id=entry.order_id).order_by(audit.c.position.desc()).limit(1)
    body = dump(entry)
    for _ in range(_MOST_RACES):
        last = connection.execute(end).first()
        position, previous = (last.position + 1, last.mac) if last else (1, "")
        mac = _mac(key, previous, entry.order_id, position, body)
        if add_row(connection, audit, {"order_id": entry.order_id, "position": position, "body": body, "mac": mac}):
            return
    raise RuntimeError(f"the audit of {entry.order_id} moves faster than it can be written")


def _mac(key: bytes, *parts: str | int) -> str:
    return hmac.new(key, json.dumps(parts).encode(), hashlib.sha256).hexdigest()


class Audit:
    """Anchors and verifies. `key` is the one the entries were appended with."""

    def __init__(self, engine: Engine, key: bytes) -> None:
        self._engine, self._key = engine, key

    def anchor(self, day: date) -> str:
        """The day's anchor, made once: one line of text to be kept where this database's owner cannot reach."""
        last = select(audit.c.order_id, func.max(audit.c.position).label("position")).group_by(audit.c.order_id)
        ends = last.subquery()
        same = (audit.c.order_id == ends.c.order_id) & (audit.c.position == ends.c.position)
        with self._engine.begin() as connection:
            rows = connection.execute(select(audit.c.order_id, audit.c.position, audit.c.mac).join(ends, same))
            heads = json.dumps(sorted([row.order_id, row.position, row.mac] for row in rows))
            text = self._text(day.isoformat(), heads)
            add_row(connection, anchors, {"day": day.isoformat(), "heads": heads, "text": text})
            return str(connection.scalars(select(anchors.c.text).filter_by(day=day.isoformat())).one())

    def _text(self, day: str, heads: str) -> str:
        return f"certdesk audit {day} orders {len(json.loads(heads))} mac {_mac(self._key, 'anchor', day, heads)}"

    def verify(self, order_id: str) -> Broken | None:
        """Whether one order's chain fits together; its end is judged by `verify_all`."""
        with self._engine.begin() as connection:
            rows = connection.execute(select(audit).filter_by(order_id=order_id).order_by(audit.c.position)).all()
        return self._chain(order_id, rows)

    def _chain(self, order_id: str, rows: Iterable[Row[Any]]) -> Broken | None:
        previous = ""
        for position, row in enumerate(rows, 1):
            if row.position != position:
                return Broken(order_id, position, "missing")
            if not hmac.compare_digest(row.mac, _mac(self._key, previous, order_id, position, row.body)):
                return Broken(order_id, position, "altered")
            previous = row.mac
        return None

    def verify_all(self, anchor_text: str | None = None) -> Broken | None:
        """The first broken place of all chains and anchors, None if all is well. `anchor_text`: one kept elsewhere."""
        with self._engine.begin() as connection:
            rows = connection.execute(select(audit).order_by(audit.c.order_id, audit.c.position)).all()
            kept = connection.execute(select(anchors).order_by(anchors.c.day)).all()
        for order_id, chain in groupby(rows, key=lambda row: row.order_id):
            if broken := self._chain(order_id, chain):
                return broken
        macs = {(row.order_id, row.position): row.mac for row in rows}
        found = (self._anchored(row, macs) for row in kept)
        broken = next((broken for broken in found if broken), None)
        if broken is None and anchor_text is not None and anchor_text.strip() not in {row.text for row in kept}:
            return Broken(anchor_text.strip(), 0, "no such anchor")
        return broken

    def _anchored(self, anchor: Row[Any], macs: dict[tuple[str, int], str]) -> Broken | None:
        if not hmac.compare_digest(anchor.text, self._text(anchor.day, anchor.heads)):
            return Broken(anchor.text, 0, "altered")
        for order_id, position, mac in json.loads(anchor.heads):
            if macs.get((order_id, position)) != mac:
                return Broken(order_id, position, f"cut off since the anchor of {anchor.day}")
        return None
