"""Filling in the form: its steps, what is known already, what cannot be, drafts to go on with."""

from datetime import date, timedelta

import pytest

from bot.domain.errors import BadInput, DeskError, NobodyApproves, NoProject, NotAllowed, NotAMember, UnknownOrder
from bot.domain.order import Status
from bot.service.fill import hints
from bot.service.typed import values_on_file
from bot.shown.form import Form
from bot.shown.found import Found, Registration, Served
from tests.builders import World, a_client, a_project
from tests.fakes import CHANNEL, COLLEAGUE, ENGINEER, FIRST, GUEST, NOW, OTHER_CHANNEL, OUTSIDER, REQUESTER


def new_client(world: World) -> None:
    """Nothing is on file about the client."""
    with world.store.unit() as unit:
        unit.save_client(a_client(organisation=None, contact=None, confirmed_at=None))


def opened(world: World, **values: str) -> Form:
    form = world.desk.fill.open_form(REQUESTER, CHANNEL)
    return world.desk.fill.save_step(form.id, REQUESTER, {k.replace("__", "."): v for k, v in values.items()})


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
    fill, form = world.desk.fill, opened(world, names="www.acme.com", product=product)
    assert list(fill.steps(form)) == steps
    assert [fill.next_step(form, step) for step in steps[:-1]] == steps[1:]
    assert [fill.previous_step(form, step) for step in steps] == ["names", *steps[:-1]]


def test_what_project_and_client_say_is_filled_in(world: World) -> None:
    with world.store.unit() as unit:
        unit.save_project(a_project(launch=date(2026, 12, 10)))
    form = world.desk.fill.open_form(REQUESTER, CHANNEL, "shop.acme.com")
    own = {"names": "shop.acme.com", "wanted_by": "2026-12-10", "engineer": ENGINEER}
    assert form.values == values_on_file(a_client()) | own


def test_the_last_step_says_what_is_sent_and_what_is_missing(world: World) -> None:
    new_client(world)
    checked = opened(world, names="www.acme.com", product="sslwebserver", org__name="Acme LLC")
    shown, fields = world.desk.fill.show(checked, "send"), ("country is missing", "company's name", "org.")
    assert {group for group, _, _ in shown.rows} == {"names", "kind", "company", "contact"}
    assert [field in " ".join(shown.missing) for field in fields] == [True, False, False]
    simple = world.desk.fill.show(opened(world, names="*.acme.com", product="rapidssl_wildcard"), "send")
    assert (simple.missing, len(simple.rows), simple.apex) == ((), 3, "")  # its kind has no room for the bare domain


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


def test_a_renewal_is_linked_both_ways(world: World) -> None:
    order = world.issued(product="sslwebserver")
    again = world.desk.ask.place(world.desk.fill.open_form(COLLEAGUE, "", renews=order.id).id, COLLEAGUE)
    assert (again.request.kind, again.request.renews, again.request.names) == ("renew", order.id, order.request.names)
    assert (again.key_id, world.order(order.id).status) == ("", Status.ISSUED)
    assert "renewal" in world.history(order)


# -- what public sources say


def test_what_is_served_now_is_offered_for_the_company_with_its_source(world: World) -> None:
    new_client(world)
    served = Served("acme.com", ("acme.com",), NOW, "Some CA", (("O", "Acme LLC"), ("L", "Chicago"), ("C", "US")))
    registered = Registration("acme.com", registered=True, organisation="Acme Holdings")
    assert hints(Found(NOW, registered)) == {"org.name": ("Acme Holdings", "From the registration of the domain.")}
    with world.store.unit() as unit:
        unit.save_found("acme.com", Found(NOW, registered, served))
    shown = world.desk.fill.show(opened(world, names="*.acme.com", product="sslwebserver"), "company").hints
    assert {field: value for field, (value, _) in shown.items()} == {
        "org.name": "Acme LLC", "org.city": "Chicago", "org.country": "US"
    }  # fmt: skip
    assert {source for _, source in shown.values()} == {"From the certificate served at acme.com now."}


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
    assert "telephone number is missing" in str(held.hold.reasons)
    with world.store.unit() as unit:
        (client,) = unit.clients()
    assert (client.organisation, client.confirmed_at) == (None, None)
