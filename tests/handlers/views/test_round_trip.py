"""Whatever a form or dialog is filled with comes back as the same values: drawn, filled in and sent as people do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.request import Dcv
from bot.shown.form import GROUPS, STEPS
from handlers.views import client_text, dialogs, form, parts
from handlers.views.parts import Json
from tests.handlers.surface import Surface
from tests.handlers.views import samples

_FIELDS = {
    "project": {"project"},
    "names": {"names", "purpose", "wanted_by"},
    "kind": {"product"},
    **{step: {field for field in samples.VALUES if field.startswith(of)}
       for step, of in (("company", "org."), ("contact", "contact."))},
    "send": samples.VALUES.keys() - {"project", "ask_client"},
}  # fmt: skip


def sent(surface: Surface, view: Json, typed: dict[str, str] | None = None) -> dict[str, str]:
    """What reaches the desk of a form that is sent, untouched or with something typed into its fields."""
    surface.open(view)
    for field, value in (typed or {}).items():
        surface.person.fill(f"{field}.{parts.VALUE}", value or None)
    assert surface.person.submit().errors == {}
    (asked,) = surface.desk.calls("fill.save_step")
    assert asked["form_id"] == samples.FORM.id
    return dict(asked["values"])


def initial(view: Json) -> dict[str, str]:
    """What stands in the text inputs of a view as it is drawn."""
    found = {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}
    return {field: element.get("initial_value", "") for field, element in found.items()}


@pytest.mark.parametrize("step", STEPS[1:])
def test_what_was_typed_before_stays_in_every_step(surface: Surface, step: str) -> None:
    view = form.form_view(samples.form_shown(step, samples.OPEN_FORM))
    assert sent(surface, view) == {field: samples.VALUES[field] for field in _FIELDS[step]}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("number_of_offers", [2, 25])
def test_what_is_typed_comes_back(surface: Surface, step: str, number_of_offers: int) -> None:
    view = form.form_view(samples.form_shown(step, replace(samples.OPEN_FORM, values={}), number_of_offers))
    typed = {field: samples.VALUES[field] for field in _FIELDS[step]}
    assert sent(surface, view, typed) == typed


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_of_the_last_step_is_a_row_until_it_is_opened(group: str) -> None:
    shut, view = (form.form_view(samples.form_shown("send", replace(samples.FORM, open=of))) for of in ((), (group,)))
    opens = sorted(f"{samples.FORM.id}:{each}" for each in GROUPS)
    assert (initial(shut), sorted(buttons(shut, form.OPEN))) == ({}, opens)
    assert sorted([*buttons(view, form.OPEN), f"{samples.FORM.id}:{group}"]) == opens
    assert initial(view).keys() > set()


def test_what_was_found_stands_where_nothing_was_typed_and_says_whence() -> None:
    hints = {"org.city": ("Chicago", "Served now."), "org.name": ("Acme", "Served now.")}
    shown = samples.form_shown("company", replace(samples.FORM, values={"org.name": "Mine"}), hints=hints)
    view = form.form_view(shown)
    assert {field: value for field, value in initial(view).items() if value} == {
        "org.city": "Chicago", "org.name": "Mine",
    }  # fmt: skip
    assert [b["block_id"] for b in view["blocks"] if b.get("hint", {}).get("text") == "Served now."] == ["org.city"]


def buttons(view: Json, action: str) -> list[str]:
    """What the view's buttons of this kind stand for."""
    elements = [each for b in view["blocks"] for each in (*b.get("elements", ()), b.get("accessory", {}))]
    return [each["value"] for each in elements if each.get("action_id") == action]


def test_of_more_addresses_than_fit_whole_lines_are_kept_and_the_rest_is_said() -> None:
    view = form.form_view(samples.form_shown("names", samples.WORST_FORM, began=None))
    kept = initial(view)["names"].splitlines()
    assert kept == list(samples.MANY_NAMES[: len(kept)])
    assert f"Only the first {len(kept)} of 100" in view["blocks"][0]["text"]["text"]


def test_of_what_was_ticked_drops_out_what_changed_since() -> None:
    stops = [replace(samples.STOP, subject=subject) for subject in ("a", "b", "c")]
    marks = [each["value"] for each in dialogs.override("o-1", stops)["blocks"][1]["element"]["options"]]
    changed = [*stops[:2], replace(stops[2], evidence="something else")]
    assert dialogs.ticked("\n".join(marks[1:]), changed) == (stops[1].key,)


@pytest.mark.parametrize(("now", "other"), [(Dcv.DNS, Dcv.EMAIL), (Dcv.EMAIL, Dcv.DNS)])
def test_the_other_way_to_show_control_is_ready_to_be_chosen(now: Dcv, other: Dcv) -> None:
    view = client_text.switch("o-1", now, ("admin@acme.com",))
    assert view["blocks"][0]["element"]["initial_option"]["value"] == other


@pytest.mark.parametrize(
    ("text", "limit", "kept"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("a&amp;b", 5, "a…"),
        ("a <@U1> b", 6, "a …"),
        ("a&amp;bcd", 8, "a&amp;b…"),
    ],
)
def test_cutting_leaves_no_half_entity_and_no_half_mention(text: str, limit: int, kept: str) -> None:
    assert parts.cut(text, limit) == kept
