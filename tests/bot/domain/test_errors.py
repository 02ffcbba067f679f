"""Every failure is a DeskError and carries what its wording needs."""

import re

import pytest

from bot.domain import errors

CLASSES = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.DeskError)]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_failure_is_in_the_tree_that_opens_the_module(kind: type[errors.DeskError]) -> None:
    named = set(re.findall(r"\b[A-Z][A-Za-z]+\b", errors.__doc__ or ""))
    assert {kind.__name__, *(base.__name__ for base in kind.__mro__[1:-3])} <= named | {"WrongKey", "VaultShut"}


@pytest.mark.parametrize(("kind", "is_a"), [
    (errors.Stale, errors.IllegalMove), (errors.OwnOrder, errors.NotAllowed), (errors.NotAMember, errors.NotAllowed),
    (errors.NotInvited, errors.PeopleUnknown), (errors.WrongKey, errors.Unusable), (errors.Lost, errors.SupplierError),
])  # fmt: skip
def test_who_knows_only_the_broader_failure_catches_the_narrower(kind: type, is_a: type) -> None:
    assert issubclass(kind, is_a)
