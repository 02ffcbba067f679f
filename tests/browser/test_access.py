"""Who may open the page, and whether everybody can use it: axe-core finds nothing serious on any surface."""

import http.client
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Window
from tests.browser.doing import card, orders, title, types
from tests.sandbox.core import Serving
from tests.sandbox.demo import Demo

pytestmark = pytest.mark.needs("chromium-headless-shell")
KEY = {"Cookie": "certdesk_page=KEY"}


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/paula/home", {}, 403),
        ("/paula/home", {"Cookie": "certdesk_page=guess"}, 403),
        ("/paula/home", {**KEY, "Host": "evil.example"}, 403),
        ("/paula/home", {**KEY, "Origin": "http://evil.example"}, 403),
        ("/-/news", {}, 403),
        ("/-/world", {}, 403),
        ("/nobody/home", KEY, 404),
        ("/gustav/acme-shop", KEY, 404),
        ("/-/server.py", KEY, 404),
        ("/paula/acme-website", KEY, 200),
    ],
)
def test_the_page_is_for_this_machine_and_for_who_has_the_key(
    serving: Serving, demo: Demo, path: str, headers: dict[str, str], status: int
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", serving.port, timeout=10)
    connection.request("GET", path, headers={k: v.replace("KEY", demo.page.key) for k, v in headers.items()})
    answer = connection.getresponse()
    assert answer.status == status
    connection.close()


def judge(page: Page) -> None:
    """Nothing serious or critical, in light and dark."""
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page).response["violations"]
        bad = [(v["id"], [n["html"] for n in v["nodes"]]) for v in found if v["impact"] in ("serious", "critical")]
        assert bad == [], scheme


def test_no_surface_shuts_anybody_out(window: Window, demo: Demo) -> None:
    paula, name = window("paula"), demo.name()
    orders(paula, name)
    judge(paula)
    card(paula, name).locator(".replies").click()
    expect(paula.locator("#thread article").first).to_be_visible()
    judge(paula)
    types(paula, "/cert new *.co.uk")
    title(paula, "New certificate")
    paula.locator("#modal footer .primary").click()
    expect(paula.locator(".field.wrong")).to_be_visible()
    judge(paula)
    judge(window("paula", "home"))
    paula.goto(paula.url.split("/paula")[0] + "/-/world")
    judge(paula)


def test_keys_alone_are_enough(window: Window, demo: Demo) -> None:
    paula, name = window("paula"), demo.name()
    paula.locator("main .composer input").focus()
    paula.keyboard.type(f"/cert new {name}")
    paula.keyboard.press("Enter")
    title(paula, "New certificate")
    expect(paula.get_by_label("Web addresses")).to_be_focused()
    paula.keyboard.press("Escape")
    expect(paula.locator("#modal dialog")).to_have_count(0)


def test_a_phone_shows_everything_without_scrolling_sideways(window: Window, demo: Demo) -> None:
    paula = window("paula")
    orders(paula, demo.name())
    paula.set_viewport_size({"width": 380, "height": 800})
    for place in ("acme-website", "home"):
        paula.goto(paula.url.rsplit("/", 1)[0] + f"/{place}")
        assert paula.evaluate("document.documentElement.scrollWidth") <= 380
