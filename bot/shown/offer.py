"""What the desk suggests: which kinds can cover the names, what they cost, and whether they come in time."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.domain.pace import at_work, business_days_later
from bot.domain.request import Level, Product, Purpose, Standing


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One kind on offer; `ready_by` is a day at the agency, `in_time` None where no date was asked for. `why` is the
    reason for the one that is suggested (late, usual, customers, enough or only), empty for the others.
    """

    product: Product
    covered: tuple[str, ...]
    not_covered: tuple[str, ...]
    ready_by: date
    in_time: bool | None
    why: str = ""


def covers(name: str, host: str) -> bool:
    """Whether a certificate for `name` is good for `host` (RFC 9525: a wildcard stands for exactly one label)."""
    return name == host or (not host.startswith("*.") and name == f"*.{host.partition('.')[2]}")


def suggest(
    names: tuple[str, ...], purpose: Purpose, wanted_by: date | None, products: Iterable[Product], now: datetime,
    zone: str, holidays: Collection[date],
) -> tuple[Suggestion, ...]:  # fmt: skip
    """Every kind that can hold all names, cheapest first, the best one with the reason why.

    Where customers log in or pay the company is checked first; elsewhere the domain alone.
    """
    starred = any(name.startswith("*.") for name in names)
    apexes = tuple(name[2:] for name in names if name.startswith("*.") and name[2:] not in names)
    start, offers = at_work(now, zone, holidays), []  # nobody approves it before
    for product in products:
        room = product.extra_names >= len(names) - 1 and product.wildcard is starred
        if room and product.standing is not Standing.ENDED and not (product.level is Level.EV and starred):
            ready = business_days_later(start, product.days[1], zone, holidays).astimezone(ZoneInfo(zone)).date()
            offers.append(Suggestion(product, names, apexes, ready, None if wanted_by is None else ready <= wanted_by))
    offers.sort(key=lambda offer: (offer.product.price is None, offer.product.price or 0, offer.product.code))
    best = min(offers, key=lambda offer: _rank(offer, purpose), default=None)
    return tuple(replace(offer, why=_why(offer, offers, purpose) if offer is best else "") for offer in offers)


_CHEAPEST_FIRST, _COMPANY_FIRST = (Level.DV, Level.OV, Level.EV), (Level.OV, Level.EV, Level.DV)
_DEFAULT_WILDCARD = "sslwebserver_wildcard"  # the agency's usual one (its guide, step 11)


def _rank(offer: Suggestion, purpose: Purpose) -> tuple[bool, bool, bool, int]:
    product = offer.product
    usual = product.code == _DEFAULT_WILDCARD
    unsure = product.standing is not Standing.CONFIRMED
    preferred = _COMPANY_FIRST if purpose is Purpose.CUSTOMERS else _CHEAPEST_FIRST
    return (offer.in_time is False, not usual, unsure, preferred.index(product.level))


def _why(best: Suggestion, offers: list[Suggestion], purpose: Purpose) -> str:
    at_leisure = min(offers, key=lambda offer: _rank(replace(offer, in_time=None), purpose))
    reasons = {  # the first that holds
        "late": at_leisure is not best,
        "usual": best.product.code == _DEFAULT_WILDCARD,
        "customers": purpose is Purpose.CUSTOMERS and best.product.level.company_checked,
        "enough": not best.product.level.company_checked,
    }
    return next((reason for reason, holds in reasons.items() if holds), "only")
