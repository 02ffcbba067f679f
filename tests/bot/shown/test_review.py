"""What differs from the last order is what an approver sees first."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.order import Status
from bot.domain.request import Dcv, KeyType
from bot.domain.supply import Draft
from bot.shown.review import changes_between
from tests.builders import ACCOUNT, COMPANY, CONTACT, a_request, an_order
from tests.fakes import NOW

LAST = an_order(Status.LIVE, request=a_request(organisation=COMPANY, admin=CONTACT))


def test_without_a_last_order_nothing_differs() -> None:
    assert changes_between(None, LAST) == ()
    assert changes_between(LAST, replace(LAST, id="o-2")) == ()


@pytest.mark.parametrize(("now", "what"), [
    (replace(LAST, request=replace(LAST.request, names=("acme.com",))), "addresses"),
    (replace(LAST, request=replace(LAST.request, product="ssl123")), "kind"),
    (replace(LAST, request=replace(LAST.request, organisation=replace(COMPANY, name="Acme Inc"))), "company"),
    (replace(LAST, request=replace(LAST.request, organisation=replace(COMPANY, city="Aurora"))), "place"),
    (replace(LAST, request=replace(LAST.request, admin=replace(CONTACT, phone="+1.3125550000"))), "contact"),
    (replace(LAST, request=replace(LAST.request, dcv=Dcv.EMAIL)), "proof of control"),
    (replace(LAST, request=replace(LAST.request, approver_email="admin@acme.com")), "proof of control"),
    (replace(LAST, request=replace(LAST.request, key_type=KeyType.P256)), "key"),
    (replace(LAST, draft=Draft("1", NOW, Decimal(59))), "price"), (replace(LAST, draft=Draft("1", NOW)), "price"),
    (replace(LAST, account=replace(ACCOUNT, environment="live")), "account"),
])  # fmt: skip
def test_each_difference_is_named_with_before_and_now(now: object, what: str) -> None:
    assert isinstance(now, type(LAST))
    ((name, before, after),) = changes_between(LAST, now)
    assert name == what
    assert before != after
