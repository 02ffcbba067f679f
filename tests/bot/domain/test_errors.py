"""Every failure is a DeskError and carries what its wording needs."""

import pytest

from bot.domain import errors


@pytest.mark.parametrize(("kind", "is_a"), [
    (errors.Stale, errors.IllegalMove), (errors.OwnOrder, errors.NotAllowed), (errors.NotAMember, errors.NotAllowed),
    (errors.NotInvited, errors.PeopleUnknown), (errors.WrongKey, errors.Unusable), (errors.Lost, errors.SupplierError),
])  # fmt: skip
def test_who_knows_only_the_broader_failure_catches_the_narrower(kind: type, is_a: type) -> None:
    assert issubclass(kind, is_a)
