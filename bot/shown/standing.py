"""Where the standing of a company is looked up and what was seen there: the register, its words, the newest look-up."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.client import Attestation, Client
from bot.domain.request import Organisation

LASTS = timedelta(days=30)  # how long a look-up counts for a new order

_LAPSED = re.compile(r"(, [^,]+ [A-Z][a-z]+ \d{1,2}, \d{4})+$")  # Colorado: Acme LLC, Delinquent May 1, 2015
_SHORT = {
    "LIMITED LIABILITY COMPANY": "LLC", "L L C": "LLC", "INCORPORATED": "INC", "CORPORATION": "CORP", "COMPANY": "CO",
    "LIMITED": "LTD",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Register:
    """A register of companies. `code` is a state's postal code or ISO 3166-1 alpha-3, empty where none is known.

    `state` and `office` say whose it is, `search` where people look it up, `document` what it sells as proof. Words:
    `good`, `curable`, `lost` (standing is lost though it can be had back), `ended`; `verified` says whether they were
    read in an official source.
    """

    code: str = ""
    state: str = "the company's register"
    office: str = ""
    search: str = ""
    document: str = "certificate of good standing"
    good: tuple[str, ...] = ()
    curable: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    verified: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """Everything it is known to say."""
        return (*self.good, *self.curable, *self.lost, *self.ended)

    def meaning(self, word: str) -> str:
        """What its word means, as `Attestation.meaning` says it; a word that is not known is never good."""
        kinds = {"good": self.good, "curable": (*self.curable, *self.lost), "ended": self.ended}
        return next((kind for kind, words in kinds.items() if _among(word, words)), "unknown")

    def stops(self, word: str) -> bool:
        """True for a word that says the company has lost its standing, for good or until it is cured."""
        return _among(word, (*self.lost, *self.ended))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person is asked to look up, for one order: this name in that register."""

    order_id: str
    organisation: str
    register: Register


def same_company(one: str, other: str) -> bool:
    """Whether two spellings name one company; Acme Inc and Acme LLC are two."""
    return _plain(one) == _plain(other)


def newest(client: Client | None, company: Organisation | None, register: Register) -> Attestation | None:
    """What was seen last of this company in this register."""
    if client is None or company is None:
        return None
    seen = [
        a for a in client.attestations if a.register == register.code and same_company(a.organisation, company.name)
    ]
    return max(seen, key=lambda attestation: attestation.at, default=None)


def _among(word: str, words: tuple[str, ...]) -> bool:
    return " ".join(word.split()).casefold() in {each.casefold() for each in words}


def _plain(name: str) -> str:
    text = _LAPSED.sub("", unicodedata.normalize("NFKC", name).strip()).upper().replace("&", " AND ")
    text = " ".join(re.sub(r"[^\w ]", " ", re.sub(r"['’.]", "", text)).split()).removeprefix("THE ")
    for long, short in _SHORT.items():
        text = re.sub(rf"\b{long}\b", short, text)
    return text
