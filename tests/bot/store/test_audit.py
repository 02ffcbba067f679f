import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
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
from tests.bot.store.samples import AUDIT_KEY, NOW

DAY = date(2026, 11, 23)
ROWS = tables.audit.c
Place = tuple[str, int]
CHAINS = {"o-1": 4, "o-2": 1, "o-3": 3}
PLACES = [(order_id, position) for order_id, length in CHAINS.items() for position in range(1, length + 1)]


def entry(order_id: str, number: int) -> Entry:
    return Entry(order_id, NOW + timedelta(seconds=number), f"U{number}", "move", "d", (("a", str(number)),))


def fill(engine: Engine) -> Audit:
    """Three chains."""
    with engine.begin() as connection:
        for order_id, position in sorted(PLACES, key=lambda place: place[1]):
            append(connection, AUDIT_KEY, entry(order_id, position))
    return Audit(engine, AUDIT_KEY)


def at(place: Place) -> ColumnElement[bool]:
    return (ROWS.order_id == place[0]) & (ROWS.position == place[1])


@pytest.fixture
def audit(engine: Engine) -> Audit:
    return fill(engine)


def test_an_untouched_audit_holds(audit: Audit) -> None:
    text = audit.anchor(DAY)
    assert audit.verify_all() is None
    assert audit.verify_all(text + "\n") is None
    assert [audit.verify(order_id) for order_id in (*CHAINS, "o-9")] == [None] * 4


def test_an_anchor_is_one_line_made_once_a_day(engine: Engine, audit: Audit) -> None:
    text = audit.anchor(DAY)
    assert text.startswith("certdesk audit 2026-11-23 orders 3 mac ")
    with engine.begin() as connection:
        append(connection, AUDIT_KEY, entry("o-4", 1))
    assert audit.anchor(DAY) == text
    assert audit.anchor(DAY + timedelta(days=1)).startswith("certdesk audit 2026-11-24 orders 4 mac ")
    assert audit.verify_all(text) is None


def test_another_key_verifies_nothing(engine: Engine, audit: Audit) -> None:
    audit.anchor(DAY)
    assert Audit(engine, b"x" * 32).verify_all() == Broken("o-1", 1, "altered")


def test_entries_written_at_once_stand_one_after_the_other(engine: Engine, store: SqlStore) -> None:
    def record(number: int) -> None:
        with store.unit() as unit:
            unit.record(entry("o-1", number))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(record, range(16)))
    assert Audit(engine, AUDIT_KEY).verify("o-1") is None
    with store.unit() as unit:
        assert sorted(unit.audit("o-1"), key=lambda found: found.at) == [entry("o-1", number) for number in range(16)]


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
        move(connection, (place[0], position), (place[0], position - 1))


def move(connection: Connection, place: Place, to: Place) -> None:
    write(connection, place, order_id=to[0], position=to[1])


def to_another_chain(connection: Connection, place: Place) -> None:
    move(connection, place, ("o-9", 1))


def slip_in(connection: Connection, place: Place) -> None:
    last = CHAINS[place[0]] + 1
    row = connection.execute(select(tables.audit).where(at(place))).one()
    connection.execute(insert(tables.audit).values(order_id=place[0], position=last, body=row.body, mac=row.mac))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("harm", [edit_body, remove, cut, close_gap, to_another_chain, slip_in])
def test_every_single_harm_is_noticed(
    anchored: Audit, anchored_engine: Engine, harm: Callable[[Connection, Place], None], place: Place
) -> None:
    with anchored_engine.connect() as connection:
        harm(connection, place)
        connection.commit()
    assert anchored.verify_all() is not None


@pytest.mark.parametrize(
    ("one", "other"), [(("o-1", 1), ("o-1", 2)), (("o-1", 2), ("o-1", 4)), (("o-1", 2), ("o-3", 2))]
)
def test_entries_that_change_places_are_noticed(
    anchored: Audit, anchored_engine: Engine, one: Place, other: Place
) -> None:
    with anchored_engine.begin() as connection:
        move(connection, one, ("spare", 1))
        move(connection, other, one)
        move(connection, ("spare", 1), other)
    assert anchored.verify_all() in (Broken(*one, "altered"), Broken(*other, "altered"))


def test_the_first_broken_place_is_named(anchored: Audit, anchored_engine: Engine) -> None:
    with anchored_engine.begin() as connection:
        edit_body(connection, ("o-3", 2))
        remove(connection, ("o-1", 2))
    assert anchored.verify_all() == Broken("o-1", 2, "missing")
    assert anchored.verify("o-3") == Broken("o-3", 2, "altered")
    assert anchored.verify("o-2") is None


@pytest.mark.parametrize("place", PLACES)
def test_a_cut_end_shows_against_the_anchor_alone(anchored: Audit, anchored_engine: Engine, place: Place) -> None:
    with anchored_engine.begin() as connection:
        cut(connection, place)
    assert anchored.verify(place[0]) is None
    assert anchored.verify_all() == Broken(place[0], CHAINS[place[0]], "cut off since the anchor of 2026-11-23")


def test_an_anchor_that_was_changed_or_removed_is_noticed(anchored: Audit, anchored_engine: Engine) -> None:
    text = anchored.anchor(DAY)
    with anchored_engine.begin() as connection:
        cut(connection, ("o-1", 4))
        heads = json.loads(connection.scalars(select(tables.anchors.c.heads)).one())
        connection.execute(update(tables.anchors).values(heads=json.dumps(heads[1:])))
    assert anchored.verify_all() == Broken(text, 0, "altered")
    with anchored_engine.begin() as connection:
        connection.execute(delete(tables.anchors))
    assert anchored.verify_all() is None
    assert anchored.verify_all(text) == Broken(text, 0, "no such anchor")


@pytest.fixture
def anchored_engine() -> Iterator[Engine]:
    """In memory: a database of its own for each of many harms."""
    engine = open_engine("sqlite://")
    tables.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def anchored(anchored_engine: Engine) -> Audit:
    audit = fill(anchored_engine)
    audit.anchor(DAY)
    return audit


@given(st.sampled_from(PLACES), st.sampled_from(["body", "mac"]), st.integers(0), st.integers(1, 127))
def test_no_character_can_be_changed_unseen(place: Place, column: str, spot: int, flip: int) -> None:
    engine = open_engine("sqlite://")
    tables.metadata.create_all(engine)
    audit = fill(engine)
    with engine.begin() as connection:
        text = connection.scalars(select(ROWS[column]).where(at(place))).one()
        spot %= len(text)
        changed = text[:spot] + chr(ord(text[spot]) ^ flip) + text[spot + 1 :]
        write(connection, place, **{column: changed})
    assert audit.verify_all() == Broken(*place, "altered")
    engine.dispose()
