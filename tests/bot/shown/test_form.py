"""A form knows which order it is about, whatever it does to it."""

import pytest

from bot.shown.form import GROUPS, STEPS, Form
from tests.fakes import CHANNEL, NOW, REQUESTER


@pytest.mark.parametrize("about", ["corrects", "changes", "renews", ""])
def test_a_form_is_about_one_order_or_none(about: str) -> None:
    form = Form("f-1", REQUESTER, CHANNEL, NOW)
    object.__setattr__(form, about or "order_id", "o-1")
    assert form.of == ("o-1" if about else "")


def test_every_step_that_asks_is_a_group_of_the_last_one() -> None:
    assert set(STEPS) - {"project", "send"} <= set(GROUPS)
