"""The catalogue: which kinds are sold, read from TOML. `catalogue.toml` serves until an account has its own file.

A file is a table `products` of code to entry: title, brand, level, wildcard, extra_names, days, standing and, where the
account's price is known, price in US dollars.
"""

import tomllib
from decimal import Decimal
from importlib.resources import files
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, StrictBool, StringConstraints, ValidationError

from bot.domain.errors import BadInput
from bot.domain.request import Level, Product, Standing


def _rising(days: tuple[int, int]) -> tuple[int, int]:
    if days[0] > days[1]:
        raise ValueError("the least comes before the most")
    return days


_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=75)]  # an option of Slack's
_Day = Annotated[int, Field(strict=True, ge=0, le=90)]


class _Entry(BaseModel, extra="forbid"):
    """The fields of a `Product` but its code."""

    title: _Text
    brand: _Text
    level: Level
    wildcard: StrictBool
    extra_names: Annotated[int, Field(strict=True, ge=0, le=250)]
    price: Annotated[Decimal, Field(gt=0, lt=100_000, decimal_places=2)] | None = None
    days: Annotated[tuple[_Day, _Day], AfterValidator(_rising)]
    standing: Standing


class _File(BaseModel):
    products: Annotated[dict[str, _Entry], Field(min_length=1)]


def standard() -> tuple[Product, ...]:
    """The catalogue that comes with the desk; it knows no prices."""
    return load(files("bot.suppliers").joinpath("catalogue.toml").read_text(encoding="utf-8"))


def load(text: str) -> tuple[Product, ...]:
    """The products of a catalogue file, in its order. BadInput names every wrong entry and field as `code.field`."""
    try:
        found = _File.model_validate(tomllib.loads(text, parse_float=Decimal)).products
    except tomllib.TOMLDecodeError as error:
        raise BadInput({"catalogue": f"is no TOML: {error}"}) from None
    except ValidationError as wrong:
        places = {".".join(map(str, error["loc"][1:3])) or "products": error["msg"] for error in wrong.errors()}
        raise BadInput(places) from None
    return tuple(Product(code, **dict(entry)) for code, entry in found.items())
