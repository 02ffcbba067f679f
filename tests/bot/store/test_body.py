from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.client import Client, Project
from bot.domain.notices import Notice
from bot.domain.order import Order
from bot.ports import Entry
from bot.shown.form import Form
from bot.shown.found import Found
from bot.store.body import dump, load
from tests.bot.store.samples import order

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
st.register_type_strategy(str, TEXTS)
st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))
st.register_type_strategy(Decimal, st.decimals(allow_nan=False, allow_infinity=False))
FORMS = st.builds(Form, values=st.dictionaries(TEXTS, TEXTS))


@pytest.mark.parametrize("kind", [Order, Client, Project, Form, Notice, Entry, Found])
@given(data=st.data())
def test_what_is_dumped_is_loaded(kind: type[Any], data: st.DataObject) -> None:
    value = data.draw(FORMS if kind is Form else st.from_type(kind))
    assert load(kind, dump(value)) == value


def test_bytes_are_never_stored() -> None:
    with pytest.raises(TypeError, match="bytes is never stored"):
        dump(order(csr=b"PEM"))
