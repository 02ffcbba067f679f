"""Who knows only the broader failure catches the narrower one."""

from bot.domain import errors


def test_narrower_failures_are_broader_ones() -> None:
    assert issubclass(errors.Stale, errors.IllegalMove)
    assert issubclass(errors.NotInvited, errors.PeopleUnknown)
    assert issubclass(errors.WrongKey, errors.Unusable)
