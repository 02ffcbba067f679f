"""Web addresses as people type them, and as an authority may certify them.

`normalise` turns typed text into names; the check judges the names of an order by the same rules.
"""

import ipaddress
import re
from collections.abc import Callable
from functools import cache, partial

import idna
from publicsuffixlist import PublicSuffixList

from bot.checks.rules import Rule
from bot.domain.findings import Finding, Verdict
from bot.ports import Case

MOST = 100  # names in one order; more is a mistake in pasting
LONGEST = 253
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")

_BR = "Baseline Requirements 7.1.2.7.12"
_warn, _stop = partial(Rule, "names", Verdict.WARN), partial(Rule, "names", Verdict.STOP)

# fmt: off
NONE = _stop("NAME-1", "No web address is named.", "Name at least one, for example www.acme.com.", _BR)
MANY = _stop("NAME-1", "These are more than {most} addresses.", "Split them into several orders.", "limit of this desk")
TWICE = _warn("NAME-1", "{subject} is named twice.", "Once is enough.", _BR)
MAIL = _stop("NAME-1", "{subject} is an e-mail address.", "Give the web address, the part after the @.", _BR)
IP = _stop("NAME-1", "{subject} is a number, not a name.", "Give the name people type, for example www.acme.com.", _BR)
IP_INSIDE = _stop("NAME-2", "{subject} exists only inside a network.", "Give a name on the internet.",
    "Baseline Requirements 4.2.2")
INTERNAL = _stop("NAME-2", "{subject} is no name of the public internet.",
    "Check the spelling; names that exist only inside a network cannot be certified.",
    "Baseline Requirements 4.2.2, public suffix list")
LETTERS = _stop("NAME-3", "{subject} holds a character that no web address may have.",
    "Use letters, digits and hyphens.", _BR)
UNDERSCORE = _stop("NAME-3", "{subject} has an underscore.", "Rename the host: only letters, digits and hyphens work.",
    _BR)
DOT = _stop("NAME-3", "{subject} has a dot too many.", "Take the dot away.", _BR)
LABEL = _stop("NAME-3", "A part of {subject} is longer than 63 characters.", "Choose a shorter name.", _BR)
CODED = _stop("NAME-3", "{subject} has a part with -- that stands for no word.", "Type the name in its own letters.",
    _BR)
STAR = _stop("NAME-4", "In {subject} the star is in the wrong place.",
    "It may stand once, for the whole first part: *.acme.com.", _BR)
SUFFIX = _stop("NAME-5", "{subject} belongs to everybody: anyone may register a name below it.",
    "Add the name of the company in front, for example acme.co.uk.",
    "Baseline Requirements 3.2.2.6, public suffix list")
REVERSE = _stop("NAME-7", "{subject} is a name for looking up numbers.", "Give the name people type.",
    "Baseline Requirements 4.2.2")
WRITTEN = _stop("NAME-8", "{subject} is not written as it would stand in the certificate.", "Write it as {written}.",
    _BR)
LONG = _stop("NAME-9", "{subject} is longer than the 253 characters an address may have.", "Check it.",
    "RFC 1035 2.3.4")
LONG_FIRST = _warn("NAME-9", "{subject} comes first and is longer than 64 characters.",
    "Put a shorter address first if there is one: some suppliers want one.", "X.520 upper bounds")
TAKEN = _warn("NAME-1", "From what was typed only {subject} was taken.",
    "What stands before and behind the name does not belong to it.", _BR)
SPELT = _warn("NAME-8", "{typed} will stand in the certificate as {subject}; browsers show both alike.", "",
    "Baseline Requirements 7.1.4.2, RFC 5891")
# fmt: on


class Names:
    """NAME-1 to NAME-5 and NAME-7 to NAME-9 (Baseline Requirements 7.1.2.7.12, 3.2.2.6, 4.2.2; RFC 5891).

    NAME-6 and NAME-10 are about what the names cover: bot/checks/coverage.py.
    """

    name = "names"

    def look(self, case: Case) -> list[Finding]:
        """One finding for each name, the first rule it breaks; the names must stand as they will be certified."""
        names = case.request.names
        if not names:
            return [NONE.found()]
        found = [problem for name in dict.fromkeys(names) if (problem := _written_or(name))]
        found += [TWICE.found(name) for name in dict.fromkeys(names) if names.count(name) > 1]
        return found + ([LONG_FIRST.found(names[0])] if LONGEST >= len(names[0]) > 64 else [])


def normalise(text: str) -> tuple[tuple[str, ...], list[Finding]]:
    """The names meant by typed text, in order, each once, and what there is to say about them.

    Separated by lines, blanks, commas or semicolons. A name with a stop is left out; doing it twice changes nothing.
    """
    typed = [part for part in re.split(r"[\s,;]+", text) if part]
    if len(typed) > MOST:
        return (), [MANY.found(evidence=str(len(typed)), most=MOST)]
    names: dict[str, None] = {}
    found: list[Finding] = []
    for part in typed:
        name, notes = _cleaned(part)
        problem = judge(name)
        found += [problem] if problem else notes
        if problem is None:
            names[name] = None
    return tuple(names), found


def _cleaned(typed: str) -> tuple[str, list[Finding]]:
    """A typed word as a name: link marks, scheme, login, path, port and last dot taken away, lower case, punycode."""
    host = typed.strip("<>\"'()[]").split("|")[0]
    if _address(host):
        return host, []
    after_scheme = re.sub(r"^[A-Za-z][A-Za-z0-9+.-]*://", "", host)
    rest = re.split(r"[/?#\\]", after_scheme)[0]
    bare = re.sub(r":\d*$", "", rest.rpartition("@")[2] if after_scheme != host else rest)
    bare = bare[:-1] if bare.endswith(".") and not bare.endswith("..") else bare
    name = _ascii(bare)
    notes = [TAKEN.found(name)] if bare != host else []
    return name, notes + ([SPELT.found(name, typed=bare)] if "xn--" in name and not bare.isascii() else [])


def _ascii(name: str) -> str:
    """Lower case; other alphabets in punycode by IDNA 2008. What cannot be converted comes back as it was."""
    if name.isascii() or len(name) > LONGEST:
        return name.lower() if name.isascii() else name
    star, bare = ("*.", name[2:]) if name.startswith("*.") else ("", name)
    try:
        return star + idna.encode(bare, uts46=True).decode()
    except idna.IDNAError:
        return name


def _written_or(name: str) -> Finding | None:
    written = _ascii(name)
    return WRITTEN.found(name, written=written) if written != name else judge(name)


def judge(name: str) -> Finding | None:
    """The first rule that a name, written as it would be certified, breaks."""
    return next((rule.found(name) for rule, broken in _RULES if broken(name)), None)


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return None


def _bare(name: str) -> str:
    return name.removeprefix("*.")


def _labels(name: str) -> list[str]:
    return _bare(name).split(".")


def _is_a_label(label: str) -> bool:
    """Whether it converts there and back; no other label may have hyphens in places three and four (RFC 5890)."""
    try:
        return label.startswith("xn--") and idna.alabel(idna.ulabel(label)).decode() == label
    except idna.IDNAError:
        return False


@cache
def _suffixes() -> PublicSuffixList:
    """The list that comes with the library, registries' section alone: read at first use, never fetched."""
    return PublicSuffixList(only_icann=True, accept_unknown=False)


def registrable(name: str) -> str:
    """The domain that one registers: `acme.co.uk` for `*.www.acme.co.uk`; the name itself if there is none."""
    return _suffixes().privatesuffix(_bare(name)) or _bare(name)


def _unknown_ending(name: str) -> bool:
    bare = _bare(name)
    return "." not in bare or bare.endswith((".onion", ".arpa")) or _suffixes().publicsuffix(bare) is None


# in this order: the first that fits says best what is wrong
_RULES: tuple[tuple[Rule, Callable[[str], bool]], ...] = (
    (IP_INSIDE, lambda name: (address := _address(name)) is not None and not address.is_global),
    (IP, lambda name: _address(name) is not None),
    (MAIL, lambda name: "@" in name),
    (LONG, lambda name: len(name) > LONGEST),
    (STAR, lambda name: "*" in _bare(name) or not _bare(name)),
    (UNDERSCORE, lambda name: "_" in name),
    (DOT, lambda name: "" in _labels(name)),
    (LABEL, lambda name: any(len(label) > 63 for label in _labels(name))),
    (LETTERS, lambda name: not all(_LABEL.fullmatch(label) for label in _labels(name))),
    (CODED, lambda name: any(label[2:4] == "--" and not _is_a_label(label) for label in _labels(name))),
    (REVERSE, lambda name: f".{name}".endswith((".in-addr.arpa", ".ip6.arpa"))),
    (SUFFIX, lambda name: "." in name and _suffixes().publicsuffix(_bare(name)) == _bare(name)),
    (INTERNAL, _unknown_ending),
)
