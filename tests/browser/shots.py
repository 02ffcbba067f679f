"""Pictures of everything people meet: `python -m tests.browser.shots`, behind `make screenshots`.

One for every status of an order, step of the form, review and error, wide and on a phone, into build/screenshots; the
README's four are copied to docs/pictures.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import ALONE, CHROMIUM
from tests.sandbox import programs
from tests.sandbox.core import Serving
from tests.sandbox.demo import Demo
from tests.sandbox.slack.people import Person

FOLDER: Final = Path("build/screenshots")
README: Final = {"channel": "awaiting_approval-wide", "form": "form-2-check-and-send-wide", "review": "review-wide",
                 "world": "world-wide"}  # fmt: skip
PICTURES: Final = Path("docs/pictures")
SIZES: Final = {"wide": (1100, 820), "phone": (380, 780)}


class Shots(Demo):
    """A world that is brought into every state and photographed there."""

    def take(self, name: str, who: Person, place: str = "acme-website", thread: str = "") -> None:
        """Both sizes of what somebody sees now."""
        for size, (width, height) in SIZES.items():
            self.window.set_viewport_size({"width": width, "height": height})
            self.window.goto(f"{self.url}/{who.name}/{place}{thread and '?thread='}{thread}")
            self.window.wait_for_function("!document.querySelector('[aria-busy]')")
            self.window.screenshot(path=FOLDER / f"{name}-{size}.png")
            print(f"  {name}-{size}.png", flush=True)

    def statuses(self) -> Iterator[tuple[str, str]]:
        """Every status with an order that stands there."""
        yield "awaiting_approval", self.waiting("www.acme.com")
        yield "refused", self._after(lambda order: self.refuse(order, "The site moves in March"))
        self.opensrs.faults.arm("sw_register", "timeout_before")
        order = self.order("slow.acme.com")
        self.until_card(order, "Being prepared")
        yield "preparing", order
        self.opensrs.release()
        yield "cancelled", self._after(lambda order: self.pm.click(self.card(order), "Cancel"))
        self.opensrs.faults.arm("process_pending", "timeout_before")
        yield "buying", self._after(lambda order: self.approve(order, self.erik))
        self.opensrs.release()
        self.opensrs.faults.arm("process_pending", "drop_before")
        yield (
            "doubtful",
            self._after(self._lost),
        )
        bought = self.buy("login.acme.com")
        self.opensrs.ca_asks(self.at_supplier("login.acme.com").order_id)
        self.pass_time(hours=1)
        yield "validating", bought
        bought = self.buy("done.acme.com")
        self.issue("done.acme.com")
        yield "issued", bought
        bought = self.buy("no.acme.com")
        self.opensrs.decline(self.at_supplier("no.acme.com").order_id, "The company could not be verified")
        self.pass_time(hours=2)
        yield "declined", bought
        held = self.order("*.acme.com")
        self.until_card(held, "settled")
        yield "held", held
        yield "held-client-orders", self.order("api.acme.com", Who_buys_it="The client buys it; we make the key")

    def _lost(self, order: str) -> None:
        self.approve(order, self.erik)
        self.until_reply(order, "no clear answer")

    def _after(self, act: Callable[[str], object]) -> str:
        order = self.waiting(self.name())
        act(order)
        return order

    def forms(self) -> None:
        """Every step of the form, with an error, for a company nobody knows yet."""
        self.pm.command(self.shop, "/cert new *.co.uk")
        self.take("form-1-web-addresses", self.pm, "acme-shop")
        self.pm.submit()
        self.take("form-1-error", self.pm, "acme-shop")
        self.pm.fill("Web addresses", "*.acme.com")
        for step in ("kind", "company", "contact", "last"):
            self.fill_on(self.pm, stop_at=self.pm.view.title if self.pm.view else "")
            self.pm.submit()
            self.take(f"form-{step}", self.pm, "acme-shop")
        self.pm.press("More options")
        self.take("form-more-options", self.pm, "acme-shop")
        self.pm.close(everything=True)
        self.pm.command(self.channel, "/cert new blog.acme.com")
        self.pm.submit()
        self.until_view(self.pm, "What we found")
        self.take("form-2-check-and-send", self.pm)
        self.pm.close(everything=True)

    @contextmanager
    def camera(self) -> Iterator[None]:
        """A browser that looks at this world."""
        with Serving(self.page.app) as serving, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=programs.find(CHROMIUM), args=ALONE)
            context, self.url = browser.new_context(), serving.url
            context.add_cookies([{"name": "certdesk_page", "value": self.page.key, "url": serving.url}])
            self.window: Page = context.new_page()
            yield
            browser.close()


def main() -> int:
    """Take them all; the last line says how many."""
    began = time.monotonic()
    shutil.rmtree(FOLDER, ignore_errors=True)
    with Shots() as shots, shots.camera():
        shots.set_up_project(shots.shop, "Acme Trading LLC", Engineer=shots.edith)
        shots.forms()
        order = ""
        for status, order in shots.statuses():
            thread = shots.card(order).ts if status in ("validating", "doubtful") else ""
            shots.take(status, shots.pm, thread=thread)
            if status == "awaiting_approval":
                shots.review(shots.erik, order)
                shots.take("review", shots.erik)
                shots.erik.close()
        shots.pm.click(shots.card(order), "Text for the client")
        shots.take("text-for-the-client", shots.pm)
        shots.pm.close()
        shots.take("home", shots.erik, "home")
        shots.pm.command(shots.channel, "/cert wobble")
        shots.take("unknown-word", shots.pm)
        shots.window.goto(f"{shots.url}/-/world")
        shots.window.set_viewport_size({"width": 1100, "height": 820})
        shots.window.screenshot(path=FOLDER / "world-wide.png")
    PICTURES.mkdir(exist_ok=True)
    for name, taken in README.items():
        shutil.copy(FOLDER / f"{taken}.png", PICTURES / f"{name}.png")
    print(f"screenshots: {len(list(FOLDER.iterdir()))} pictures in {FOLDER}, {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
