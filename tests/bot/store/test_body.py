from concurrent.futures import ThreadPoolExecutor
from dataclasses import make_dataclass
from threading import Barrier
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.client import Client, Person, Project
from bot.domain.notices import Notice
from bot.domain.order import Order
from bot.ports import Entry
from bot.shown.form import Form
from bot.store.body import dump, load
from tests.bot.store.samples import full_order, of, order


@pytest.mark.parametrize("kind", [Order, Client, Project, Person, Form, Notice, Entry])
@given(data=st.data())
def test_what_is_dumped_is_loaded(kind: type[Any], data: st.DataObject) -> None:
    value = data.draw(of(kind))
    assert load(kind, dump(value)) == value


def test_bytes_are_never_stored() -> None:
    with pytest.raises(TypeError, match="bytes is never stored"):
        dump(order(csr=b"PEM"))


def test_many_threads_may_load_a_kind_for_the_first_time() -> None:
    for _ in range(5):
        fresh = make_dataclass("Fresh", [("order", Order)])
        value, ready = fresh(full_order()), Barrier(8)
        text = dump(value)

        def first(kind: type[Any] = fresh, text: str = text, ready: Barrier = ready) -> object:
            ready.wait()
            return load(kind, text)

        with ThreadPoolExecutor(8) as pool:
            assert [each.result() for each in [pool.submit(first) for _ in range(8)]] == [value] * 8
