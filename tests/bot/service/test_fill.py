"""Filling in the form: its steps, what is known already, what cannot be, drafts to go on with."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.domain.errors import BadInput, DeskError, NobodyApproves, NoProject, NotAllowed, NotAMember, UnknownOrder
from bot.domain.order import Status
from bot.shown.form import Form
from bot.shown.found import Found, Registration, Served
from tests.builders import COMPANY, CONTACT, World, a_client, a_project, a_supplier
from tests.fakes import (
    CHANNEL,
    COLLEAGUE,
    FIRST,
    GUEST,
    NOW,
    OTHER_CHANNEL,
    OUTSIDER,
    REQUESTER,
)

TYPED = {
    **{f"org.{field}": getattr(COMPANY, field) for field in COMPANY.__dataclass_fields__},
    **{f"contact.{field}": getattr(CONTACT, field) for field in CONTACT.__dataclass_fields__},
}


def new_client(world: World) -> None:
    """Nothing is on file about the client."""
    with world.store.unit() as unit:
        unit.save_client(a_client(organisation=None, contact=None, confirmed_at=None))


def opened(world: World, **values: str) -> Form:
    form = world.desk.fill.open_form(REQUESTER, CHANNEL)
    return world.desk.fill.save_step(form.id, REQUESTER, {k.replace("__", "."): v for k, v in values.items()})


def walk(world: World, form: Form) -> list[str]:
    """The steps from the first to the last."""
    walked = ["names"]
    while (step := world.desk.fill.next_step(form, walked[-1])) and step not in walked:
        walked.append(step)
    return walked


# -- the steps


@pytest.mark.parametrize(("on_file", "product", "steps"), [
    (False, "rapidssl", ["names", "send"]), (True, "rapidssl", ["names", "send"]),
    (True, "sslwebserver", ["names", "send"]), (False, "sslwebserver", ["names", "kind", "company", "contact", "send"]),
    (False, "sslwebserver_ev", ["names", "kind", "company", "contact", "send"]),
])  # fmt: skip
def test_the_company_is_asked_for_only_where_it_is_needed_and_not_on_file(
    world: World, product: str, steps: list[str], *, on_file: bool
) -> None:
    if not on_file:
        new_client(world)
    form = opened(world, names="www.acme.com", product=product)
    assert list(world.desk.fill.steps(form)) == steps
    assert walk(world, form)[: len(steps)] == steps
    backwards = [world.desk.fill.previous_step(form, step) for step in steps]
    assert backwards == ["names", *steps[:-1]]


def test_what_project_and_client_say_is_filled_in(world: World) -> None:
    with world.store.unit() as unit:
        unit.save_project(a_project(launch=date(2026, 12, 10)))
    form = world.desk.fill.open_form(REQUESTER, CHANNEL, "shop.acme.com")
    assert form.values["names"] == "shop.acme.com"
    assert form.values["wanted_by"] == "2026-12-10"
    assert {field: form.values[field] for field in TYPED} == TYPED


def test_one_offer_is_preselected_and_a_choice_overrules_it(world: World) -> None:
    form = opened(world, names="*.acme.com")
    offers = world.desk.fill.offers(form)
    assert [offer.product.code for offer in offers if offer.preselected] == ["sslwebserver_wildcard"]
    assert all(offer.product.wildcard for offer in offers)
    chosen = world.desk.fill.chosen(world.desk.fill.save_step(form.id, REQUESTER, {"product": "rapidssl_wildcard"}))
    assert chosen is not None
    assert chosen.product.code == "rapidssl_wildcard"
    assert world.desk.fill.offers(replace(form, values={})) == ()


def test_the_last_step_says_what_is_sent_and_what_is_missing(world: World) -> None:
    new_client(world)
    checked = opened(world, names="www.acme.com", product="sslwebserver", org__name="Acme LLC")
    shown = world.desk.fill.show(checked, "send")
    assert ("names", "Web addresses", "www.acme.com") in shown.rows
    assert {group for group, _, _ in shown.rows} == {"names", "kind", "company", "contact"}
    told = " ".join(shown.missing)
    assert "The company's country is missing." in told
    assert "company's name" not in told
    assert "org." not in told
    simple = world.desk.fill.show(opened(world, names="www.acme.com", product="rapidssl"), "send")
    assert (simple.missing, {group for group, _, _ in simple.rows}) == ((), {"names", "kind"})


# -- what is typed


def test_a_form_is_its_owners_alone(world: World) -> None:
    form = opened(world, names="www.acme.com")
    for act in (world.desk.fill.form, world.desk.ask.place, lambda f, u: world.desk.fill.save_step(f, u, {})):
        with pytest.raises(UnknownOrder):
            act(form.id, COLLEAGUE)
    with pytest.raises(UnknownOrder):
        world.desk.fill.form("f-none", REQUESTER)


@pytest.mark.parametrize("gap", [" ", "\n"])
@pytest.mark.parametrize("field", ["names", "own_csr", "org.name"])
def test_a_private_key_is_refused_before_anything_is_kept(world: World, field: str, gap: str) -> None:
    form = world.desk.fill.open_form(REQUESTER, CHANNEL)
    key = f"-----BEGIN PRIVATE{gap}KEY-----\nMII"
    with pytest.raises(BadInput) as bad:
        world.desk.fill.save_step(form.id, REQUESTER, {field: key})
    assert list(bad.value.fields) == [field]
    with pytest.raises(BadInput):
        world.desk.fill.open_form(REQUESTER, CHANNEL, key)
    assert world.desk.fill.form(form.id, REQUESTER).values == form.values


@pytest.mark.parametrize(("who", "where", "error"), [
    (OUTSIDER, CHANNEL, NotAllowed), (GUEST, CHANNEL, NotAMember), (OUTSIDER, OTHER_CHANNEL, NoProject),
    (OUTSIDER, "", NoProject), (GUEST, "", NotAMember), (GUEST, OTHER_CHANNEL, NotAMember),
    (GUEST, "D1", NotAMember),
])  # fmt: skip
def test_only_members_of_a_projects_channel_order(world: World, who: str, where: str, error: type[DeskError]) -> None:
    world.people.channels[CHANNEL].add(GUEST)
    with pytest.raises(error):
        world.desk.fill.open_form(who, where)


# -- what cannot work is said first, what was begun is offered


def test_who_is_the_only_approver_hears_at_once_that_nobody_else_could_approve(world: World) -> None:
    world.people.approving = frozenset({REQUESTER})
    with pytest.raises(NobodyApproves):
        opened(world)
    world.restart(self_approval=True)
    assert opened(world).user == REQUESTER


@pytest.mark.parametrize("where", [OTHER_CHANNEL, "D1", ""], ids=["another channel", "a direct message", "home"])
def test_where_there_is_no_project_one_of_ones_own_is_asked_for(world: World, where: str) -> None:
    form = world.desk.fill.open_form(REQUESTER, where, "www.acme.com")
    assert world.desk.fill.steps(form) == ("project", "names", "send")
    shown = world.desk.fill.show(form, "project")
    assert ([project.id for project in shown.projects], shown.first) == ([CHANNEL], True)
    chosen = world.desk.fill.save_step(form.id, REQUESTER, {"project": CHANNEL})
    assert (chosen.project_id, chosen.values["names"]) == (CHANNEL, "www.acme.com")
    assert world.desk.fill.next_step(chosen, "project") == "names"
    world.people.channels[CHANNEL].remove(REQUESTER)
    with pytest.raises(NoProject):
        world.desk.fill.open_form(REQUESTER, OTHER_CHANNEL)


def test_a_draft_that_was_never_sent_is_offered_for_a_week(world: World) -> None:
    old = opened(world, names="www.acme.com")

    def began() -> Form | None:
        return world.desk.fill.show(world.desk.fill.open_form(REQUESTER, CHANNEL), "names").began

    assert began() == old
    world.desk.ask.place(opened(world, names="shop.acme.com", product="rapidssl").id, REQUESTER)
    assert began() == old
    assert world.desk.fill.show(world.desk.fill.open_form(COLLEAGUE, CHANNEL), "names").began is None
    assert world.desk.fill.show(world.desk.fill.open_form(REQUESTER, CHANNEL, "a.acme.com"), "names").began is None
    world.clock.advance(timedelta(days=7))
    assert began() is None


# -- an order that is there already


@pytest.mark.parametrize(("reason", "open_groups"), [
    ("The organization's phone could not be verified", ("company",)), ("Contact does not answer", ("contact",)),
    ("The domain is not allowed", ("names",)), ("No.", ("names",)),
])  # fmt: skip
def test_a_corrected_order_opens_where_it_was_wrong(world: World, reason: str, open_groups: tuple[str, ...]) -> None:
    order = world.waiting(product="sslwebserver")
    world.desk.decide.refuse(order.id, FIRST, reason)
    form = world.desk.fill.open_form(COLLEAGUE, "", corrects=order.id)
    assert (world.desk.fill.steps(form), form.open, form.project_id) == (("send",), open_groups, CHANNEL)
    assert world.desk.fill.next_step(form, "send") == ""
    assert world.desk.fill.open_group(form.id, COLLEAGUE, "more").open == (*open_groups, "more")


def test_a_renewal_asks_nothing_and_is_linked_both_ways(world: World) -> None:
    order = world.issued(product="sslwebserver")
    form = world.desk.fill.open_form(COLLEAGUE, "", renews=order.id)
    shown = world.desk.fill.show(form, "send")
    assert (shown.form.open, shown.first, shown.missing) == ((), True, ())
    again = world.desk.ask.place(form.id, COLLEAGUE)
    assert (again.request.kind, again.request.renews, again.request.names) == ("renew", order.id, order.request.names)
    assert (again.key_id, world.order(order.id).status) == ("", Status.ISSUED)
    assert "renewal" in world.history(order)


# -- what public sources say


def test_what_is_served_now_is_offered_for_the_company_with_its_source(world: World) -> None:
    new_client(world)
    served = Served("acme.com", ("acme.com",), NOW, "Some CA", (("O", "Acme LLC"), ("L", "Chicago"), ("C", "US")))
    registered = Registration("acme.com", registered=True, organisation="Acme Holdings")
    hints: Mapping[str, tuple[str, str]] = {}
    for found, name in ((Found(NOW, registered), "Acme Holdings"), (Found(NOW, registered, served), "Acme LLC")):
        with world.store.unit() as unit:
            unit.save_found("acme.com", found)
        hints = world.desk.fill.show(opened(world, names="*.acme.com", product="sslwebserver"), "company").hints
        assert hints["org.name"][0] == name
    assert hints["org.city"] == ("Chicago", "From the certificate served at acme.com now.")
    assert "org.street" not in hints


def test_the_bare_domain_is_added_where_the_kind_has_room(world: World) -> None:
    form = opened(world, names="*.acme.com", product="sslwebserver_wildcard")
    assert world.desk.fill.show(form, "send").apex == ""  # the catalogue's wildcard holds one name
    roomy = tuple(replace(product, extra_names=4) for product in world.gear.supplier.products())
    world.restart(supplier=a_supplier(world.standin, world.clock, products=roomy))
    assert world.desk.fill.show(form, "send").apex == "acme.com"
    assert world.desk.fill.add_apex(form.id, REQUESTER).values["names"].split() == ["*.acme.com", "acme.com"]


def test_what_is_missing_is_asked_of_the_client_and_holds_nothing_but_the_order(world: World) -> None:
    new_client(world)
    form = opened(world, names="www.acme.com", product="sslwebserver", org__name="Acme LLC")
    assert world.desk.fill.next_step(form, "send") == "company"
    form = world.desk.fill.save_step(form.id, REQUESTER, {"ask_client": "yes", "org.city": "", "contact.email": ""})
    assert world.desk.fill.next_step(form, "send") == ""
    with pytest.raises(BadInput):
        world.desk.fill.save_step(form.id, REQUESTER, {"contact.phone": "call me"})
    form = world.desk.fill.save_step(form.id, REQUESTER, {"contact.phone": ""})
    held = world.later(world.desk.ask.place(form.id, REQUESTER))
    assert held.hold is not None
    assert (held.status, held.hold.who, held.draft) == (Status.HELD, "client", None)
    assert any("telephone number is missing" in reason for reason in held.hold.reasons)
    with world.store.unit() as unit:
        client = unit.client("c-acme")
    assert client is not None
    assert (client.organisation, client.confirmed_at) == (None, None)
