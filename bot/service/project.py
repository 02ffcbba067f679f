"""The channel's project: whose it is, who works on it, its dates, and whether it needs a certificate at all."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from zoneinfo import ZoneInfo

from bot.domain.approval import Action, Role, permit
from bot.domain.client import Client, Project
from bot.domain.errors import BadInput, NotAMember
from bot.domain.findings import Verdict
from bot.domain.notices import Notice, Told
from bot.domain.pace import DAY
from bot.ports import Entry, Job, Unit
from bot.service import typed
from bot.service.gear import Gear

_WEEKS = tuple("12345678")  # how long a sprint may be
_NO_OWNER = "Please say who owns the project."


@dataclass(frozen=True, slots=True)
class ProjectInput:
    """What the project form asks; everything as typed, days as ISO dates or empty, targets and addresses one a line."""

    name: str
    client_name: str
    owner: str
    stand_in: str = ""
    engineer: str = ""
    launch: str = ""
    kick_off: str = ""
    sprint_weeks: str = "2"
    targets: str = ""
    not_needed: str = ""
    names: str = ""


class Projects:
    """What people may do to a project. Every real change is said once in its channel."""

    def __init__(self, gear: Gear) -> None:
        self.gear = gear

    def shown(self, channel: str, user: str) -> ProjectInput:
        """The channel's project as its form begins, if this person may change it or set the first one up."""
        project = self._allowed(channel, user)
        if project is None:
            return ProjectInput("", "", user)
        with self.gear.store.unit() as unit:
            client = unit.client(project.client_id)
        launch, kick_off = (day.isoformat() if day else "" for day in (project.launch, project.kick_off))
        return ProjectInput(
            project.name, client.name if client else "", project.owner, project.stand_in, project.engineer, launch,
            kick_off, str(project.sprint_days // 7), "\n".join(project.targets), project.not_needed,
            "\n".join(project.names),
        )  # fmt: skip

    def client_names(self) -> tuple[str, ...]:
        """The clients there are, by name."""
        with self.gear.store.unit() as unit:
            return tuple(client.name for client in unit.clients())

    def set_up(self, channel: str, user: str, wanted: ProjectInput) -> Project:
        """Record or change the channel's project; any member may create it, owners and approvers change it."""
        typed.refuse_keys(asdict(wanted))
        self._allowed(channel, user)
        people = {field: getattr(wanted, field) for field in ("owner", "stand_in", "engineer")}
        names, found = self.gear.read_names(wanted.names)
        stops = [f"{finding.sentence} {finding.advice}" for finding in found if finding.verdict is Verdict.STOP]
        unusable = {"names": " ".join(stops)} if stops else {}
        if wrong := {**_problems(wanted), **self._unfit(None, people), **unusable}:
            raise BadInput(wrong)
        name = wanted.client_name.strip()
        with self.gear.store.unit() as unit:
            client = next((c for c in unit.clients() if c.name.casefold() == name.casefold()), None)
            if client is None:
                client = Client(self.gear.ids.new("c"), name)
                unit.save_client(client)
            before = unit.project(channel)
            project = Project(
                channel, wanted.name.strip(), client.id, wanted.owner, wanted.stand_in, wanted.engineer,
                launch=typed.day(wanted.launch), kick_off=typed.day(wanted.kick_off),
                sprint_days=7 * int(wanted.sprint_weeks.strip() or 2), not_needed=wanted.not_needed.strip(),
                quiet_until=before.quiet_until if before else None,
                targets=tuple(dict.fromkeys(filter(None, map(str.strip, wanted.targets.splitlines())))), names=names,
            )  # fmt: skip
            return self._save(unit, project, user, "project set", reason=project.not_needed)

    def hand_over(self, channel: str, user: str, owner: str, stand_in: str = "") -> Project:
        """Another owner, and their stand-in; both are full members in the channel."""
        project = self.gear.allow_in(Action.SET_UP, user, channel)
        wrong = self._unfit(project, {"owner": owner, "stand_in": stand_in})
        if wrong or not owner:
            raise BadInput(wrong or {"owner": _NO_OWNER})
        with self.gear.store.unit() as unit:
            project = replace(unit.project(channel) or project, owner=owner, stand_in=stand_in)
            return self._save(unit, project, user, "handed over", owner, handed="yes")

    def not_needed(self, channel: str, user: str, reason: str) -> Project:
        """Nobody is reminded of a certificate any more; the form takes it back."""
        project, why = self.gear.allow_in(Action.SET_UP, user, channel), typed.reason(reason)
        with self.gear.store.unit() as unit:
            project = replace(unit.project(channel) or project, not_needed=why)
            return self._save(unit, project, user, "not needed", reason=why)

    def next_sprint(self, channel: str, user: str) -> Project:
        """Nobody is reminded of a certificate before the next sprint begins."""
        project, gear = self.gear.allow_in(Action.SET_UP, user, channel), self.gear
        today = gear.now().astimezone(ZoneInfo(gear.policy.time_zone)).date()
        with gear.store.unit() as unit:
            project = unit.project(channel) or project
            start = project.kick_off or today
            begun = (today - start).days // project.sprint_days + 1
            project = replace(project, quiet_until=start + begun * project.sprint_days * DAY)
            return self._save(unit, project, user, "next sprint", until=str(project.quiet_until))

    def _allowed(self, channel: str, user: str) -> Project | None:
        """The channel's project, if this person may change it; None where they may set the first one up."""
        gear = self.gear
        gear.people.in_channel(user, channel)  # says so when the desk is not invited there
        with gear.store.unit() as unit:
            project = unit.project(channel)
        permit(Action.SET_UP if project else Action.NEW, gear.roles(user, project or Project(channel, "", "", "")))
        return project

    def _unfit(self, project: Project | None, people: Mapping[str, str]) -> dict[str, str]:
        """The fields whose person is no full member of the workspace or, of a project, not in its channel."""
        wrong = {}
        for field, user in ((field, user) for field, user in people.items() if user):
            with suppress(NotAMember):
                if Role.MEMBER in self.gear.roles(user, project) or project is None:
                    continue
            wrong[field] = f"Please name a full member of this {'channel' if project else 'workspace'}."
        return wrong

    def _save(self, unit: Unit, project: Project, user: str, what: str, *mentions: str, **facts: str) -> Project:
        """Write, say and audit what changed; nothing where nothing did."""
        client = unit.client(project.client_id)
        if project != unit.project(project.id):
            unit.save_project(project)
            unit.schedule(Job("watch", project.id, self.gear.now()))
            said = {"by": user, "name": project.name, "client": client.name if client else "", **facts}
            unit.tell(Notice(Told.PROJECT_SET, project.id, mentions=mentions, facts=tuple(said.items())))
            unit.record(Entry(project.id, self.gear.now(), user, what))
        return project


def _problems(wanted: ProjectInput) -> dict[str, str]:
    """What is wrong with the form, by field."""
    launch, kick_off = typed.day(wanted.launch), typed.day(wanted.kick_off)
    judged = (
        ("name", 0 < len(wanted.name.strip()) <= 80, "Please give the project a name of up to 80 characters."),
        ("client_name", 0 < len(wanted.client_name.strip()) <= 120, "Please name the client, in up to 120 characters."),
        ("owner", wanted.owner, _NO_OWNER),
        ("kick_off", not (launch and kick_off and kick_off > launch), "It must kick off before the launch."),
        ("launch", launch or not wanted.launch, "Please pick a date."),
        ("kick_off", kick_off or not wanted.kick_off, "Please pick a date."),
        ("sprint_weeks", (wanted.sprint_weeks.strip() or "2") in _WEEKS, "Please give it in whole weeks, from 1 to 8."),
        ("targets", len(wanted.targets) <= 500, "Please keep this to 500 characters."),
        ("not_needed", len(wanted.not_needed) <= 500, "Please keep this to 500 characters."),
    )
    return {field: sentence for field, fine, sentence in judged if not fine}
