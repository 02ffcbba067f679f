"""The README's walk is walked: its numbered steps are read out of it and done, word by word, as a newcomer would.

As somebody or *Outside* chooses the window, `code` is typed, **bold** is pressed, “quoted” must be seen: in the form
that is open, else on the newest card of the address that the walk orders for.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, expect

from tests.browser.doing import MODAL, card, types
from tests.house.files import ROOT
from tests.sandbox.core import Serving
from tests.sandbox.demo import Demo

pytestmark = pytest.mark.needs("chromium-headless-shell")
DOINGS = re.compile(
    r"\bAs (?P<person>\w+)\b|(?P<outside>\*What happens outside\*)|`(?P<typed>[^`]+)`"
    r"|\*\*(?P<pressed>[^*]+)\*\*|“(?P<seen>[^”]+)”"
)


def steps() -> list[str]:
    """The numbered steps below “Try it”, each in one line."""
    part = Path(ROOT, "README.md").read_text(encoding="utf-8").partition("\n## Try it\n")[2].partition("\n## ")[0]
    return [" ".join(step.split()) for step in re.findall(r"^\d+\. (.*(?:\n   .*)*)", part, re.MULTILINE)]


@pytest.fixture
def seeded() -> Iterator[tuple[Demo, str]]:
    """The demo as `make demo` leaves it, and the address it prints."""
    with Demo() as made, Serving(made.page.app) as serving:
        made.prepare()
        yield made, f"{serving.url}/?key={made.page.key}"
        assert made.leaks() == []


class Walker:
    """Goes from window to window and does what a step says."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.page, self.name = context.new_page(), ""
        self.page.goto(address)
        self.root = self.page.url.partition("/paula")[0]

    def does(self, step: str) -> int:
        """Everything in one step, in its order; how many things that were."""
        found = list(DOINGS.finditer(step))
        for doing in found:
            kind = doing.lastgroup or ""
            getattr(self, kind)(doing[kind])
        return len(found)

    def person(self, name: str) -> None:
        self.page.goto(f"{self.root}/{name}/acme-website")

    def outside(self, _: str) -> None:
        self.page.get_by_role("link", name="What happens outside").click()

    def typed(self, text: str) -> None:
        self.name = text.rsplit(maxsplit=1)[-1]
        types(self.page, text)

    def pressed(self, label: str) -> None:
        if "/-/world" in self.page.url:
            self.page.get_by_role("button", name=label).first.click()  # the newest order stands first
            expect(self.page.locator("#toasts")).to_contain_text(label, ignore_case=True)
        else:
            button = self.page.get_by_role("button", name=label, exact=True)
            self.form.locator(button).or_(self.card.locator(button)).last.click()

    def seen(self, words: str) -> None:
        expect(self.form.or_(self.card).filter(has_text=words).last).to_be_visible()

    @property
    def form(self) -> Locator:
        return self.page.locator(MODAL)

    @property
    def card(self) -> Locator:
        return card(self.page, self.name)


def test_the_walk_in_the_readme_leads_where_it_says(seeded: tuple[Demo, str], context: BrowserContext) -> None:
    demo, address = seeded
    walker = Walker(context, address)
    walk = steps()
    assert len(walk) >= 8
    assert [step for step in walk if not walker.does(step)] == []
    assert [bought.submissions for bought in demo.bought(walker.name)] == [1]
