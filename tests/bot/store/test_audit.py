import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import ColumnElement, Connection, Engine, delete, insert, select, update

from bot.ports import Entry
from bot.store import tables
from bot.store.audit import Audit, Broken, append
from bot.store.engine import open_engine
from bot.store.unit import SqlStore
from tests.bot.store.samples import AUDIT_KEY, NOW, race

DAY = date(2026, 11, 23)
ROWS = tables.audit.c
Place = tuple[str, int]
CHAINS = {"o-1": 4, "o-2": 1, "o-3": 3}
PLACES = [(order_id, position) for order_id, length in CHAINS.items() for position in range(1, length + 1)]


def entry(order_id: str, number: int) -> Entry:
    return Entry(order_id, NOW + timedelta(seconds=number), f"U{number}", "move", "d", (("a", str(number)),))


def filled(engine: Engine) -> Audit:
    """Three chains, anchored."""
    with engine.begin() as connection:
        for order_id, position in sorted(PLACES, key=lambda place: place[1]):
            append(connection, AUDIT_KEY, entry(order_id, position))
    audit = Audit(engine, AUDIT_KEY)
    audit.anchor(DAY)
    return audit


@contextmanager
def opened() -> Iterator[Engine]:
    """In memory: a database of its own for each of many harms."""
    engine = open_engine("sqlite://")
    tables.metadata.create_all(engine)
    yield engine
    engine.dispose()


def test_an_anchor_is_one_line_made_once_a_day_and_an_untouched_audit_holds(engine: Engine) -> None:
    audit = filled(engine)
    text = audit.anchor(DAY)
    assert text.startswith("certdesk audit 2026-11-23 orders 3 mac ")
    with engine.begin() as connection:
        append(connection, AUDIT_KEY, entry("o-4", 1))
    assert audit.anchor(DAY) == text
    assert audit.anchor(DAY + timedelta(days=1)).startswith("certdesk audit 2026-11-24 orders 4 mac ")
    assert [audit.verify_all(), audit.verify_all(text + "\n"), *map(audit.verify, CHAINS)] == [None] * 5
    assert Audit(engine, b"x" * 32).verify_all() == Broken("o-1", 1, "altered")


def test_entries_written_at_once_stand_one_after_the_other(engine: Engine, store: SqlStore) -> None:
    def record(number: int) -> None:
        with store.unit() as unit:
            unit.record(entry("o-1", number))

    assert race(16, record) == [None] * 16
    assert Audit(engine, AUDIT_KEY).verify("o-1") is None
    with store.unit() as unit:
        assert sorted(unit.audit("o-1"), key=lambda found: found.at) == [entry("o-1", number) for number in range(16)]


def at(place: Place) -> ColumnElement[bool]:
    return (ROWS.order_id == place[0]) & (ROWS.position == place[1])


def write(connection: Connection, place: Place, **values: object) -> None:
    connection.execute(update(tables.audit).where(at(place)).values(**values))


def edit_body(connection: Connection, place: Place) -> None:
    body = json.loads(connection.scalars(select(ROWS.body).where(at(place))).one())
    write(connection, place, body=json.dumps({**body, "by": "U0"}))


def remove(connection: Connection, place: Place) -> None:
    connection.execute(delete(tables.audit).where(at(place)))


def cut(connection: Connection, place: Place) -> None:
    connection.execute(delete(tables.audit).where(ROWS.order_id == place[0], ROWS.position >= place[1]))


def close_gap(connection: Connection, place: Place) -> None:
    remove(connection, place)
    for position in range(place[1] + 1, CHAINS[place[0]] + 1):
        write(connection, (place[0], position), position=position - 1)


def to_another_chain(connection: Connection, place: Place) -> None:
    write(connection, place, order_id="o-9", position=1)


def slip_in(connection: Connection, place: Place) -> None:
    last = CHAINS[place[0]] + 1
    row = connection.execute(select(tables.audit).where(at(place))).one()
    connection.execute(insert(tables.audit).values(order_id=place[0], position=last, body=row.body, mac=row.mac))


def change_places(connection: Connection, place: Place) -> None:
    other = ("o-3", 2) if place != ("o-3", 2) else ("o-1", 1)
    for old, new in ((place, ("spare", 1)), (other, place), (("spare", 1), other)):
        write(connection, old, order_id=new[0], position=new[1])


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("harm", [edit_body, remove, cut, close_gap, to_another_chain, slip_in, change_places])
def test_every_single_harm_is_noticed_and_a_cut_end_against_the_anchor_alone(
    harm: Callable[[Connection, Place], None], place: Place
) -> None:
    with opened() as engine:
        audit = filled(engine)
        with engine.begin() as connection:
            harm(connection, place)
        broken = audit.verify_all()
        assert broken is not None
        if harm is cut:
            assert audit.verify(place[0]) is None
            assert broken == Broken(place[0], CHAINS[place[0]], "cut off since the anchor of 2026-11-23")


def test_the_first_broken_place_is_named() -> None:
    with opened() as engine:
        audit = filled(engine)
        with engine.begin() as connection:
            edit_body(connection, ("o-3", 2))
            remove(connection, ("o-1", 2))
        assert audit.verify_all() == Broken("o-1", 2, "missing")
        assert [audit.verify("o-3"), audit.verify("o-2")] == [Broken("o-3", 2, "altered"), None]


def test_an_anchor_that_was_changed_or_removed_is_noticed(engine: Engine) -> None:
    audit = filled(engine)
    text = audit.anchor(DAY)
    with engine.begin() as connection:
        cut(connection, ("o-1", 4))
        heads = json.loads(connection.scalars(select(tables.anchors.c.heads)).one())
        connection.execute(update(tables.anchors).values(heads=json.dumps(heads[1:])))
    assert audit.verify_all() == Broken(text, 0, "altered")
    with engine.begin() as connection:
        connection.execute(delete(tables.anchors))
    assert [audit.verify_all(), audit.verify_all(text)] == [None, Broken(text, 0, "no such anchor")]


@given(st.sampled_from(PLACES), st.sampled_from(["body", "mac"]), st.integers(0), st.integers(1, 127))
def test_no_character_can_be_changed_unseen(place: Place, column: str, spot: int, flip: int) -> None:
    with opened() as engine:
        audit = filled(engine)
        with engine.begin() as connection:
            text = connection.scalars(select(ROWS[column]).where(at(place))).one()
            spot %= len(text)
            changed = text[:spot] + chr(ord(text[spot]) ^ flip) + text[spot + 1 :]
            write(connection, place, **{column: changed})
        assert audit.verify_all() == Broken(*place, "altered")
