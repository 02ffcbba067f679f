"""A running demo world without its scenes, and windows of its people in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.sandbox import programs
from tests.sandbox.core import Serving
from tests.sandbox.demo import Demo

Window = Callable[..., Page]
CHROMIUM = "chromium-headless-shell"
ALONE = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    """One world for all; every test orders for a name of its own."""
    with Demo() as made:
        made.set_up_project(made.shop, Engineer=made.edith, Project="Acme shop")
        yield made
        assert not made.ws.violations
        assert made.leaks() == []


@pytest.fixture(scope="session")
def serving(demo: Demo) -> Iterator[Serving]:
    with Serving(demo.page.app) as made:
        yield made


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=programs.find(CHROMIUM), args=ALONE)
        yield found
        found.close()


@pytest.fixture
def context(browser: Browser, demo: Demo, serving: Serving) -> Iterator[BrowserContext]:
    """A fresh browser that has the page's key; whatever its scripts complain of fails the test."""
    found = browser.new_context(viewport={"width": 1280, "height": 900})
    wrong: list[str] = []
    found.on("weberror", lambda error: wrong.append(str(error.error)))
    found.add_cookies([{"name": "certdesk_page", "value": demo.page.key, "url": serving.url}])
    yield found
    found.close()
    assert wrong == []


@pytest.fixture
def window(context: BrowserContext, demo: Demo, serving: Serving) -> Window:
    """A window of somebody at a place, with no form left open."""

    def opened(name: str, place: str = "acme-website") -> Page:
        who = next(each for each in demo.ws.people.values() if each.name == name)
        who.stack.clear()
        page = context.new_page()
        page.goto(f"{serving.url}/{name}/{place}")
        return page

    return opened
