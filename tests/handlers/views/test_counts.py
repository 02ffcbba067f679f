"""How little is asked: fields that somebody must fill and submits, counted on the views of a real desk."""

import pytest

from tests.builders import World, a_client
from tests.fakes import FIRST
from tests.handlers.surface import Surface, view_of
from tests.sandbox.office import COMPANY, CONTACT

ANSWERS = {**COMPANY, **CONTACT}


def counted(walk: Surface) -> tuple[int, int]:
    """Send the form that is open: what is required and empty, or refused, is typed; (fields, submits)."""
    person, fields, submits = walk.person, 0, 0
    while (view := view_of(person)).title != "Thank you":
        wanted = [label for label, each in view.inputs.items() if not each.optional and not each.value]
        for label in wanted:
            person.fill(label, ANSWERS[label])
        refused = person.submit().errors
        for label in refused:
            person.fill(label, ANSWERS[label])
        fields, submits = fields + len(wanted) + len(refused), submits + 1
        assert submits < 9, view.plain
    return fields, submits


@pytest.mark.parametrize(
    ("names", "known", "most"),
    [("www.acme.com", True, (1, 2)), ("www.acme.com", False, (1, 2)), ("*.acme.com", True, (1, 2)),
     ("*.acme.com", False, (12, 5))],
    ids=["domain only", "domain only, new client", "company checked", "company checked, new client"],
)  # fmt: skip
def test_a_new_order_asks_little(
    walk: Surface, world: World, names: str, most: tuple[int, int], *, known: bool
) -> None:
    if not known:
        with world.store.unit() as unit:
            unit.save_client(a_client(organisation=None, contact=None, confirmed_at=None))
    walk.cert("new")
    walk.person.fill("Web addresses", names)
    fields, submits = counted(walk)
    assert (fields + 1, submits) == most


def test_a_renewal_asks_nothing(walk: Surface, world: World) -> None:
    walk.click("order.renew", world.issued(product="sslwebserver").id)
    assert counted(walk) == (0, 1)


def test_a_corrected_order_asks_for_the_correction(walk: Surface, world: World) -> None:
    order = world.waiting(product="sslwebserver")
    world.desk.decide.refuse(order.id, FIRST, "The phone could not be verified")
    walk.click("order.reorder", order.id)
    walk.person.fill("Phone of the company", "+1.3125550199")
    assert counted(walk) == (0, 1)
