"""What the names of an order really cover, and whether its kind can hold them."""

from collections.abc import Iterator
from functools import partial

from bot.checks.rules import Rule
from bot.domain.findings import Finding, Verdict
from bot.domain.request import Level, Product, Purpose
from bot.ports import Case
from bot.shown.offer import covers

_warn, _stop = partial(Rule, "coverage", Verdict.WARN), partial(Rule, "coverage", Verdict.STOP)

# fmt: off
NOT_COVERED = _stop("NAME-10", "{subject} would not be covered.",
    "Add {subject} to the order; a star stands for exactly one part of a name.", "RFC 9525 6.3")
APEX = _warn("NAME-10", "{wildcard} does not cover {subject} itself.",
    "Add {subject} if people open the site without anything in front; many authorities add it unasked, not all.",
    "RFC 9525 6.3")
EV_STAR = _stop("NAME-6", "{subject}: the longest check of a company is not sold for names with a star.",
    "Name every address singly, or choose a kind that checks the company without the long procedure.",
    "EV Guidelines 7.1.4.2.1")
NEEDS_STAR_KIND = _stop("COVER-1", "{kind} cannot hold {subject}.",
    "Choose a kind for all subdomains, or name the addresses singly.", "catalogue")
NEEDS_STAR = _stop("COVER-1", "{kind} is made for all subdomains, but the first address has no star.",
    "Put the address with the star first, such as *.acme.com, or choose another kind.", "catalogue")
TOO_MANY = _stop("COVER-2", "{kind} can hold {most} addresses; {count} are named.",
    "Take some away, or choose a kind that holds more.", "catalogue")
SHARED_KEY = _warn("COVER-3", "One key would serve every address below {subject}, also where customers log in or pay.",
    "For such sites a certificate of their own, by name, is the safer choice.", "advice of this desk")
# fmt: on


class Coverage:
    """NAME-6 (EV Guidelines 7.1.4.2.1), NAME-10 (RFC 9525 6.3), COVER-1 and 2 (the catalogue), COVER-3 (advice)."""

    name = "coverage"

    def look(self, case: Case) -> list[Finding]:
        """Hosts that stay uncovered, stars where they cannot be, and names the kind has no room for."""
        names = case.request.names
        stars = [name for name in names if name.startswith("*.")]
        found = [*_uncovered(names, case.wanted_hosts), *_apexes(stars, names, case.wanted_hosts)]
        if case.request.level is Level.EV:
            return found + [EV_STAR.found(star) for star in stars]
        if case.request.purpose is Purpose.CUSTOMERS:
            found += [SHARED_KEY.found(star[2:]) for star in stars]
        return found + (list(_room(case.product, names, stars)) if case.product and names else [])


def _uncovered(names: tuple[str, ...], hosts: tuple[str, ...]) -> Iterator[Finding]:
    for host in dict.fromkeys(host.lower() for host in hosts):
        if not any(covers(name, host) for name in names):
            yield NOT_COVERED.found(host)


def _apexes(stars: list[str], names: tuple[str, ...], hosts: tuple[str, ...]) -> Iterator[Finding]:
    for star in stars:
        if not any(covers(name, star[2:]) for name in names) and star[2:] not in hosts:
            yield APEX.found(star[2:], wildcard=star)


def _room(product: Product, names: tuple[str, ...], stars: list[str]) -> Iterator[Finding]:
    if stars and not product.wildcard:
        yield NEEDS_STAR_KIND.found(stars[0], product.code, kind=product.title)
    if product.wildcard and names[0] not in stars:
        yield NEEDS_STAR.found(names[0], product.code, kind=product.title)
    if len(names) > product.extra_names + 1:
        yield TOO_MANY.found("", product.code, kind=product.title, most=product.extra_names + 1, count=len(names))
