"""A form that somebody is filling in, and what one step of it shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.client import Client, Project
from bot.shown.found import Found
from bot.shown.offer import Suggestion

STEPS = ("project", "names", "kind", "company", "contact", "send")
GROUPS = ("names", "kind", "company", "contact", "more")  # of the last step, each summed up or open for typing


@dataclass(frozen=True, slots=True)
class Form:
    """A draft; `values` are the fields typed so far. One form, one order (R12).

    It may correct an ended order, change an open one or renew an issued one (their ids). `step` and `view` are what
    stands on the screen (Slack's view id), `open` the groups of the last step that are open for typing.
    """

    id: str
    user: str
    project_id: str
    opened_at: datetime
    values: Mapping[str, str] = field(default_factory=dict)
    order_id: str = ""
    corrects: str = ""
    changes: str = ""
    renews: str = ""
    step: str = ""
    view: str = ""
    open: tuple[str, ...] = ()

    @property
    def of(self) -> str:
        """The order that this form is about, empty for a new one."""
        return self.corrects or self.changes or self.renews


@dataclass(frozen=True, slots=True)
class FormShown:
    """One step with all that it shows. `rows` are (group, label, value) in words, `missing` what is still needed;
    `hints` map a field to a value found elsewhere and where; `began` is another draft of this person's to go on with,
    `apex` a bare domain that could be added, `outsiders` how many guests and partners read along in the channel.
    """

    form: Form
    step: str
    project: Project | None = None
    client: Client | None = None
    projects: tuple[Project, ...] = ()
    offers: tuple[Suggestion, ...] = ()
    chosen: Suggestion | None = None
    rows: tuple[tuple[str, str, str], ...] = ()
    missing: tuple[str, ...] = ()
    hints: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    began: Form | None = None
    first: bool = True
    apex: str = ""
    found: Found | None = None
    outsiders: int = 0
