"""What the desk relies on, on SQLite and on PostgreSQL alike."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import StatementError

from bot.domain.client import Client, Project
from bot.domain.errors import DecidedAlready, OpenOrderExists, Stale, UnknownOrder, Unusable, VaultShut
from bot.domain.notices import Notice, Told
from bot.domain.order import OPEN, Approval, Attempt, Order, Second, Status
from bot.domain.supply import Account, Draft
from bot.ports import Entry, Job, Store
from bot.shown.form import Form
from bot.store.tables import metadata
from bot.store.unit import kept, rewrap_keys, sweep_forms
from tests.bot.store.samples import ACCOUNT, MINUTE, NOW, engine, order, race, store

__all__ = ["engine", "store"]  # fixtures of this file
HELD = {"status": Status.HELD}


def ask(store: Store, question: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - what the question answers
    """What a unit of its own answers."""
    with store.unit() as unit:
        return question(unit)


def add(store: Store, *orders: Order) -> None:
    ask(store, lambda unit: [unit.add_order(new) for new in orders])


def save(store: Store, after: Order) -> Order:
    saved: Order = ask(store, lambda unit: unit.save_order(after))
    return saved


def read(store: Store, order_id: str = "o-1") -> Order:
    found: Order = ask(store, lambda unit: unit.order(order_id))
    return found


def full_order() -> Order:
    """An order with rows in every table, and a letter that a database may not like."""
    return order(
        "o-full", status=Status.HELD, form="f-1", raw_state="odd\x00", supplier_ids=("7", "9", "8"),
        draft=Draft("7", NOW), approvals=(Approval("d1", "U3", NOW), Approval("d2", "U3", NOW + MINUTE, own=True)),
        attempts=(Attempt(1, 1, NOW, "lost"), Attempt(1, 2, NOW + MINUTE), Attempt(2, 1, NOW + 2 * MINUTE)),
    )  # fmt: skip


def test_an_order_is_read_as_it_was_saved_and_its_history_never_taken_away(store: Store) -> None:
    add(store, order("o-full"))
    saved = save(store, full_order())
    assert saved == read(store, "o-full") == replace(full_order(), version=1)
    save(store, replace(saved, approvals=(), attempts=(), supplier_ids=()))
    assert read(store, "o-full") == replace(saved, version=2)


def test_an_unknown_order_is_said_to_be_unknown(store: Store) -> None:
    with pytest.raises(UnknownOrder):
        read(store)
    with pytest.raises(Stale):
        save(store, order())


def test_of_eight_savers_exactly_one_wins(store: Store) -> None:
    add(store, order())
    raised = race(8, lambda number: save(store, order(csr=str(number), attempts=(Attempt(0, 1, NOW),))))
    assert sorted(type(error).__name__ for error in raised) == ["NoneType", *["Stale"] * 7]
    assert read(store).csr == str(raised.index(None))


def test_of_twenty_orders_for_the_same_names_one_is_opened(store: Store) -> None:
    names = [("a.com", "b.com"), ("b.com", "a.com")]
    raised = race(20, lambda number: add(store, order(f"o-{number}", *names[number % 2])))
    winner = f"o-{raised.index(None)}"
    assert [error.order_id for error in raised if isinstance(error, OpenOrderExists)] == [winner] * 19
    assert [opened.id for opened in ask(store, lambda unit: unit.orders())] == [winner]


@pytest.mark.parametrize("status", Status)
def test_names_are_taken_while_their_order_is_open(store: Store, status: Status) -> None:
    add(store, order("o-1", status=status))
    if status in OPEN:
        with pytest.raises(OpenOrderExists) as caught:
            add(store, order("o-2", form="f-2"))
        assert (caught.value.order_id, caught.value.form) == ("o-1", "f-2")
    else:
        add(store, order("o-2"))


@pytest.mark.parametrize("other", [
    order("o-2", second=Second("two sites", "U9", "o-1")), order("o-2", "other.com"),
    order("o-2", account=Account("client", "agency", "test")),
], ids=["an allowed second", "other names", "another supplier"])  # fmt: skip
def test_names_are_not_taken_from(store: Store, other: Order) -> None:
    add(store, order(), other)


def test_an_order_that_is_refused_changes_nothing_and_leaves_the_unit_usable(store: Store) -> None:
    add(store, order("o-1"), order("o-2", "other.com"))
    with store.unit() as unit:
        for act in (unit.add_order, unit.save_order):
            with pytest.raises(OpenOrderExists, match="o-1"):
                act(order("o-2"))
        unit.add_order(order("o-3", "third.com"))
    assert read(store, "o-2") == order("o-2", "other.com")
    assert read(store, "o-3") == order("o-3", "third.com")


def test_a_form_makes_one_order(store: Store) -> None:
    raised = race(4, lambda number: add(store, order(f"o-{number}", f"{number}.com", form="f-1")))
    winner = f"o-{raised.index(None)}"
    assert [error.order_id for error in raised if isinstance(error, OpenOrderExists)] == [winner] * 3


def test_one_person_approves_a_digest_once(store: Store) -> None:
    first, again, other = Approval("d", "U3", NOW), Approval("d", "U3", NOW + MINUTE), Approval("d", "U4", NOW)
    add(store, order())
    saved = save(store, order(approvals=(first,)))
    with pytest.raises(DecidedAlready):
        save(store, replace(saved, approvals=(first, again)))
    saved = save(store, replace(saved, approvals=(first, other)))
    assert read(store).approvals == (first, other)


def test_an_attempt_gets_its_answer(store: Store) -> None:
    add(store, order())
    saved = save(store, order(attempts=(Attempt(0, 1, NOW),)))
    save(store, replace(saved, attempts=(Attempt(0, 1, NOW, "accepted"), Attempt(0, 2, NOW + MINUTE))))
    assert read(store).attempts == (Attempt(0, 1, NOW, "accepted"), Attempt(0, 2, NOW + MINUTE))


def test_a_supplier_id_belongs_to_one_order_of_its_account(store: Store) -> None:
    live = replace(ACCOUNT, environment="live")
    add(store, order("o-1", supplier_ids=("7", "8", "7")), order("o-2", "b.com", account=live, supplier_ids=("7",)))
    wanted = {(ACCOUNT, "8"): "o-1", (live, "7"): "o-2", (live, "8"): ""}
    assert ask(store, lambda unit: {key: unit.order_of_supplier_id(*key) for key in wanted}) == wanted
    with pytest.raises(Unusable):
        add(store, order("o-3", "c.com", supplier_ids=("8",)))


def test_orders_are_found_by_project_and_status_newest_first(store: Store) -> None:
    late = {"opened_at": NOW + MINUTE}
    add(store, order("o-1", "a.com"), order("o-2", "b.com", **late, **HELD), order("o-3", "c.com", project_id="C2"))
    wanted: dict[str, dict[str, Any]] = {
        "o-2 o-1 o-3": {}, "o-2 o-1": {"project_id": "C1"}, "o-2": {"statuses": [Status.HELD, Status.LIVE]},
        "": {"project_id": "C2", "statuses": [Status.HELD]},
    }  # fmt: skip
    with store.unit() as unit:
        assert [" ".join(found.id for found in unit.orders(**by)) for by in wanted.values()] == list(wanted)


def test_what_was_attempted_since_is_found(store: Store) -> None:
    tried = (Attempt(0, 1, NOW - MINUTE), Attempt(0, 2, NOW))
    add(store, order("o-1", attempts=tried), order("o-2", "b.com", attempts=tried[:1]), order("o-3", "c.com"))
    with store.unit() as unit:
        assert [found.id for found in unit.spent_since(NOW)] == ["o-1"]
        assert unit.spent_since(NOW + MINUTE) == []


def test_papers_are_added_replaced_and_listed_by_name(store: Store) -> None:
    def papers(unit: Any) -> list[object]:  # noqa: ANN401 - a unit
        return [unit.client("c-1"), unit.project("C1"), unit.form("f-1"), unit.clients(), unit.projects()]

    assert ask(store, papers) == [None, None, None, [], []]
    beta, site_of_beta = Client("c-2", "Beta"), Project("C2", "Beta", "c-2", "U1")
    for name in ("Acme", "Gamma"):
        client, site = Client("c-1", name), Project("C1", name, "c-1", "U1")
        form = Form("f-1", "U1", "C1", NOW, {"names": name})
        with store.unit() as unit:
            for one, project in ((beta, site_of_beta), (client, site)):
                unit.save_client(one)
                unit.save_project(project)
            unit.save_form(form)
        step = -1 if name < "Beta" else 1
        assert ask(store, papers) == [client, site, form, [beta, client][::step], [site_of_beta, site][::step]]


def test_saving_the_same_new_thing_at_once_is_no_error(store: Store) -> None:
    assert race(8, lambda number: ask(store, lambda unit: unit.set_flag("paused", str(number)))) == [None] * 8
    assert ask(store, lambda unit: unit.flag("paused")) in {str(number) for number in range(8)}
    assert ask(store, lambda unit: unit.flag("other")) == ""


def test_a_sealed_key_is_never_overwritten(store: Store) -> None:
    with store.unit() as unit:
        unit.add_key("k-1", "o-1", "sealed")
        with pytest.raises(VaultShut):
            unit.add_key("k-1", "o-1", "other")
        assert unit.sealed_key("k-1") == "sealed"
        with pytest.raises(VaultShut):
            unit.sealed_key("k-2")


def test_keys_are_rewrapped_all_or_none(engine: Engine, store: Store) -> None:
    ask(store, lambda unit: [unit.add_key("k-1", "o-1", "a"), unit.add_key("k-2", "o-2", "b")])

    def second_fails(sealed: str, order_id: str) -> str:
        if order_id == "o-2":
            raise VaultShut(order_id)
        return sealed * 2

    def sealed(unit: Any) -> list[str]:  # noqa: ANN401 - a unit
        return [unit.sealed_key(key) for key in ("k-1", "k-2")]

    with pytest.raises(VaultShut):
        rewrap_keys(engine, second_fails)
    assert ask(store, sealed) == ["a", "b"]
    assert rewrap_keys(engine, lambda sealed, order_id: f"{sealed} {order_id}") == 2
    assert ask(store, sealed) == ["a o-1", "b o-2"]


def test_processes_that_start_at_once_keep_one_value(engine: Engine) -> None:
    seen: list[str] = []
    assert race(8, lambda number: seen.append(kept(engine, "root", lambda: str(number)))) == [None] * 8
    assert seen == [seen[0]] * 8


def test_old_forms_are_swept(engine: Engine, store: Store) -> None:
    old, new = Form("f-1", "U1", "C1", NOW - timedelta(days=8)), Form("f-2", "U1", "C1", NOW)
    ask(store, lambda unit: [unit.save_form(old), unit.save_form(new)])
    assert sweep_forms(engine, NOW - timedelta(days=7)) == 1
    assert ask(store, lambda unit: [unit.form("f-1"), unit.form("f-2")]) == [None, new]


def test_a_unit_that_fails_leaves_nothing(engine: Engine, store: Store) -> None:
    def everything() -> None:
        with store.unit() as unit:
            unit.add_order(full_order())
            unit.save_order(full_order())
            unit.save_project(Project("C1", "Site", "c-1", "U1"))
            unit.save_client(Client("c-1", "Acme"))
            unit.save_form(Form("f-1", "U1", "C1", NOW))
            unit.add_key("k-1", "o-full", "sealed")
            unit.schedule(Job("prepare", "o-full", NOW))
            unit.tell(Notice(Told.OPENED, "C1", "o-full"))
            unit.draw_card(full_order())
            unit.record(Entry("o-full", NOW, "U1", "opened"))
            unit.set_flag("paused", "yes")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        everything()
    with engine.begin() as connection:
        counts = {t.name: connection.scalar(select(func.count()).select_from(t)) for t in metadata.sorted_tables}
    assert set(counts.values()) == {0}


NAIVE = datetime(2026, 11, 23)  # noqa: DTZ001 - it is what must be refused


@pytest.mark.parametrize("write", [
    lambda unit: unit.add_order(order(draft=Draft("7", NAIVE))), lambda unit: unit.spent_since(NAIVE),
    lambda unit: unit.schedule(Job("prepare", "o-1", NAIVE)),
])  # fmt: skip
def test_a_time_without_a_zone_is_refused(store: Store, write: Callable[[Any], object]) -> None:
    with pytest.raises((ValueError, StatementError), match="without a zone"):
        ask(store, write)
