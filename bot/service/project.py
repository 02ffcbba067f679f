"""The channel's project: whose it is, who works on it, when it begins and goes live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.domain.approval import Action, permit
from bot.domain.client import Client, Project
from bot.domain.errors import BadInput
from bot.domain.notices import Notice, Told
from bot.ports import Entry
from bot.service import typed
from bot.service.gear import Gear


@dataclass(frozen=True, slots=True)
class ProjectInput:
    """What the project form asks; everything as typed, `launch` an ISO date or empty."""

    name: str
    client_name: str
    owner: str
    stand_in: str = ""
    engineer: str = ""
    launch: str = ""


class Projects:
    """What people may do to a project."""

    def __init__(self, gear: Gear) -> None:
        self.gear = gear

    def set_up(self, channel: str, user: str, wanted: ProjectInput) -> Project:
        """Record or change the channel's project; any member may create it, owners and approvers change it."""
        gear = self.gear
        gear.people.in_channel(user, channel)  # says so when the desk is not invited there
        with gear.store.unit() as unit:
            before = unit.project(channel)
        roles = gear.roles(user, before or Project(channel, "", "", user))
        permit(Action.SET_UP if before else Action.NEW, roles)
        problems = typed.project_problems(wanted.name, wanted.client_name, wanted.owner, wanted.launch)
        if problems:
            raise BadInput(problems)
        launch = date.fromisoformat(wanted.launch) if wanted.launch else None
        with gear.store.unit() as unit:
            client = next(
                (c for c in unit.clients() if c.name.casefold() == wanted.client_name.strip().casefold()), None
            )
            client = client or Client(gear.ids.new("c"), wanted.client_name.strip())
            unit.save_client(client)
            project = Project(
                channel, wanted.name.strip(), client.id, wanted.owner, wanted.stand_in, wanted.engineer, launch
            )
            unit.save_project(project)
            unit.tell(
                Notice(Told.PROJECT_SET, channel, facts=(("by", user), ("name", project.name), ("client", client.name)))
            )
            unit.record(Entry(channel, gear.now(), user, "project set"))
            return project
