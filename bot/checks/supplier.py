"""Whether the supplier sells the kind asked for, and whether the account can pay for it."""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import partial

from bot.checks.rules import Rule
from bot.domain.findings import Finding, Mender, Verdict
from bot.domain.request import Standing
from bot.ports import Case

_stop, _warn, _unknown = (partial(Rule, "supplier", v) for v in (Verdict.STOP, Verdict.WARN, Verdict.UNKNOWN))

# fmt: off
ABSENT = _stop("SUPPLY-1", "The kind of certificate {subject} is not in the catalogue.", "Choose another kind.",
    "the supplier's catalogue")
ENDED = _stop("SUPPLY-1", "{kind} is no longer sold.", "Choose another kind.", "the supplier's catalogue")
UNSURE = _warn("SUPPLY-1", "Nobody has yet seen that {kind} can be bought on this account.",
    "If the supplier refuses it, choose another kind.", "the supplier's catalogue", Mender.ENGINEER)
OTHER_LEVEL = _stop("SUPPLY-2", "{kind} checks something else than was asked for.", "Choose the kind again.",
    "the supplier's catalogue")
SHORT = _stop("SUPPLY-3", "The account has {balance} dollars free; this order costs {price}.",
    "Put money into the account at the supplier.", "the supplier's balance", Mender.ENGINEER)
PRICELESS = _unknown("SUPPLY-3", "The price is not known, so nobody can say whether the account holds enough.", "",
    "the supplier's balance", Mender.ENGINEER)
# fmt: on


class Supply:
    """SUPPLY-1 and 2: the catalogue, confirmed by what the account is seen to sell; SUPPLY-3: the balance."""

    name = "supplier"

    def look(self, case: Case) -> list[Finding]:
        """What is not sold or not paid for; money is judged only when the balance was asked."""
        return [*_product(case), *_funds(case)]


def _product(case: Case) -> Iterator[Finding]:
    product = case.product
    if product is None:
        yield ABSENT.found(case.request.product)
        return
    if product.standing is Standing.ENDED:
        yield ENDED.found(product.code, kind=product.title)
    elif product.standing is Standing.UNCONFIRMED:
        yield UNSURE.found(product.code, kind=product.title)
    if product.level is not case.request.level:
        yield OTHER_LEVEL.found(product.code, f"{product.level}, asked {case.request.level}", kind=product.title)


def _funds(case: Case) -> Iterator[Finding]:
    if case.funds is None:
        return
    price = _number(case.price)
    if price is None:
        yield PRICELESS.found(case.request.product)
    elif case.funds.free < price:
        yield SHORT.found(case.request.product, f"{case.funds.free} < {price}", balance=case.funds.free, price=price)


def _number(text: str) -> Decimal | None:
    return Decimal(text) if re.fullmatch(r"\d+(\.\d+)?", text) else None
