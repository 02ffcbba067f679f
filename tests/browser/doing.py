"""What people do in a window, in one line each."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

MODAL = "#modal dialog[open]"


def types(page: Page, text: str) -> None:
    """Into the composer of the channel."""
    page.locator("main .composer input").fill(text)
    page.locator("main .composer input").press("Enter")


def title(page: Page, words: str) -> None:
    """Wait for a form of this title."""
    expect(page.locator("#modal-title")).to_have_text(words)


def sends(page: Page, *titles: str) -> None:
    """Send the step that is open; then the forms that come, one after the other."""
    for words in titles:
        page.locator(f"{MODAL} footer .primary").click()
        title(page, words)


def closed(page: Page) -> None:
    expect(page.locator(MODAL)).to_have_count(0)


def card(page: Page, name: str) -> Locator:
    """The newest card for a name."""
    return page.locator("#posts article").filter(has_text=name).filter(has_text="order o-").last


def says(place: Locator, words: str) -> None:
    expect(place).to_contain_text(words)


def orders(page: Page, name: str) -> None:
    """A domain-checked certificate, until it waits for its approval."""
    types(page, f"/cert new {name}")
    title(page, "New certificate")
    sends(page, "Check and send", "Thank you")
    page.locator(f"{MODAL} header button").click()
    closed(page)
    says(card(page, name), "Waiting for approval")


def reviews(page: Page, name: str) -> None:
    """Open the review and wait until it can be sent."""
    card(page, name).get_by_role("button", name="Review").click()
    expect(page.locator(f"{MODAL} footer .primary")).to_have_text("Buy for USD 19.00")
