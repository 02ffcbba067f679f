"""What the desk suggests: which kinds can cover the names, what they cost, and whether they come in time."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.pace import business_days_later
from bot.domain.request import Level, Product, Purpose, Standing


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One kind on offer. `in_time` is None where no date was asked for; `reason` says in plain words why it is (not)
    the one.
    """

    product: Product
    covered: tuple[str, ...]
    not_covered: tuple[str, ...]
    ready_by: date
    in_time: bool | None
    preselected: bool = False


def covers(name: str, host: str) -> bool:
    """Whether a certificate for `name` is good for `host` (RFC 9525: a wildcard stands for exactly one label)."""
    if name.startswith("*."):
        return name == host or ("." in host and host.split(".", 1)[1] == name[2:] and not host.startswith("*."))
    return name == host


def suggest(
    names: tuple[str, ...], purpose: Purpose, wanted_by: date | None, products: Iterable[Product], now: datetime,
    zone: str, holidays: Collection[date],
) -> tuple[Suggestion, ...]:  # fmt: skip
    """Every kind that can hold all names, cheapest first, the best one preselected.

    Public sites and customers' logins: company checked first; internal and API names: domain only first.
    """
    wildcards = [name for name in names if name.startswith("*.")]
    fitting = [
        product
        for product in products
        if product.standing is not Standing.ENDED
        and product.extra_names >= len(names) - 1
        and (product.wildcard == bool(wildcards))
        and not (product.level is Level.EV and wildcards)
    ]
    offers = [_offer(product, names, wanted_by, now, zone, holidays) for product in fitting]
    offers.sort(key=lambda offer: (offer.product.price is None, offer.product.price or 0, offer.product.code))
    best = min(offers, key=lambda offer: _rank(offer, purpose), default=None)
    return tuple(
        Suggestion(o.product, o.covered, o.not_covered, o.ready_by, o.in_time, preselected=o is best) for o in offers
    )


_PREFERRED = {
    Purpose.PUBLIC: (Level.DV, Level.OV, Level.EV),
    Purpose.CUSTOMERS: (Level.OV, Level.EV, Level.DV),
    Purpose.API: (Level.DV, Level.OV, Level.EV),
    Purpose.INTERNAL: (Level.DV, Level.OV, Level.EV),
}
_DEFAULT_WILDCARD = "sslwebserver_wildcard"  # the agency's usual one (its guide, step 11)


def _rank(offer: Suggestion, purpose: Purpose) -> tuple[bool, bool, bool, int]:
    product = offer.product
    usual = product.code == _DEFAULT_WILDCARD
    late = offer.in_time is False
    unsure = product.standing is not Standing.CONFIRMED
    return (late, not usual, unsure, _PREFERRED[purpose].index(product.level))


def _offer(
    product: Product,
    names: tuple[str, ...],
    wanted_by: date | None,
    now: datetime,
    zone: str,
    holidays: Collection[date],
) -> Suggestion:
    ready = business_days_later(now, product.days[1], zone, holidays).date()
    apexes = tuple(name[2:] for name in names if name.startswith("*.") and name[2:] not in names)
    return Suggestion(product, names, apexes, ready, None if wanted_by is None else ready <= wanted_by)
