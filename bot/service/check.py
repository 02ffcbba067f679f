"""Running the checks of one order: what the outside says is gathered first, side by side, then every check looks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.errors import DeskError
from bot.domain.findings import Finding
from bot.domain.order import OPEN, Order, Status
from bot.domain.request import Request
from bot.domain.supply import Funds
from bot.ports import Case
from bot.service.gear import Gear

MOST = 16  # questions at one time


@dataclass(frozen=True, slots=True)
class Source:
    """What is asked outside for these checks: of what (`about`, each once), and what it says of one (`ask`)."""

    checks: frozenset[str]
    about: Callable[[Gear, Case], Iterable[Any]]
    ask: Callable[[Gear, Any], Any]


# By the field of Case that takes the answers as a tuple; one who fails (any DeskError) is left out of it.
SOURCES = {
    "registrations": Source(
        frozenset({"registration"}),
        lambda gear, case: map(gear.domain, case.request.names),
        lambda gear, domain: gear.lookups.registration(domain),
    ),
}


def run_checks(
    gear: Gear, order: Order, only: frozenset[str] = frozenset(), funds: Funds | None = None
) -> tuple[Finding, ...]:
    """What the checks say now, stamped with the time; `only` leaves the other checks' findings as they were."""
    _, found = examine(gear, order, only, funds)
    return (*(finding for finding in order.findings if only and finding.check not in only), *found)


def imagined(gear: Gear, project_id: str, request: Request) -> Order:
    """An order that nobody placed and nothing stores, for the checks to look at."""
    now = gear.now()
    return Order("", project_id, "", request, gear.supplier.account, Status.PREPARING, now, now)


def examine(
    gear: Gear, order: Order, only: frozenset[str] = frozenset(), funds: Funds | None = None
) -> tuple[Case, tuple[Finding, ...]]:
    """An order with all that is asked outside for these checks (every one if none is named), and what they say."""
    now = gear.now()
    with gear.store.unit() as unit:
        others = tuple(unit.orders(statuses=(*OPEN, Status.ISSUED, Status.LIVE)))  # with the order itself among them
        project, client = gear.project_and_client(unit, order.project_id)
    wanted = [check for check in gear.checks if not only or check.name in only]
    looked_up = gear.looked_up(client, order.request.organisation)
    case = Case(
        request=order.request,
        product=gear.product(order.request.product),
        policy=gear.policy,
        now=now,
        csr=gear.pki.read_csr(order.csr) if order.csr else None,
        wanted_hosts=order.request.names if project else (),
        others=others,
        order_id=order.id,
        funds=funds,
        price=str(order.draft.price) if order.draft and order.draft.price is not None else "",
        client=client,
        looked_by=gear.called(looked_up.by) if looked_up else "",
    )
    case = asked_outside(gear, case, {check.name for check in wanted})
    return case, tuple(replace(finding, at=now) for check in wanted for finding in check.look(case))


def asked_outside(gear: Gear, case: Case, checks: Iterable[str]) -> Case:
    """The case with what the sources of these checks answer: all asked side by side, never inside a transaction."""
    with ThreadPoolExecutor(MOST, thread_name_prefix="outside") as pool:
        asked = {
            field: [pool.submit(source.ask, gear, what) for what in dict.fromkeys(source.about(gear, case))]
            for field, source in SOURCES.items()
            if not source.checks.isdisjoint(checks)
        }
    answers: dict[str, Any] = {field: tuple(_answers(questions)) for field, questions in asked.items()}
    return replace(case, **answers)


def _answers(questions: Iterable[Future[Any]]) -> Iterator[Any]:
    for each in questions:
        with suppress(DeskError):
            yield each.result()
