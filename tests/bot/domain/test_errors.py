"""Every failure is a DeskError and carries what its wording needs."""

import re

import pytest

from bot.domain import errors

CLASSES = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.DeskError)]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_failure_is_in_the_tree_that_opens_the_module(kind: type[errors.DeskError]) -> None:
    named = set(re.findall(r"\b[A-Z][A-Za-z]+\b", errors.__doc__ or ""))
    assert {kind.__name__, *(base.__name__ for base in kind.__mro__[1:-3])} <= named | {"WrongKey", "VaultShut"}


@pytest.mark.parametrize(("error", "facts"), [
    (errors.IllegalMove("o-1", "held", "approve"), {"order_id": "o-1", "status": "held", "move": "approve"}),
    (errors.NotAllowed("approve"), {"action": "approve"}),
    (errors.OpenOrderExists("o-1", "f-1"), {"order_id": "o-1", "form": "f-1"}),
    (errors.BadInput({"names": "No."}), {"fields": {"names": "No."}}), (errors.NotInvited("C1"), {"channel": "C1"}),
    (errors.Refused("no", "phone", funds=True), {"text": "no", "field": "phone", "funds": True, "unknown_id": False}),
    (errors.WrongKey("0A", "CA"), {"serial": "0A", "issuer": "CA"}),
], ids=lambda value: type(value).__name__)  # fmt: skip
def test_failures_carry_facts(error: errors.DeskError, facts: dict[str, object]) -> None:
    assert {name: getattr(error, name) for name in facts} == facts


@pytest.mark.parametrize(("kind", "is_a"), [
    (errors.Stale, errors.IllegalMove), (errors.OwnOrder, errors.NotAllowed), (errors.NotAMember, errors.NotAllowed),
    (errors.NotInvited, errors.PeopleUnknown), (errors.WrongKey, errors.Unusable), (errors.Lost, errors.SupplierError),
])  # fmt: skip
def test_who_knows_only_the_broader_failure_catches_the_narrower(kind: type, is_a: type) -> None:
    assert issubclass(kind, is_a)
