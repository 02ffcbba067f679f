"""From `/cert new` to issued by typing and clicking, as project manager, engineer and authority."""

import pytest
from playwright.sync_api import FilePayload, expect

from tests.browser.conftest import Window
from tests.browser.doing import MODAL, card, closed, orders, reviews, says, sends, title, types
from tests.sandbox.demo import Demo

pytestmark = pytest.mark.needs("chromium-headless-shell")


def test_a_certificate_is_ordered_approved_and_issued(window: Window, demo: Demo) -> None:
    paula, erik, outside, name = window("paula"), window("erik"), window("paula"), demo.name()
    orders(paula, name)
    reviews(erik, name)
    erik.locator(f"{MODAL} footer .primary").click()
    closed(erik)
    says(card(paula, name), "Waiting for the client and the authority")
    outside.goto(outside.url.split("/paula")[0] + "/-/world")
    order = outside.locator(".order").filter(has_text=name)
    for act in ("The authority asks for the proof", "The client sets the DNS record", "The authority issues"):
        order.get_by_role("button", name=act).click()
        expect(outside.locator("#toasts")).to_contain_text(act)
    outside.get_by_role("button", name="To the next event").click()
    outside.get_by_role("button", name="One hour on").click()
    says(card(paula, name), "Issued")
    assert [bought.submissions for bought in demo.bought(name)] == [1]


def test_the_thread_stands_beside_the_channel(window: Window, demo: Demo) -> None:
    paula, name = window("paula"), demo.name()
    orders(paula, name)
    card(paula, name).locator(".replies").click()
    says(paula.locator("#thread"), "Please review the order")
    paula.locator("#thread .composer input").fill("It is for the spring campaign")
    paula.locator("#thread .composer input").press("Enter")
    says(paula.locator("#thread article").last, "It is for the spring campaign")
    paula.locator("#thread .composer input").fill("/cert list")
    paula.locator("#thread .composer input").press("Enter")
    says(paula.locator("#toasts"), "not for a thread")
    paula.get_by_label("Close the thread").click()
    expect(paula.locator("#thread")).to_be_hidden()


def test_what_is_new_elsewhere_is_marked_until_it_is_read(window: Window, demo: Demo) -> None:
    erik, paula = window("erik", "acme-shop"), window("paula")
    orders(paula, demo.name())
    channel = erik.locator("nav .places a").filter(has_text="acme-website")
    expect(channel.locator(".count")).to_be_visible()
    channel.click()
    expect(channel.locator(".count")).to_have_count(0)


def test_an_answer_for_one_person_is_seen_by_that_person_until_the_page_is_loaded_again(window: Window) -> None:
    paula, erik = window("paula"), window("erik")
    types(paula, "/cert wobble")
    says(paula.locator(".private").last, "wobble")
    expect(erik.locator(".private")).to_have_count(0)
    paula.reload()
    expect(paula.locator(".private")).to_have_count(0)


def test_home_lists_what_waits_and_starts_a_new_order(window: Window, demo: Demo) -> None:
    name = demo.name()
    orders(window("paula"), name)
    home = window("erik", "home")
    says(home.locator("#home"), name)
    home.locator("#home").get_by_role("button", name="New certificate").first.click()
    expect(home.locator(MODAL)).to_be_visible()


def test_a_shortcut_of_a_message_begins_an_order_for_what_stands_in_it(window: Window, demo: Demo) -> None:
    paula, name = window("paula"), demo.name()
    types(paula, f"The client wants {name} secured")
    message = paula.locator("#posts article").filter(has_text=name).last
    message.locator("summary").click()
    message.get_by_role("button", name="Certificate for this").click()
    title(paula, "New certificate")
    expect(paula.get_by_label("Web addresses")).to_have_value(name)


def test_the_client_buys_it_with_our_text_and_what_comes_back_is_seen_before_it_is_handed_in(
    window: Window, demo: Demo
) -> None:
    paula, name = window("paula"), demo.name()
    types(paula, f"/cert new {name}")
    title(paula, "New certificate")
    sends(paula, "Check and send")
    paula.get_by_role("button", name="More options").click()
    paula.get_by_label("The client buys it; we make the key").check()
    sends(paula, "Thank you")
    paula.locator(f"{MODAL} header button").click()
    says(card(paula, name), "With the client")
    card(paula, name).get_by_role("button", name="Text for the client").click()
    assert paula.get_by_label("Request file").input_value().startswith("-----BEGIN CERTIFICATE REQUEST-----")
    paula.locator(f"{MODAL} footer .primary").click()
    closed(paula)
    card(paula, name).get_by_role("button", name="Paste the certificate").click()
    title(paula, "Paste the certificate")
    files = [FilePayload(name="chain.pem", mimeType="text/plain", buffer=b"-----BEGIN CERTIFICATE-----\nMIIB")]
    paula.get_by_label("Or files").set_input_files(files)
    for _ in ("chosen", "loaded again"):
        says(paula.locator(".file"), "chain.pem 32 bytes-----BEGIN CERTIFICATE-----")
        paula.reload()
