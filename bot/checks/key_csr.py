"""The key and the request file made from it: strong enough, signed, and saying exactly what was asked for."""

from collections.abc import Iterator
from functools import partial

from bot.checks.rules import Rule
from bot.domain.findings import Finding, Mender, Verdict
from bot.domain.request import KeyType, Request
from bot.pem import same_company
from bot.ports import Case, CsrFacts

_BR = "Baseline Requirements"
_stop, _warn, _unknown = (
    partial(Rule, "key_csr", verdict, mender=Mender.ENGINEER)
    for verdict in (Verdict.STOP, Verdict.WARN, Verdict.UNKNOWN)
)
_ANEW = "Have a new key and a new request file made."

# fmt: off
UNREAD = _unknown("KEY-1", "The client's request file has not been read yet.", "", "RFC 2986")
UNSIGNED = _stop("KEY-1", "The request file is not signed by the key it names.",
    "Have it made again, or copied again whole.", "RFC 2986 4.2")
KIND = _stop("KEY-2", "No authority takes this kind of key.", _ANEW, f"{_BR} 6.1.5")
SHORT = _stop("KEY-2", "The key is too short, or of an uneven length.", _ANEW,
    f"{_BR} 6.1.5: 2048 bits or more, in steps of 8")
BIG = _warn("KEY-2", "This key works on fewer servers than the usual ones.",
    "Use the usual key unless the client insists.",
    "Amazon CloudFront: RSA up to 4096 bits, P-256; many resellers refuse P-521")
P256 = _warn("KEY-2", "The newer, shorter kind of key is not sold with every product of {brand}.",
    "If the supplier refuses it, change the order to the usual kind of key.", "the supplier's catalogue does not say")
OTHER_KIND = _stop("KEY-2", "The request file holds another kind of key than was asked for.",
    "Change the order once more, so that a new key is made.", "the order")
WEAK = _stop("KEY-3", "The key is easy to break: {fault}.", _ANEW, f"{_BR} 6.1.1.3, 6.1.6")
SOFT = _warn("KEY-3", "The key was made in an unusual way; some authorities refuse it.", "", f"{_BR} 6.1.6")
UNTESTED = _unknown("KEY-3", "One old fault of keys, that of Debian computers before May 2008, was not looked for.",
    "Ask when and where the client made the key.", f"{_BR} 6.1.1.3, CVE-2008-0166")
NAMES = _stop("KEY-4", "The request file is for other addresses than the order: {difference}.",
    "Correct the addresses of the order, or have the file made anew.", f"{_BR} 7.1.2.7.12")
COMMON = _stop("KEY-4", "The request file names {subject} first, which is not among its addresses.",
    "Have the file made anew.", f"{_BR} 7.1.4.3")
COMPANY = _stop("KEY-5", "The request file says {found} where the order says {asked}.",
    "Correct the order or have the file made anew, so that both agree.", f"{_BR} 7.1.2.7, 3.2.2.1")
NEEDLESS = _warn("KEY-5", "The request file names a company, which this kind of certificate leaves out.", "",
    f"{_BR} 7.1.2.7.2")
DEPARTMENT = _stop("KEY-6", "The request file names a department, which is forbidden.",
    "Have the file made anew without it.", f"{_BR} 7.1.2.7, ballot SC047")
EXTRA = _warn("KEY-6", "The request file holds more than is needed; the authority ignores it or asks about it.",
    "Better have it made anew without.", "guide: leave the rest blank")
# fmt: on

_FAULTS = {
    "small factor": "a small number divides it",
    "close primes": "its two halves lie side by side",
    "ROCA": "the chip that made it is known to be faulty",
}
_STRONG_CURVES = {"P-256", "P-384", "P-521"}


class KeyCsr:
    """KEY-1 to KEY-6: Baseline Requirements 6.1.1.3, 6.1.5, 6.1.6 (keys), 7.1.2.7 (names and subject), RFC 2986.

    A request file that the client made must say what the order says; ours is held to the same rules.
    """

    name = "key_csr"

    def look(self, case: Case) -> list[Finding]:
        """Nothing before the request file is made."""
        if case.csr is None:
            return [UNREAD.found()] if case.request.own_csr else []
        brand = case.product.brand if case.product else "the supplier"
        found = [] if case.csr.signature_ok else [UNSIGNED.found()]
        found += [*_key(case.csr, case.request, brand), *_names(case.csr, case.request)]
        return [*found, *_subject(case.csr, case.request), *_extras(case.csr)]


def _key(csr: CsrFacts, request: Request, brand: str) -> Iterator[Finding]:
    seen = f"{csr.key_type} {csr.key_bits}"
    if csr.key_type != "RSA" and csr.key_type not in _STRONG_CURVES:
        yield KIND.found(evidence=seen)
    if csr.key_type == "RSA" and (csr.key_bits < 2048 or csr.key_bits % 8):
        yield SHORT.found(evidence=seen)
    if csr.key_type in {"P-384", "P-521"} or (csr.key_type == "RSA" and csr.key_bits > 4096):
        yield BIG.found(evidence=seen)
    if csr.key_type == "P-256":
        yield P256.found(evidence=seen, brand=brand)
    if not request.own_csr and (csr.key_type == "P-256") is not (request.key_type is KeyType.P256):
        yield OTHER_KIND.found(evidence=seen)
    yield from (WEAK.found(evidence=word, fault=_FAULTS[word]) for word in csr.weaknesses if word in _FAULTS)
    yield from (SOFT.found(evidence=word) for word in csr.weaknesses if word not in _FAULTS)
    if request.own_csr and csr.key_type == "RSA":
        yield UNTESTED.found()


def _names(csr: CsrFacts, request: Request) -> Iterator[Finding]:
    has, wants = set(csr.names), set(request.names)
    differ = {"it lacks": wants - has, "it adds": has - wants}
    if said := "; ".join(f"{what} {', '.join(sorted(names))}" for what, names in differ.items() if names):
        yield NAMES.found(evidence=said, difference=said)
    for common in (value for field, value in csr.subject if field == "CN"):
        if common not in has:
            yield COMMON.found(common)


def _subject(csr: CsrFacts, request: Request) -> Iterator[Finding]:
    """Field by field; the company's name in any spelling of the same name, the rest without regard to case."""
    has = dict(csr.subject)
    if not request.level.company_checked:
        if has.keys() & {"O", "ST", "L"}:
            yield NEEDLESS.found(evidence=", ".join(field for field in ("O", "L", "ST") if field in has))
        return
    company = request.organisation
    if company is None:
        return
    for field, asked in (("C", company.country), ("ST", company.state), ("L", company.city), ("O", company.name)):
        found = has.get(field, "")
        alike = same_company(found, asked) if field == "O" else found.casefold() == asked.casefold()
        if not alike:
            yield COMPANY.found(field, found, found=found or "nothing", asked=asked or "nothing")


def _extras(csr: CsrFacts) -> Iterator[Finding]:
    fields = [field for field, _ in csr.subject]
    if "OU" in fields:
        yield DEPARTMENT.found(evidence="OU")
    known = {"C", "ST", "L", "O", "OU", "CN"}
    for extra in (*(field for field in fields if field not in known), *csr.extras):
        yield EXTRA.found(evidence=extra)
