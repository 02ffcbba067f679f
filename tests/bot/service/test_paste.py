"""A certificate that is handed in: in any shape, accepted only for this order's key and names."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography import x509

from bot.domain.errors import BadInput, IllegalMove, NotAllowed
from bot.domain.notices import Told
from bot.domain.order import Order, Status
from bot.domain.request import KeyType
from bot.keys import Pki
from tests.bot import authority
from tests.builders import World, a_request
from tests.fakes import COLLEAGUE, GUEST, NOW, REQUESTER

ROOT = authority.root("Root")
ISSUER = ROOT.below("Issuing")
CHAIN = authority.text(ISSUER.certificate)
KEY = Pki().new_key(KeyType.P256).decode()
A_CSR = Pki().make_csr(KEY.encode(), a_request())


def leaf_of(csr: str, *names: str, ends: timedelta = timedelta(days=190)) -> str:
    key = x509.load_pem_x509_csr(csr.encode()).public_key()
    made = ISSUER.leaf(key, names or ("www.acme.com",), begins=NOW - timedelta(days=5), ends=NOW + ends)
    return authority.text(made)


def client_orders(world: World) -> Order:
    return world.later(world.place(buyer="client"))


both = pytest.mark.parametrize("placed", [World.bought, client_orders])


@both
def test_a_bundle_in_any_order_and_over_any_fields_is_taken(world: World, placed: Callable[[World], Order]) -> None:
    order = placed(world)
    with pytest.raises(NotAllowed):
        world.desk.paste.paste(order.id, GUEST, {"leaf": leaf_of(order.csr) + CHAIN})
    given = {
        "leaf": authority.text(ROOT.certificate) + CHAIN,
        "chain1": "",
        "files": f"mail\n{leaf_of(order.csr)}\nbye",
    }
    after = world.desk.paste.paste(order.id, COLLEAGUE, given)
    assert (after.status, world.history(order)[-1]) == (Status.ISSUED, "paste")
    assert after.certificate is not None
    assert (after.certificate.chain, after.certificate.warnings) == ((CHAIN,), ())
    (told,) = world.told(Told.ISSUED)
    assert (told.mentions, told.fact("names")) == ((REQUESTER,), "www.acme.com")
    with pytest.raises(IllegalMove):
        world.desk.paste.paste(order.id, COLLEAGUE, given)


def test_for_ours_the_desk_goes_on_to_ask_for_the_suppliers_number(world: World) -> None:
    order = world.bought()
    world.desk.paste.paste(order.id, COLLEAGUE, {"leaf": leaf_of(order.csr) + CHAIN})
    world.pass_time(hours=1)
    assert world.order(order.id).product_id == ""
    world.standin.issue(order.supplier_id)
    world.pass_time(hours=1)
    order = world.order(order.id)
    assert (order.status, order.product_id) == (Status.ISSUED, world.standin.orders[order.supplier_id].product_id)
    looks = world.calls("get_order_info")
    world.pass_time(days=2)
    assert world.calls("get_order_info") == looks


# -- a leaf alone


def test_a_leaf_alone_is_completed_from_the_addresses_in_it(world: World) -> None:
    order = client_orders(world)
    leaf = leaf_of(order.csr)
    world.lookups.chains[leaf] = (CHAIN,)
    assert world.desk.paste.paste(order.id, COLLEAGUE, {"leaf": leaf}).status is Status.VALIDATING
    after = world.later(order)
    assert after.certificate is not None
    assert (after.status, after.certificate.chain, world.standin.entries) == (Status.ISSUED, (CHAIN,), [])


def test_a_leaf_alone_of_ours_is_completed_from_the_suppliers_answer(world: World) -> None:
    order = world.bought()
    product = world.standin.issue(order.supplier_id)
    world.desk.paste.paste(order.id, COLLEAGUE, {"leaf": authority.text(product.certificate)})
    world.run_job("paste", order, by=COLLEAGUE)
    after = world.order(order.id)
    assert after.certificate is not None
    assert (after.status, len(after.certificate.chain), after.certificate.warnings) == (Status.ISSUED, 1, ())


def test_a_chain_that_nobody_has_is_a_warning_in_the_end(world: World) -> None:
    order = client_orders(world)
    world.desk.paste.paste(order.id, COLLEAGUE, {"leaf": leaf_of(order.csr)})
    after = world.later(order)
    assert after.certificate is not None
    assert (after.status, after.certificate.chain) == (Status.ISSUED, ())
    assert "between this one and the authority" in after.certificate.warnings[0]


# -- what is refused, and where


def refusals(csr: str) -> dict[str, tuple[dict[str, str], str, str]]:
    """What is handed in, the field that is wrong, what is said of it."""
    stranger, leaf = leaf_of(A_CSR), leaf_of(csr)
    return {
        "nothing": ({"leaf": " ", "files": ""}, "leaf", "Please paste"),
        "a key": ({"leaf": leaf, "chain2": KEY}, "chain2", "delete the message or file"),
        "a key in a file": ({"leaf": leaf, "files": f"{CHAIN}{KEY}"}, "files", "private key"),
        "half a key": ({"leaf": KEY[:60]}, "leaf", "private key"),
        "another key": ({"chain1": CHAIN, "leaf": stranger}, "leaf", "another key"),
        "another name": ({"leaf": CHAIN, "chain1": leaf_of(csr, "www.other.com")}, "chain1", "www.other.com"),
        "an ended one": ({"leaf": leaf_of(csr, ends=-timedelta(days=1)) + CHAIN}, "leaf", "22 November 2026"),
        "a torn one": ({"leaf": leaf[:-60], "chain1": CHAIN}, "leaf", "not whole"),
        "a torn chain": ({"leaf": leaf, "chain1": CHAIN + CHAIN[:200]}, "chain1", "not whole"),
        "garbage": ({"leaf": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"}, "leaf", "cannot be used"),
        "the request": ({"leaf": csr}, "leaf", "request file"),
        "encrypted": ({"leaf": "-----BEGIN PKCS7-----\nProc-Type: 4,ENCRYPTED\n"}, "leaf", "without a password"),
        "prose": ({"leaf": leaf, "chain1": "see attachment"}, "chain1", "There is no certificate"),
        "no leaf": ({"chain1": CHAIN}, "chain1", "server certificate"),
    }


CASES = list(refusals(A_CSR))


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_is_said_at_its_field_and_nothing_of_it_is_kept(world: World, case: str) -> None:
    order = client_orders(world)
    given, field, sentence = refusals(order.csr)[case]
    with pytest.raises(BadInput) as refused:
        world.desk.paste.paste(order.id, REQUESTER, given)
    assert list(refused.value.fields) == [field]
    assert sentence in refused.value.fields[field]
    assert "PRIVATE KEY" not in str(refused.value.fields)
    world.run_jobs()
    with world.store.unit() as unit:
        assert (unit.order(order.id), unit.flag(f"pasted {order.id}")) == (order, "")


def test_a_wanted_name_that_is_missing_is_a_warning(world: World) -> None:
    order = world.later(world.place("www.acme.com", "acme.com", buyer="client", product="sslwebserver"))
    after = world.desk.paste.paste(order.id, REQUESTER, {"leaf": leaf_of(order.csr), "chain1": CHAIN})
    assert after.certificate is not None
    assert "It does not cover acme.com." in after.certificate.warnings
