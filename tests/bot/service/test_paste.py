"""A certificate that is handed in: in any shape, accepted only for this order's key and names."""

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


def chain_and_warnings(order: Order) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is known of the certificate that an issued order has."""
    assert order.status is Status.ISSUED
    assert order.certificate is not None
    return order.certificate.chain, order.certificate.warnings


def test_a_bundle_in_any_order_and_over_any_fields_is_taken_and_the_suppliers_number_asked_for(world: World) -> None:
    order = world.bought()
    root, file = authority.text(ROOT.certificate), f"mail\n{leaf_of(order.csr)}\nbye"
    given = {"leaf": root + CHAIN, "chain1": "", "files": file}
    with pytest.raises(NotAllowed):
        world.desk.paste.paste(order.id, GUEST, given)
    assert chain_and_warnings(world.desk.paste.paste(order.id, COLLEAGUE, given)) == ((CHAIN,), ())
    assert world.history(order)[-1] == "paste"
    assert [(n.mentions, n.fact("names")) for n in world.told(Told.ISSUED)] == [((REQUESTER,), "www.acme.com")]
    with pytest.raises(IllegalMove):
        world.desk.paste.paste(order.id, COLLEAGUE, given)
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
    order = world.later(world.place("www.acme.com", "acme.com", buyer="client", product="sslwebserver"))
    leaf = leaf_of(order.csr)
    world.lookups.chains[leaf] = (CHAIN,)
    assert world.desk.paste.paste(order.id, COLLEAGUE, {"leaf": leaf}).status is Status.VALIDATING
    assert chain_and_warnings(world.later(order)) == ((CHAIN,), (
        "It does not cover acme.com.", "It names no company where Acme LLC was asked for."
    ))  # fmt: skip
    assert world.standin.entries == []


def test_a_leaf_alone_of_ours_is_completed_from_the_suppliers_answer(world: World) -> None:
    order = world.bought()
    product = world.standin.issue(order.supplier_id)
    world.desk.paste.paste(order.id, COLLEAGUE, {"leaf": authority.text(product.certificate)})
    world.run_job("paste", order, by=COLLEAGUE)
    chain, warnings = chain_and_warnings(world.order(order.id))
    assert (len(chain), warnings) == (1, ())


def test_a_chain_that_nobody_has_is_a_warning_in_the_end(world: World) -> None:
    order = client_orders(world)
    world.desk.paste.paste(order.id, COLLEAGUE, {"leaf": leaf_of(order.csr)})
    chain, (warning,) = chain_and_warnings(world.later(order))
    assert (chain, "between this one and the authority" in warning) == ((), True)


# -- what is refused, and where


def refusals(csr: str) -> dict[str, tuple[dict[str, str], str, str]]:
    """What is handed in, the field that is wrong, what is said of it."""
    stranger, leaf = leaf_of(A_CSR), leaf_of(csr)
    return {
        "nothing": ({"leaf": " ", "files": ""}, "leaf", "Please paste"),
        "a key": ({"leaf": leaf, "chain2": KEY}, "chain2", "delete the message or file"),
        "half a key in a file": ({"leaf": leaf, "files": f"{CHAIN}{KEY[:60]}"}, "files", "private key"),
        "another key": ({"chain1": CHAIN, "leaf": stranger}, "leaf", "another key"),
        "another name": ({"leaf": CHAIN, "chain1": leaf_of(csr, "www.other.com")}, "chain1", "www.other.com"),
        "an ended one": ({"leaf": leaf_of(csr, ends=-timedelta(days=1)) + CHAIN}, "leaf", "22 November 2026"),
        "a torn chain": ({"leaf": leaf, "chain1": CHAIN + CHAIN[:200]}, "chain1", "not whole"),
        "garbage": ({"leaf": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"}, "leaf", "cannot be used"),
        "the request": ({"leaf": csr}, "leaf", "request file"),
        "encrypted": ({"leaf": "-----BEGIN PKCS7-----\nProc-Type: 4,ENCRYPTED\n"}, "leaf", "without a password"),
        "prose": ({"leaf": leaf, "chain1": "see attachment"}, "chain1", "There is no certificate"),
        "no leaf": ({"chain1": CHAIN}, "chain1", "server certificate"),
    }


@pytest.mark.parametrize("case", refusals(A_CSR))
def test_what_cannot_be_is_said_at_its_field_and_nothing_of_it_is_kept(world: World, case: str) -> None:
    order = client_orders(world)
    given, field, sentence = refusals(order.csr)[case]
    with pytest.raises(BadInput) as refused:
        world.desk.paste.paste(order.id, REQUESTER, given)
    ((at, said),) = refused.value.fields.items()
    assert (at, sentence in said, "PRIVATE KEY" in said) == (field, True, False)
    world.run_jobs()
    with world.store.unit() as unit:
        assert (unit.order(order.id), unit.flag(f"pasted {order.id}")) == (order, "")
