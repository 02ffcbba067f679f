from bot.domain.notices import Audience, Notice, Told


def test_what_names_its_reader_or_is_for_few_goes_to_them_alone() -> None:
    assert Notice(Told.APPROVAL_WANTED, "C1", person="U1").audience is Audience.PERSON
    few = {told.value: told.place for told in Told if told.place in {Audience.PERSON, Audience.ADMINS}}
    admins = dict.fromkeys(("paused", "resumed", "anchor"), Audience.ADMINS)
    assert few == {"aftermath": Audience.PERSON, "undelivered": Audience.PERSON, **admins}
