"""People are known by ids; what else they say of themselves is one thing apart, and never decides."""

from dataclasses import fields

from bot.domain.client import Person


def test_a_person_is_ids_kind_zone_and_a_profile() -> None:
    assert {field.name for field in fields(Person)} == {"id", "team", "kind", "time_zone", "profile"}
