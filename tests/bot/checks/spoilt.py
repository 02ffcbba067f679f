"""An order that every check finds in order, to be spoilt one way at a time."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from bot.domain.request import Level, Product
from bot.ports import Case, Check
from tests.builders import COMPANY, CONTACT, a_policy, a_product, a_request
from tests.fakes import NOW

DV, OV, EV = Level.DV, Level.OV, Level.EV
PRODUCT = a_product("sslwebserver", brand="Thawte", level=OV, extra_names=4)
REQUEST = a_request(
    "www.acme.com", "acme.com", product="sslwebserver", level=OV, organisation=COMPANY, admin=CONTACT, billing=None
)
company, contact, product = partial(replace, COMPANY), partial(replace, CONTACT), partial(replace, PRODUCT)


def case(product: Product | None = PRODUCT, around: dict[str, Any] | None = None, **changes: Any) -> Case:
    """The good order with changed fields of its request; `around` changes the case itself."""
    return replace(Case(replace(REQUEST, **changes), product, a_policy(), NOW), **(around or {}))


def judged(check: Check, looked_at: Case) -> str:
    """All that the check says, as `RULE-1 stop, RULE-2 warn`."""
    return ", ".join(sorted({f"{finding.rule} {finding.verdict}" for finding in check.look(looked_at)}))


def table(answers: dict[str, list[Any]]) -> pytest.MarkDecorator:
    """One test for each thing below the answer that it must get: `(said, given)`."""
    rows = [(said, given) for said, all_given in answers.items() for given in all_given]
    return pytest.mark.parametrize(("said", "given"), rows)
