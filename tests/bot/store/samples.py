"""Orders and all else that is stored, by hand and by chance; databases to store them in."""

import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from sqlalchemy import Engine, Table, update

from bot.domain.findings import Finding, Mender, Override, Verdict
from bot.domain.order import Approval, Attempt, Certificate, Hold, Move, Order, Orphan, Second, Status, Vote
from bot.domain.request import Contact, Level, Organisation, Purpose, Request
from bot.domain.supply import Account, Draft, Seen, Sight
from bot.store.engine import open_engine
from bot.store.tables import metadata
from bot.store.unit import SqlStore
from tests.fakes import FakeClock, SequentialIds

NOW = datetime(2026, 11, 23, 10, 12, 0, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ACCOUNT = Account("opensrs", "agency", "test")
DATABASES = ("sqlite", "postgresql")
AUDIT_KEY = b"k" * 32


CountedIds = SequentialIds


class FixedClock(FakeClock):
    """Stands at a moment with microseconds."""

    def __init__(self) -> None:
        super().__init__(NOW)


@pytest.fixture(params=DATABASES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    yield from fresh_engine(request, tmp_path)


@pytest.fixture
def store(engine: Engine) -> SqlStore:
    return SqlStore(engine, FixedClock(), CountedIds(), AUDIT_KEY)


def fresh_engine(request: pytest.FixtureRequest, folder: Path) -> Iterator[Engine]:
    """An empty database of the kind `request.param` names."""
    sqlite = request.param == "sqlite"
    engine = open_engine(f"sqlite:///{folder / 'desk.db'}" if sqlite else request.getfixturevalue("postgres_url"))
    metadata.create_all(engine)
    yield engine
    engine.dispose()


def let_leases_run_out(engine: Engine, table: Table) -> None:
    with engine.begin() as connection:
        connection.execute(update(table).where(table.c.lease_until.is_not(None)).values(lease_until=1))


def order(order_id: str = "o-1", *names: str, **changes: Any) -> Order:
    """A new order for the names."""
    request = Request(names or ("acme.com",), Purpose.PUBLIC, "sslwebserver", Level.OV)
    return replace(Order(order_id, "C1", "U1", request, ACCOUNT, Status.PREPARING, NOW, NOW), **changes)


def full_order() -> Order:
    """An order in which no field has its default."""
    contact = Contact("Zoë", "O'Neil", "zoe@acme.com", "+1.3125550100", "CTO")
    company = Organisation("Acme LLC", "1 Main St", "Chicago", "Illinois", "60601", "US", "+1.3125550100", "LLC-1")
    wanted = Request(
        ("*.acme.com", "acme.com"), Purpose.CUSTOMERS, "sslwebserver_wildcard", Level.OV, date(2026, 12, 10), company,
        contact, contact, contact, approver_email="admin@acme.com", own_csr="CSR", renews="o-0",
    )  # fmt: skip
    leaf = Certificate("LEAF", ("CA",), "0A", "Thawte", ("*.acme.com",), NOW, NOW + 199 * 1440 * MINUTE, ("odd",))
    finding = Finding("dns", "DNS-1", Verdict.STOP, "No.", "Do.", "acme.com", "NX", "RFC", Mender.CLIENT, NOW)
    return Order(
        "o-full", "C1", "U1", wanted, ACCOUNT, Status.HELD, NOW, NOW + MINUTE, version=0, round=2, form="f-1",
        authors=("U1", "U2"), key_id="k-1", csr="CSR", draft=Draft("7", NOW, Decimal("449.00"), ("csr",)),
        drafting_at=NOW, findings=(finding,), overrides=(Override(finding.key, "DNS-1", "known", "U9", NOW),),
        approvals=(Approval("d1", "U3", NOW), Approval("d2", "U3", NOW + MINUTE, own=True)),
        attempts=(Attempt(1, 1, NOW, "lost"), Attempt(1, 2, NOW + MINUTE), Attempt(2, 1, NOW + 2 * MINUTE)),
        looks=(Seen(NOW, Sight.PENDING),), votes=(Vote(Move.NOT_BOUGHT, "U3", NOW, 1),),
        hold=Hold(Mender.CLIENT, ("DNS",)), second=Second("two sites", "U9", "o-0"), supplier_ids=("7", "9", "8"),
        raw_state="odd\x00", newest_note="note", product_id="p", certificate=leaf, superseded=(leaf,),
        orphans=(Orphan("ab", NOW),), lost_saves=1, cancel_wanted_by="U2", corrects="o-0", reason="r", blocked="b",
        outside=True, told=("x",),
    )  # fmt: skip


_NAMED = {named.__name__: named for named in (Contact, Decimal, Mapping, Organisation, date, datetime)}
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: _TEXT,
    int: st.integers(-(2**40), 2**40),
    bool: st.booleans(),
    date: st.dates(),
    datetime: st.datetimes(timezones=st.just(UTC)),
    Decimal: st.decimals(allow_nan=False, allow_infinity=False),
    types.NoneType: st.none(),
}


def of(kind: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 - an annotation, of whatever form
    """Values of a stored type, made from its annotations."""
    if is_dataclass(kind) and isinstance(kind, type):
        hints = typing.get_type_hints(kind, localns=_NAMED)
        return st.builds(kind, **{field.name: of(hints[field.name]) for field in fields(kind)})
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return st.one_of(*map(of, arguments))
    if origin is tuple and arguments[-1] is Ellipsis:
        return st.lists(of(arguments[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*map(of, arguments))
    return st.dictionaries(_TEXT, _TEXT) if origin is Mapping else _PLAIN[kind]
