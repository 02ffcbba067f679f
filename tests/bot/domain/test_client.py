"""People and projects are known by ids only: nothing else of a person is kept."""

from dataclasses import fields

from bot.domain.client import Person
from tests.builders import a_client, a_project
from tests.fakes import CHANNEL


def test_of_a_person_only_ids_kind_and_zone_are_kept() -> None:
    assert {field.name for field in fields(Person)} == {"id", "team", "kind", "time_zone"}


def test_a_project_is_its_channel_and_belongs_to_a_client() -> None:
    project = a_project()
    assert (project.id, project.client_id) == (CHANNEL, a_client().id)
