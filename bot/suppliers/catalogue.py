"""The catalogue: which kinds are sold, read from TOML. `catalogue.toml` serves until an account has its own file.

A file is a table `products` of code to entry: title, brand, level, wildcard, extra_names, days, standing and, where the
account's price is known, price in US dollars.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from importlib.resources import files
from typing import Any

from bot.domain.errors import BadInput
from bot.domain.request import Level, Product, Standing


def standard() -> tuple[Product, ...]:
    """The catalogue that comes with the desk; it knows no prices."""
    return load(files("bot.suppliers").joinpath("catalogue.toml").read_text(encoding="utf-8"))


def load(text: str) -> tuple[Product, ...]:
    """The products of a catalogue file, in its order. BadInput names every wrong entry and field as `code.field`."""
    try:
        products = tomllib.loads(text, parse_float=Decimal).get("products")
    except tomllib.TOMLDecodeError as error:
        raise BadInput({"catalogue": f"is no TOML: {error}"}) from None
    if not isinstance(products, dict) or not products:
        raise BadInput({"catalogue": "needs a table `products` with at least one entry"})
    wrong = {where: sentence for code, entry in products.items() for where, sentence in _wrong(code, entry)}
    if wrong:
        raise BadInput(wrong)
    return tuple(_product(code, entry) for code, entry in products.items())


def _wrong(code: str, entry: object) -> Iterator[tuple[str, str]]:
    if not isinstance(entry, dict):
        yield code, "must be a table"
        return
    for name in sorted(entry.keys() - _RULES.keys()):
        yield f"{code}.{name}", f"is no field; fields are {', '.join(_RULES)}"
    for name, (fits, sentence) in _RULES.items():
        if (name in entry or name != "price") and not fits(entry.get(name)):
            yield f"{code}.{name}", f"must be {sentence}"


def _product(code: str, entry: Mapping[str, Any]) -> Product:
    price = Decimal(entry["price"]) if "price" in entry else None
    level, standing, days = Level(entry["level"]), Standing(entry["standing"]), tuple(entry["days"])
    return Product(**{**entry, "code": code, "level": level, "standing": standing, "days": days, "price": price})


def _whole(value: object, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


def _days(value: object) -> bool:
    return (
        isinstance(value, list) and len(value) == 2 and all(_whole(day, 90) for day in value) and value[0] <= value[1]
    )


def _price(value: object) -> bool:
    if not isinstance(value, int | Decimal) or isinstance(value, bool):
        return False
    amount = Decimal(value)
    return amount.is_finite() and 0 < amount < 100_000 and amount == round(amount, 2)


def _text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= 75  # an option of a Slack menu holds no more


def _word_of(words: type[StrEnum]) -> tuple[Callable[[object], bool], str]:
    return lambda value: isinstance(value, str) and value in [*words], f"one of {', '.join(words)}"


_RULES: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "title": (_text, "a text of at most 75 characters"),
    "brand": (_text, "a text of at most 75 characters"),
    "level": _word_of(Level),
    "wildcard": (lambda value: isinstance(value, bool), "true or false"),
    "extra_names": (lambda value: _whole(value, 250), "a whole number from 0 to 250"),
    "price": (_price, "dollars above 0 with at most two decimals, or left out"),
    "days": (_days, "[least, most] in whole business days"),
    "standing": _word_of(Standing),
}
