from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.checks.registration import Registered
from bot.domain.findings import Mender
from bot.ports import Case
from bot.shown.found import Registration
from tests.bot.checks.spoilt import DV, REQUEST, case, judged, table
from tests.fakes import NOW

WELL = Registration("acme.com", registered=True, expires_at=NOW + timedelta(days=400), statuses=("active",))


def known(*others: Registration, names: tuple[str, ...] = ("*.acme.com", "acme.com"), **changes: Any) -> Case:
    registrations = (replace(WELL, **changes), *others)
    return case(names=names, around={"registrations": registrations})


def ends(at: datetime | None) -> Case:
    return known(expires_at=at)


@table({
    "REG-1 fine": [
        known(), known(statuses=("client transfer prohibited", "client delete prohibited")), ends(None),
        known(organisation="ACME, L.L.C."), known(organisation=""), known(names=("www.acme.com",)),
        replace(known(organisation="Else"), request=replace(REQUEST, level=DV)),
        ends(NOW + timedelta(days=199)),
    ],
    "REG-1 stop": [known(registered=False)],
    "REG-1 unknown": [known(registered=None, why="Nobody answers."), known(domain="other.com"), case()],
    "REG-1 fine, REG-1 stop": [known(replace(WELL, domain="b.org", registered=False), names=("acme.com", "x.b.org"))],
    "REG-2 stop": [
        *(known(statuses=(word,)) for word in ("server hold", "client hold", "inactive", "pending delete")),
        *(known(statuses=("active", word)) for word in ("redemption period", "pending restore")),
    ],
    "REG-3 warn": [known(statuses=(word,)) for word in ("auto renew period", "pending transfer", "add period")],
    "REG-2 stop, REG-3 warn": [known(statuses=("add period", "client hold"))],
    "REG-4 warn": [ends(NOW + timedelta(days=days)) for days in (197, 31, 29, -1)],
    "REG-5 warn": [known(organisation="Acme Inc"), known(organisation="Somebody Else")],
})  # fmt: skip
def test_how_a_domain_is_registered(said: str, given: Case) -> None:
    assert judged(Registered(), given) == said


@pytest.mark.parametrize(("given", "sentence", "mender"), [
    (known(registered=None, why="The register asks for a pause."),
     "It could not be found out how acme.com is registered: the register asks for a pause.", Mender.REQUESTER),
    (known(statuses=("server hold",)), "acme.com cannot be used now: its register has switched it off.", Mender.CLIENT),
    (known(organisation="Acme Inc"), "acme.com is registered to “Acme Inc”, not to “Acme LLC”.", Mender.REQUESTER),
])  # fmt: skip
def test_it_is_said_in_plain_words(given: Case, sentence: str, mender: Mender) -> None:
    found = Registered().look(given)
    assert [(each.sentence, each.mender) for each in found] == [(sentence, mender)]
