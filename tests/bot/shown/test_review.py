"""What differs from the last order is what an approver sees first."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.order import Status
from bot.domain.request import Dcv, KeyType
from bot.domain.supply import Draft
from bot.shown.review import changes_between
from tests.builders import ACCOUNT, COMPANY, CONTACT, a_request, an_order
from tests.fakes import NOW

LAST = an_order(Status.LIVE, request=a_request(organisation=COMPANY, admin=CONTACT))


@pytest.mark.parametrize(("changes", "what"), [
    ({"names": ("acme.com",)}, "addresses"), ({"product": "ssl123"}, "kind"),
    ({"organisation": replace(COMPANY, name="Acme Inc")}, "company"), ({"dcv": Dcv.EMAIL}, "proof of control"),
    ({"organisation": replace(COMPANY, city="Aurora")}, "place"), ({"key_type": KeyType.P256}, "key"),
    ({"admin": replace(CONTACT, phone="+1.3125550000")}, "contact"), ({"approver_email": "a@b.c"}, "proof of control"),
    ({"draft": Draft("1", NOW, Decimal(59))}, "price"), ({"draft": Draft("1", NOW)}, "price"),
    ({"account": replace(ACCOUNT, environment="live")}, "account"), ({"id": "o-2"}, ""),
])  # fmt: skip
def test_each_difference_is_named_with_before_and_now(changes: dict[str, Any], what: str) -> None:
    request = {name: value for name, value in changes.items() if hasattr(LAST.request, name)}
    rest = {name: value for name, value in changes.items() if name not in request}
    found = changes_between(LAST, replace(LAST, request=replace(LAST.request, **request), **rest))
    assert [name for name, before, after in found if before != after] == ([what] if what else [])
    assert changes_between(None, LAST) == ()
