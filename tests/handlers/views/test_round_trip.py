"""Whatever a form or dialog is filled with comes back as the same values: build, fill, submit as Slack would, read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from bot.domain.order import Status
from bot.shown.form import GROUPS, STEPS
from handlers.views import dialogs, form, parts, review
from handlers.views.parts import Json
from tests.handlers.views import samples

_INITIAL = {
    "plain_text_input": ("initial_value", "value"),
    "datepicker": ("initial_date", "selected_date"),
    "users_select": ("initial_user", "selected_user"),
    "static_select": ("initial_option", "selected_option"),
    "radio_buttons": ("initial_option", "selected_option"),
    "checkboxes": ("initial_options", "selected_options"),
}
_COMPANY = {name for name in samples.VALUES if name.startswith("org.")}
_CONTACT = {name for name in samples.VALUES if name.startswith("contact.")}
_FIELDS = {
    "project": {"project"},
    "names": {"names", "purpose", "wanted_by"},
    "kind": {"product"},
    "company": set(_COMPANY),
    "contact": set(_CONTACT),
    "send": samples.VALUES.keys() - {"project", "ask_client"},
}


def chosen(element: Json, text: str) -> object:
    """What Slack says about an element after somebody made it say `text`."""
    if "options" not in element:
        return text or None
    picked = [each for each in element["options"] if each["value"] in text.splitlines()]
    return picked if element["type"] == "checkboxes" else picked[0] if picked else None


def submitted(view: Json, typed: Mapping[str, str] | None = None) -> Json:
    """The view as Slack sends it back, untouched or with something typed into it."""
    values = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element, field = block["element"], block["block_id"]
            initial, key = _INITIAL[element["type"]]
            nothing: list[Json] | None = [] if element["type"] == "checkboxes" else None
            said = chosen(element, typed[field]) if typed and field in typed else element.get(initial, nothing)
            values[field] = {element["action_id"]: {"type": element["type"], key: said}}
    return view | {"state": {"values": values}}


@pytest.mark.parametrize("step", STEPS[1:])
def test_what_was_typed_before_stays_in_every_step(step: str) -> None:
    view = form.form_view(samples.form_shown(step, samples.OPEN_FORM))
    assert form.read(submitted(view)) == {field: samples.VALUES[field] for field in _FIELDS[step]}
    assert form.meta(view) == (samples.FORM.id, step)
    assert view["callback_id"] == f"new.{step}"


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("number_of_offers", [2, 25])
def test_what_is_typed_comes_back(step: str, number_of_offers: int) -> None:
    empty = replace(samples.OPEN_FORM, values={})
    view = form.form_view(samples.form_shown(step, empty, number_of_offers))
    assert form.read(submitted(view, samples.VALUES)) == {field: samples.VALUES[field] for field in _FIELDS[step]}


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_of_the_last_step_is_a_row_until_it_is_opened(group: str) -> None:
    shut = form.form_view(samples.form_shown("send"))
    view = form.form_view(samples.form_shown("send", replace(samples.FORM, open=(group,))))
    opens = [f"{samples.FORM.id}:{each}" for each in GROUPS]
    assert form.read(submitted(shut)) == {}
    assert sorted(buttons(shut, form.OPEN)) == sorted(opens)
    assert sorted([*buttons(view, form.OPEN), f"{samples.FORM.id}:{group}"]) == sorted(opens)
    assert form.read(submitted(view)).keys() > set()


def test_what_was_found_stands_where_nothing_was_typed_and_says_whence() -> None:
    hints = {"org.city": ("Chicago", "Served now."), "org.name": ("Acme", "Served now.")}
    shown = samples.form_shown("company", replace(samples.FORM, values={"org.name": "Mine"}), hints=hints)
    view = form.form_view(shown)
    said = form.read(submitted(view))
    assert (said["org.city"], said["org.name"], said["org.street"]) == ("Chicago", "Mine", "")
    assert [b["block_id"] for b in view["blocks"] if b.get("hint", {}).get("text") == "Served now."] == ["org.city"]


def buttons(view: Json, action: str) -> list[str]:
    """What the view's buttons of this kind stand for."""
    elements = [each for b in view["blocks"] for each in (*b.get("elements", ()), b.get("accessory", {}))]
    return [each["value"] for each in elements if each.get("action_id") == action]


@pytest.mark.parametrize("step", STEPS)
def test_every_step_but_the_first_leads_back(step: str) -> None:
    back = buttons(form.form_view(samples.form_shown(step)), form.BACK)
    assert back == ([] if step == "project" else [samples.FORM.id])


def test_of_more_addresses_than_fit_whole_lines_are_kept_and_the_rest_is_said() -> None:
    view = form.form_view(samples.form_shown("names", samples.WORST_FORM, began=None))
    kept = form.read(submitted(view))["names"].splitlines()
    assert kept == list(samples.MANY_NAMES[: len(kept)])
    assert f"Only the first {len(kept)} of 100" in view["blocks"][0]["text"]["text"]


@pytest.mark.parametrize(
    ("view", "about", "field"),
    [
        (dialogs.refuse("o-1"), "o-1", "reason"),
        (dialogs.allow_second("f-1"), "f-1", "reason"),
        (dialogs.number("o-1"), "o-1", "number"),
        (dialogs.number("o-1", dialogs.BOUGHT_AS), "o-1", "number"),
    ],
)
def test_a_dialog_gives_back_what_it_is_about_and_what_was_typed(view: Json, about: str, field: str) -> None:
    sent = submitted(view, {field: "3515691 <because>"})
    assert (dialogs.about(sent), parts.read(sent)) == (about, {field: "3515691 <because>"})


def test_an_override_names_what_was_ticked_and_drops_what_changed_since() -> None:
    stops = [replace(samples.STOP, subject=subject) for subject in ("a", "b", "c")]
    view = dialogs.override("o-1", stops)
    marks = [each["value"] for each in view["blocks"][1]["element"]["options"]]
    said = parts.read(submitted(view, {"stops": "\n".join(marks[1:]), "reason": "They filed it"}))
    assert (dialogs.ticked(said["stops"], stops), said["reason"]) == ((stops[1].key, stops[2].key), "They filed it")
    changed = [*stops[:2], replace(stops[2], evidence="something else")]
    assert dialogs.ticked(said["stops"], changed) == (stops[1].key,)


def test_a_projects_form_gives_back_its_values() -> None:
    values = {"name": "Acme", "client_name": "Acme & Co", "owner": "U0PM", "stand_in": "", "engineer": "U0ENG",
              "launch": "2026-12-10", "kick_off": "2026-11-02", "sprint_weeks": "3", "targets": "web-1\nweb-2",
              "not_needed": ""}  # fmt: skip
    view = dialogs.project("C0ACME", values)
    assert (dialogs.about(view), parts.read(submitted(view))) == ("C0ACME", values)


def test_a_review_is_a_yes_to_the_digest_it_showed() -> None:
    shown = samples.review()
    assert review.read(review.review(shown)) == (shown.facts.order.id, samples.usual(Status.AWAITING_APPROVAL).digest)


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
