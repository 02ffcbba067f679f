"""What a person asks for: the names, the kind of certificate, whose company, whom the authority may ask.

`Product` is one kind a supplier sells; prices are decimal US dollars, times are business days.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Purpose(StrEnum):
    """What the addresses are for; suggestions follow from it."""

    PUBLIC = "public"
    CUSTOMERS = "customers"
    API = "api"
    INTERNAL = "internal"


class Level(StrEnum):
    """What the authority vets: the domain, the organisation, or the organisation at length."""

    DV = "DV"
    OV = "OV"
    EV = "EV"

    @property
    def company_checked(self) -> bool:
        """True where the authority looks at the organisation itself."""
        return self is not Level.DV


class Dcv(StrEnum):
    """How control of the domain is shown (Baseline Requirements 3.2.2.4)."""

    DNS = "dns"
    EMAIL = "email"
    FILE = "file"


class KeyType(StrEnum):
    """The two key types the desk makes."""

    RSA_2048 = "rsa2048"
    P256 = "p256"


class Kind(StrEnum):
    """Kind of registration."""

    NEW = "new"
    RENEW = "renew"


class Standing(StrEnum):
    """How sure the catalogue is that the supplier sells a product today."""

    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Product:
    """One kind of certificate in the catalogue.

    `extra_names` is how many names beyond the first it may hold; `price` is None when the account's price is unknown;
    `days` is the usual least and most business days until issued.
    """

    code: str
    title: str
    brand: str
    level: Level
    wildcard: bool
    extra_names: int
    price: Decimal | None
    days: tuple[int, int]
    standing: Standing


@dataclass(frozen=True, slots=True)
class Organisation:
    """The client's company as its register knows it; `country` is ISO 3166-1 alpha-2, `state` its full name."""

    name: str
    street: str
    city: str
    state: str
    postal_code: str
    country: str
    phone: str
    registration_number: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """A person the authority may write to or call; `phone` in the form +CC.NNNNNN."""

    first_name: str
    last_name: str
    email: str
    phone: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """Everything that is asked for. `names[0]` is the common name; `technical` is the project's engineer for the
    supplier.
    """

    names: tuple[str, ...]
    purpose: Purpose
    product: str
    level: Level
    wanted_by: date | None = None
    organisation: Organisation | None = None
    admin: Contact | None = None
    billing: Contact | None = None
    technical: Contact | None = None
    dcv: Dcv = Dcv.DNS
    approver_email: str = ""
    key_type: KeyType = KeyType.RSA_2048
    own_csr: str = ""
    kind: Kind = Kind.NEW
    renews: str = ""
    period: int = 1

    @property
    def common_name(self) -> str:
        """The first name asked for."""
        return self.names[0]

    @property
    def names_key(self) -> str:
        """The sorted names, by which open orders are unique (ORDER R12)."""
        return " ".join(sorted(self.names))
