"""The desk: everything the Slack edge may call, and the table of jobs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.ports import Job
from bot.service.ask import Ask
from bot.service.attest import Attest
from bot.service.buy import Buy
from bot.service.clients import Clients
from bot.service.decide import Decide
from bot.service.fill import Fill
from bot.service.follow import Follow
from bot.service.gear import Gear
from bot.service.infer import Infer
from bot.service.paste import Paste
from bot.service.prepare import Prepare
from bot.service.probe import Probe
from bot.service.project import Projects
from bot.service.remind import Remind
from bot.service.resolve import Resolve
from bot.service.see import See
from bot.service.watch import Watch

Verb = Callable[[Job], datetime | None]


class Desk:
    """The bot's service. Handlers get it as the argument `desk`; workers run `jobs`."""

    def __init__(self, gear: Gear) -> None:
        self.gear, self.policy, self.people = gear, gear.policy, gear.people
        self.fill = Fill(gear)
        self.ask, self.decide, self.buy, self.projects = Ask(gear, self.fill), Decide(gear), Buy(gear), Projects(gear)
        self.resolve, self.follow, self.see = Resolve(gear), Follow(gear), See(gear)
        self.clients, self.paste = Clients(gear, self.fill), Paste(gear)
        self.attest, self.watch = Attest(gear), Watch(gear)
        self.probe = Probe(gear, self.fill)
        prepare, remind, infer = Prepare(gear), Remind(gear), Infer(gear, self.fill)
        self.jobs: dict[str, Verb] = {
            "infer": infer.infer,
            "probe": self.probe.probe,
            "prepare": prepare.prepare,
            "check": prepare.check,
            "drop_draft": prepare.drop_draft,
            "review": self.decide.show_review,
            "watch_draft": self.decide.watch_draft,
            "purchase": self.buy.purchase,
            "resolve": self.resolve.resolve,
            "number": self.resolve.read_number,
            "follow": self.follow.follow,
            "resend": self.clients.ask_supplier,
            "switch": self.clients.ask_supplier,
            "paste": self.paste.complete,
            "aftercare": self.follow.aftercare,
            "remind": remind.remind,
            "watch": self.watch.watch,
        }
