"""Forms as people use them: back and forth, closed in the middle, wrong, double, reloaded, with any text in a field."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Window
from tests.browser.doing import MODAL, card, closed, orders, reviews, says, sends, title, types
from tests.sandbox.demo import Demo

pytestmark = pytest.mark.needs("chromium-headless-shell")
NASTY = (
    "<script>document.title='taken'</script>",
    "<img src=x onerror=\"document.title='taken'\">",
    "<javascript:alert(1)|click>",
    "[a](javascript:alert(1))",
    "\u202egnp.exe \u2066*bold* _it_ `",
    "&lt;b&gt; <@U0> <!here>",
    "x" * 2900,
)


def test_what_was_typed_is_there_again_after_back_close_and_reload(window: Window, demo: Demo) -> None:
    paula, name = window("paula"), demo.name()
    types(paula, f"/cert new {name}")
    title(paula, "New certificate")
    paula.get_by_label("Customers log in or pay there").check()
    sends(paula, "What we suggest")
    paula.get_by_role("button", name="Back").click()
    title(paula, "New certificate")
    expect(paula.get_by_label("Customers log in or pay there")).to_be_checked()
    paula.reload()
    expect(paula.get_by_label("Web addresses")).to_have_value(name)
    paula.get_by_role("button", name="Close", exact=True).click()
    closed(paula)
    types(paula, "/cert new")
    paula.get_by_role("button", name="Continue").click()
    expect(paula.get_by_label("Web addresses")).to_have_value(name)


def test_a_wrong_value_is_told_at_its_field_and_nothing_is_lost(window: Window) -> None:
    paula = window("paula")
    types(paula, "/cert new *.co.uk")
    title(paula, "New certificate")
    paula.locator(f"{MODAL} footer .primary").click()
    says(paula.locator(".field.wrong"), "*.co.uk belongs to everybody")
    field = paula.get_by_label("Web addresses")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value("*.co.uk")
    field.fill("")
    paula.locator(f"{MODAL} footer .primary").click()
    says(paula.locator(".field.wrong"), "Please complete this required field.")


def test_a_double_click_orders_once(window: Window, demo: Demo) -> None:
    paula, name = window("paula"), demo.name()
    types(paula, f"/cert new {name}")
    title(paula, "New certificate")
    sends(paula, "Check and send")
    paula.locator(f"{MODAL} footer .primary").dblclick()
    title(paula, "Thank you")
    paula.locator(f"{MODAL} header button").click()
    says(card(paula, name), "Waiting for approval")
    assert len(paula.locator("#posts article").filter(has_text=name).filter(has_text="order o-").all()) == 1


def test_of_two_windows_that_approve_one_buys_and_the_other_is_told(window: Window, demo: Demo) -> None:
    name = demo.name()
    orders(window("paula"), name)
    erik, edith = window("erik"), window("edith")
    reviews(erik, name)
    reviews(edith, name)
    for page in (erik, edith):
        page.locator(f"{MODAL} footer .primary").click(no_wait_after=True)
    closed(erik)
    says(card(erik, name), "Waiting for the client and the authority")
    assert [bought.submissions for bought in demo.bought(name)] == [1]


def test_a_button_that_is_gone_tells_how_things_stand(window: Window, demo: Demo) -> None:
    paula, erik, name = window("paula"), window("erik"), demo.name()
    orders(paula, name)
    says(card(erik, name), "Waiting for approval")
    erik.route("**/acme-website", lambda route: route.abort())  # what happens from now on is not shown here
    card(paula, name).get_by_role("button", name="Cancel").click()
    paula.locator("#asked button.danger, #asked button.primary").click()
    says(card(paula, name), "Cancelled")
    card(erik, name).get_by_role("button", name="Review").click()
    erik.unroute("**/acme-website")
    erik.reload()
    says(card(erik, name), "Cancelled")
    assert demo.bought(name) == []


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_text_stays_text(window: Window, text: str) -> None:
    paula = window("paula")
    types(paula, text)
    says(paula.locator("#posts article").last, text[:8])
    types(paula, "/cert new")
    title(paula, "New certificate")
    paula.get_by_label("Web addresses").fill(text)
    paula.locator(f"{MODAL} footer .primary").click()
    says(paula.locator(".field.wrong"), "")
    expect(paula.get_by_label("Web addresses")).to_have_value(text)
    assert paula.title() != "taken"
    assert paula.locator("a[href^=javascript]").count() == 0
    assert paula.locator("#posts script, #posts img").count() == 0


def test_a_stopped_bot_is_shown_and_comes_back(window: Window, demo: Demo) -> None:
    paula = window("paula")
    demo.bot.stop()
    demo.ws.wait_for(lambda: not demo.ws.link.ready())
    says(paula.locator("#head"), "not running")
    types(paula, "/cert list")
    says(paula.locator("#toasts"), "failed")
    demo.start_bot()
    expect(paula.locator("#head .banner")).to_have_count(0)
