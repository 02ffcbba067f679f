"""Ordering as people meet it: the usual way by both ways to Slack, every decision, and whoever may not."""

from __future__ import annotations

import pytest

from tests.sandbox.office import COMPANY, CONTACT, Office


def first_order(office: Office, channel: str, client: str, name: str) -> None:
    """A company-checked one for a client nobody knows yet, from the project to the certificate."""
    where = office.new_channel(channel, client)
    company = {**COMPANY, "Registered name": client}
    office.pm.command(where, f"/cert new {name}")
    titles = []
    for values in ({}, {"Which kind": "sslwebserver"}, company, CONTACT):
        view = office.pm.view
        assert view is not None
        titles.append(view.title)
        for label, value in values.items():
            office.pm.fill(label, value)
        if not titles[1:]:
            office.pm.fill("What it is for", "customers")
        assert not office.pm.submit().errors
    assert titles == ["New certificate", "What we suggest", "The client’s company", "Their contact"]
    order = office.send(office.pm)
    office.until_waiting(order)
    assert not office.bought(name)
    shown = office.review(office.erik, order)
    for fact in ("TEST account", "USD 199.00", client, "carla@acme.com", "Signature: verified", "identical"):
        assert fact in shown.plain
    assert shown.submit_label == "Buy for USD 199.00"
    assert office.erik.submit().closed
    office.until_reply(order, "Bought")
    office.issue(name)
    office.until_reply(order, "is issued")
    assert "Issued" in office.until_card(order, "Valid until").plain
    assert len(office.bought(name)) == 1


@pytest.mark.parametrize("way", ["office", "office_over_http"], ids=["Socket Mode", "signed HTTP"])
def test_a_first_order_goes_from_the_project_to_the_certificate(request: pytest.FixtureRequest, way: str) -> None:
    first_order(request.getfixturevalue(way), "first", "First LLC", "first.acme.com")


def test_what_a_stricter_kind_needs_of_a_known_client_is_asked_for(office: Office) -> None:
    where = office.new_channel("stricter", "Stricter LLC")
    office.waiting(office.name(), channel=where, Which_kind="sslwebserver")
    form = office.fill_form(office.pm, office.name(), channel=where, Which_kind="sslwebserver_ev")
    assert "org." not in form.plain
    asked = office.pm.submit().view
    assert asked is not None
    assert asked.title == "The client’s company"
    assert asked.inputs["Registered name"].value == "Acme LLC"
    assert "registration number is missing" in office.pm.submit().errors["Number in the register"]
    office.fill_on(office.pm, stop_at="Check and send", Number_in_the_register="0123456")
    office.until_card(office.send(office.pm), "Waiting for approval")


def test_a_refused_order_can_be_corrected_and_ordered_again(office: Office) -> None:
    name, order = office.fresh()
    draft = office.at_supplier(name).order_id
    assert office.refuse(order, "wrong name, ask for the shop's").closed
    told = office.until_reply(order, "refused the order")
    assert "wrong name, ask for the shop's" in told.plain
    assert f"@{office.pm.name}" in told.plain
    card = office.until_card(order, "Refused")
    office.until(lambda: office.opensrs.orders[draft].state == "cancelled")
    office.pm.click(card, "Correct and order again")
    view = office.until_view(office.pm, name)
    assert view.inputs["Web addresses"].value == name
    office.pm.fill("Web addresses", office.name())
    again = office.send(office.pm)
    assert again != order
    office.until_card(again, "Waiting for approval")
    office.approve(again, office.erik)
    office.until_card(again, "Waiting for the client and the authority")
    assert not office.bought(name)


def test_a_change_voids_the_approvals_given_before(office: Office) -> None:
    """Above the price limit two must agree; one agrees, then the order changes."""
    name = f"*.{office.name()}"
    order = office.waiting(name, Which_kind="sslwebserver_wildcard")
    old = office.at_supplier(name).order_id
    seen = office.review(office.edith, order)
    office.approve(order, office.erik)
    office.until_card(order, "1 of 2 given")
    office.pm.click(office.card(order), "Change")
    mailbox = f"admin@{name[2:]}"
    office.fill_on(office.pm, stop_at="Change the order", Proof_of_control="email", Mailbox_for_the_proof=mailbox)
    assert not office.pm.submit().errors
    office.pm.close(everything=True)
    assert "no longer count" in office.until_reply(order, "was changed").plain
    office.until_reply(order, "Please review", 2)
    assert office.opensrs.orders[old].state == "cancelled"
    assert "given" not in office.card(order).plain.splitlines()[0]
    late = office.edith.submit(seen)
    assert late.view is not None
    assert "changed" in late.view.plain
    office.until_view(office.edith, "read back")
    assert office.edith.submit().closed
    office.until_card(order, "1 of 2 given")
    office.approve(order, office.erik)
    office.until_bought(order, name)


@pytest.mark.parametrize("names", ["three.acme.com", "*.dear.acme.com"], ids=["EV", "above the limit"])
def test_two_must_agree_to_what_is_dear_or_checked_at_length(office: Office, names: str) -> None:
    kind = "sslwebserver_wildcard" if names.startswith("*") else "sslwebserver_ev"
    order = office.waiting(names, Which_kind=kind, What_it_is_for="customers", Number_in_the_register="0123456")
    seen = office.review(office.erik, order)
    assert office.erik.submit().closed
    assert "1 of 2" in office.until_reply(order, "has an approval").plain
    office.erik.submit(seen)
    assert "You have approved this already" in seen.plain
    assert not office.review(office.erik, order, "You have approved this already").submit_label
    office.erik.close()
    assert not office.bought(names)
    office.approve(order, office.edith)
    office.until_bought(order, names)


def test_outsiders_are_refused_politely_whatever_they_press(office: Office) -> None:
    _, order = office.fresh()
    office.ws.join(office.stranger, office.channel)
    wanted = office.until_reply(order, "Please review")
    for person in (office.guest, office.stranger):
        office.typed(person, "/cert new", "Only full members of this workspace")
        office.typed(person, "/cert list", "No order is open here")
        office.typed(person, f"/cert show {order}", "I know no order")
        office.told(person, lambda p=person: p.click(office.card(order), "Cancel"), "Only full members")  # type: ignore[misc]
        person.click(wanted, "Review")
        office.until_view(person, "Only full members")
        person.close(everything=True)
    office.until_card(order, "Waiting for approval")


def test_where_the_desk_is_not_invited_it_says_so(office: Office) -> None:
    elsewhere = office.ws.add_channel("elsewhere", (office.pm,), bot=False)
    office.typed(office.pm, "/cert list", "order", channel=elsewhere)
    office.typed(office.pm, "/cert project", "I am not in this channel", "/invite", channel=elsewhere)


def test_an_old_button_is_answered_with_how_things_stand(office: Office) -> None:
    name, order = office.fresh()
    old_card, invitation = office.card(order), office.until_reply(order, "Please review")
    office.approve(order, office.erik)
    office.until_bought(order)
    now = ("how it stands now", "Waiting for the client", name)
    for label in ("Change", "Check again", "Cancel"):
        office.told(office.pm, lambda label=label: office.pm.click(old_card, label), *now)  # type: ignore[misc]
    office.edith.click(invitation, "Review")
    office.until_view(office.edith, *now)
    office.edith.close(everything=True)
    assert len(office.bought(name)) == 1


def test_only_an_admin_pauses_buying(office: Office) -> None:
    name, order = office.fresh()
    for person in (office.pm, office.erik):
        office.typed(person, "/cert pause", "Only an admin can do this")
    office.typed(office.ada, "/cert pause", "Buying is paused")
    try:
        office.approve(order, office.erik)
        assert "paused" in office.until_card(order, "buying is stopped").plain
        office.until_reply(order, "is approved, but not bought yet")
        assert not office.bought(name)
        office.typed(office.erik, "/cert resume", "Only an admin can do this")
    finally:
        office.typed(office.ada, "/cert resume", "Buying goes on")
    office.until_bought(order)
    office.until(lambda: [m for m in office.ws.messages(office.world.office) if "Buying is paused" in m.plain])
    assert len(office.bought(name)) == 1


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [("hsitory", "history"), ("lsit", "list"), ("nwe", "new"), ("resum", "resume"), ("quux", ""), ("<!channel>", "")],
)
def test_an_unknown_word_is_answered_with_the_nearest_and_help(office: Office, typed: str, nearest: str) -> None:
    told = office.typed(office.pm, f"/cert {typed}", "I do not know", typed, "/cert list")
    assert (f"Did you mean /cert {nearest}?" in told) is bool(nearest)


def test_a_project_is_set_up_with_care(office: Office) -> None:
    where = office.ws.add_channel("careful", (office.pm, office.otto, office.erik))
    asked = office.pm.command(where, "/cert new a.acme.com").view
    assert asked is not None
    assert asked.title == "Which project?"
    office.pm.close()
    office.pm.command(where, "/cert project")
    assert set(office.pm.submit().errors) == {"Project", "Client"}  # its owner is who sets it up
    office.fill(office.pm, Project="P" * 81, Client="C" * 121)
    errors = office.pm.submit().errors
    assert "up to 80 characters" in errors["Project"]
    assert "up to 120 characters" in errors["Client"]
    office.fill(office.pm, Project="Careful", Client="Careful LLC")
    assert office.pm.submit().closed
    office.until(lambda: [m for m in office.ws.messages(where) if "Careful LLC" in m.plain])
    who = "the project's owner or their stand-in or an approver"
    office.typed(office.otto, "/cert project", who, channel=where)
