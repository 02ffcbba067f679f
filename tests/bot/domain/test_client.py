"""People and projects are known by ids only: nothing else of a person is kept."""

from dataclasses import fields

from bot.domain.client import Person


def test_of_a_person_only_ids_kind_and_zone_are_kept() -> None:
    assert {field.name for field in fields(Person)} == {"id", "team", "kind", "time_zone"}
