"""Finding out, while a form is filled in, what public sources say about its address. Late answers are only shown."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from bot.domain.errors import DeskError
from bot.ports import Job
from bot.service.fill import Fill
from bot.service.gear import Gear
from bot.shown.form import Form
from bot.shown.found import Found

PATIENCE = 5  # seconds; what is not there by then is left for the card
MOST = 30  # addresses looked up for one person in an hour


class Infer:
    """The job `infer`."""

    def __init__(self, gear: Gear, fill: Fill) -> None:
        self.gear, self.fill = gear, fill

    def infer(self, job: Job) -> None:
        """Ask every source side by side, keep what came in time, and show it if the form is still on the screen."""
        gear = self.gear
        with gear.store.unit() as unit:
            form = unit.form(job.subject)
        host = self.fill.host(form) if form else ""
        if form is None or not host or not may_look_up(gear, form.user):
            return
        found = self._ask(host)
        outsiders = gear.people.outsiders(form.project_id) if form.project_id else frozenset()
        with gear.store.unit() as unit:
            unit.save_found(host, found)
            unit.set_flag(f"outsiders {form.project_id}", str(len(outsiders)))
        shown: Form | None = None
        while (form := self._on_screen(job.subject)) is not None and form != shown:  # what is typed meanwhile, too
            drawn = self.fill.show(form, form.step)
            shown = drawn.form
            gear.screens.form(form.view, drawn)

    def _on_screen(self, form_id: str) -> Form | None:
        """The form as it is now, where it stands at a step that shows what was found."""
        with self.gear.store.unit() as unit:
            form = unit.form(form_id)
        return form if form and form.view and not form.order_id and form.step in ("kind", "send") else None

    def _ask(self, host: str) -> Found:
        lookups = self.gear.lookups
        pool = ThreadPoolExecutor(3, thread_name_prefix="look-up")
        sources = (lookups.registration, lookups.served, lookups.zone)
        asked: list[Future[Any]] = [pool.submit(_or_none, source, host) for source in sources]
        in_time = wait(asked, PATIENCE).done
        pool.shutdown(wait=False, cancel_futures=True)
        return Found(self.gear.now(), *(each.result() if each in in_time else None for each in asked))


def may_look_up(gear: Gear, user: str, many: int = 1) -> bool:
    """Count so many look-ups; whether they are within the person's hour."""
    name, hour = f"look-ups {user}", f"{gear.now():%Y%m%d%H}"
    with gear.store.unit() as unit:
        told, _, count = unit.flag(name).partition(" ")
        so_far = (int(count) if told == hour else 0) + many
        unit.set_flag(name, f"{hour} {so_far}")
    return so_far <= MOST


def _or_none(ask: Callable[[str], object], host: str) -> object:
    try:
        return ask(host)
    except DeskError:
        return None
