"""Everything that can be said has one urgency and one place."""

import pytest

from bot.domain.notices import Audience, Notice, Told, Urgency

MILESTONES = (
    "held approval_wanted refused bought found_bought doubtful not_bought client_must_act slips declined issued"
    " other_key"
)
PLACES = {
    Audience.MILESTONE: MILESTONES, Audience.CHANNEL: "project_set warning well_again expires no_order",
    Audience.PERSON: "aftermath undelivered",
    Audience.ADMINS: "paused resumed anchor",
}  # fmt: skip
WAITS = "doubtful number_wanted no_certificate chase reminder slow value_old lapse_soon expires no_order"


@pytest.mark.parametrize("told", Told)
def test_where_it_is_said_and_how_soon_it_must_be_read(told: Told) -> None:
    place = next((place for place, words in PLACES.items() if told.value in words.split()), Audience.THREAD)
    urgency = Urgency.WORKING_HOURS if told.value in WAITS.split() else Urgency.NOW
    assert (Notice(told).audience, told.urgency) == (place, urgency)


def test_what_names_its_reader_goes_to_them_alone() -> None:
    assert Notice(Told.APPROVAL_WANTED, "C1", person="U1").audience is Audience.PERSON


def test_a_fact_is_read_by_its_name() -> None:
    notice = Notice(Told.HELD, facts=(("reason", "no phone"),))
    assert (notice.fact("reason"), notice.fact("by")) == ("no phone", "")
