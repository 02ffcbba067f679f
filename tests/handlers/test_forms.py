"""What each submitted view asks of the desk, in typed values, and what its reader sees next."""

import pytest

from bot.domain.errors import BadInput, ChangedSince, IllegalMove, OpenOrderExists, PeopleUnknown
from bot.domain.findings import Finding, Verdict
from bot.domain.order import Status
from bot.service.ask import ProjectInput
from bot.shown.review import Review
from handlers.views import dialogs, form, review
from tests.handlers.desk import CHANNEL, a_form, an_order, facts_of
from tests.handlers.surface import Surface

ORDER = "o-aaaa2222"
STOP = Finding("caa", "CAA-1", Verdict.STOP, "The domain forbids this authority.")


def test_a_step_is_kept_and_leads_to_the_next(surface: Surface) -> None:
    surface.open(form.form_view(a_form(values={}), "names"))
    surface.person.fill("Web addresses", "acme.com\nwww.acme.com <&>")
    shown = surface.person.submit()
    saved = surface.desk.calls("ask.save_step")[0]
    assert (saved["form_id"], saved["user"]) == ("f-1", surface.person.id)
    assert saved["values"]["names"] == "acme.com\nwww.acme.com <&>"
    assert saved["values"].keys() == {"names", "purpose", "wanted_by"}
    assert shown.view is not None
    assert (shown.view.callback_id, shown.errors) == ("new.send", {})
    assert surface.desk.calls("ask.place") == []


@pytest.mark.parametrize("step", ["kind", "company", "contact", "send"])
def test_the_desk_says_which_step_is_next(surface: Surface, step: str) -> None:
    surface.desk.answers["ask.next_step"] = step
    surface.open(form.form_view(a_form(), "names"))
    shown = surface.person.submit()
    assert shown.view is not None
    assert shown.view.callback_id == f"new.{step}"
    offered = {"kind": 1, "send": 1}.get(step, 0)
    assert len(surface.desk.calls("ask.offers")) == offered


def test_kinds_stand_in_the_last_step_only_where_they_are_no_step_of_their_own(surface: Surface) -> None:
    surface.desk.answers["ask.steps"] = ("names", "kind", "company", "contact", "send")
    surface.open(form.form_view(a_form(), "names"))
    surface.person.submit()
    assert surface.desk.calls("ask.offers") == []


def test_after_the_last_step_the_order_is_placed(surface: Surface) -> None:
    surface.desk.answers["ask.next_step"] = ""
    surface.open(form.form_view(a_form(), "send"))
    surface.person.fill("The agency makes and keeps the secret key of this certificate.", ["Yes, that is agreed"])
    shown = surface.person.submit()
    assert surface.desk.calls("ask.place") == [{"form_id": "f-1", "user": surface.person.id}]
    assert shown.view is not None
    assert ORDER in shown.view.plain


def open_review(surface: Surface, digest: str = "d" * 64) -> None:
    surface.open(review.review(Review(facts_of(), digest)))


def test_an_approval_carries_the_digest_that_was_shown(surface: Surface) -> None:
    open_review(surface)
    assert surface.person.submit().closed
    assert surface.desk.calls("decide.approve") == [{"order_id": ORDER, "user": surface.person.id, "digest": "d" * 64}]


def test_an_old_digest_approves_nothing_and_is_read_again(surface: Surface) -> None:
    open_review(surface)
    assert surface.person.view is not None
    view_id = surface.person.view.id
    surface.desk.answers["decide.approve"] = ChangedSince(ORDER)
    shown = surface.person.submit()
    assert shown.view is not None
    assert "nothing was approved" in shown.view.plain
    assert shown.view.submit_label == ""
    assert surface.desk.calls("decide.begin_review") == [
        {"order_id": ORDER, "user": surface.person.id, "view_id": view_id}
    ]


def test_a_review_that_cannot_be_read_again_says_why(surface: Surface) -> None:
    open_review(surface)
    surface.desk.answers["decide.approve"] = ChangedSince(ORDER)
    surface.desk.answers["decide.begin_review"] = IllegalMove(ORDER, "held", "approve")
    shown = surface.person.submit()
    assert shown.view is not None
    assert "moved on" in shown.view.plain
    assert "Waiting for approval" in shown.view.plain


def test_a_refusal_carries_its_reason(surface: Surface) -> None:
    surface.open(dialogs.refuse(ORDER))
    surface.person.fill("Why?", "*wrong* <company>")
    assert surface.person.submit().closed
    assert surface.desk.calls("decide.refuse") == [
        {"order_id": ORDER, "user": surface.person.id, "reason": "*wrong* <company>"}
    ]


def test_an_override_names_the_findings_ticked(surface: Surface) -> None:
    surface.desk.answers["see.order"] = facts_of(an_order(status=Status.HELD, findings=(STOP,)))
    surface.open(dialogs.override(ORDER, [STOP]))
    surface.person.fill("Go on in spite of", [STOP.sentence])
    surface.person.fill("Why?", "agreed with the client")
    assert surface.person.submit().closed
    assert surface.desk.calls("decide.override") == [
        {
            "order_id": ORDER,
            "user": surface.person.id,
            "finding_keys": (STOP.key,),
            "reason": "agreed with the client",
        }
    ]


def test_a_second_order_is_allowed_with_its_reason(surface: Surface) -> None:
    surface.open(dialogs.allow_second("f-1"))
    surface.person.fill("Why are two needed?", "two teams")
    assert surface.person.submit().closed
    assert surface.desk.calls("ask.allow_second") == [
        {"form_id": "f-1", "user": surface.person.id, "reason": "two teams"}
    ]


@pytest.mark.parametrize(
    ("callback", "verb"), [("order.number", "resolve.order_number"), ("order.bought_as", "resolve.bought_as")]
)
def test_an_order_number_is_handed_over_as_typed(surface: Surface, callback: str, verb: str) -> None:
    surface.open(dialogs.number(ORDER, callback))
    surface.person.fill("Order number in OpenSRS’s panel", "00123")
    assert surface.person.submit().closed
    assert surface.desk.calls(verb) == [{"order_id": ORDER, "user": surface.person.id, "number": "00123"}]


def test_a_project_is_saved_as_typed(surface: Surface) -> None:
    surface.open(dialogs.project(CHANNEL, {"name": "Acme site", "client_name": "Acme", "owner": "U0OWNS"}))
    surface.person.fill("Launch", "2026-12-10")
    assert surface.person.submit().closed
    wanted = ProjectInput("Acme site", "Acme", "U0OWNS", "", "", "2026-12-10")
    assert surface.desk.calls("ask.set_up") == [{"channel": CHANNEL, "user": surface.person.id, "wanted": wanted}]


def test_what_was_typed_wrong_is_said_at_its_field(surface: Surface) -> None:
    surface.desk.answers["ask.save_step"] = BadInput({"names": "“acme” is no web address.", "org.city": "Where?"})
    surface.open(form.form_view(a_form(), "names"))
    shown = surface.person.submit()
    assert shown.errors == {"Web addresses": "“acme” is no web address."}
    assert not shown.closed


def test_what_another_step_lacks_is_said_above_this_one(surface: Surface) -> None:
    surface.desk.answers |= {"ask.next_step": "", "ask.place": BadInput({"names": "No kind fits these <addresses>."})}
    surface.open(form.form_view(a_form(values={"names": "acme.com", "consent": "yes"}), "send"))
    shown = surface.person.submit()
    assert shown.view is not None
    assert shown.view.callback_id == "new.send"
    assert "No kind fits these <addresses>." in shown.view.plain


def test_what_a_small_view_cannot_show_at_a_field_comes_on_top_of_it(surface: Surface) -> None:
    surface.desk.answers["decide.refuse"] = BadInput({"elsewhere": "That is too long."})
    surface.open(dialogs.refuse(ORDER))
    surface.person.fill("Why?", "because")
    shown = surface.person.submit()
    assert shown.view is not None
    assert "That is too long." in shown.view.plain
    surface.person.close()
    assert surface.person.view is not None
    assert surface.person.view.callback_id == "order.refuse"


def test_an_open_order_for_the_names_is_shown_with_its_ways_out(surface: Surface) -> None:
    surface.desk.answers |= {"ask.next_step": "", "ask.place": OpenOrderExists("o-bbbb3333", "f-1")}
    surface.open(form.form_view(a_form(values={"names": "acme.com", "consent": "yes"}), "send"))
    shown = surface.person.submit()
    assert shown.view is not None
    assert "o-bbbb3333" in shown.view.plain
    assert shown.view.buttons == ["Show it", "Ask for a second one"]


def test_trouble_on_the_way_leaves_the_form_as_it_is(surface: Surface) -> None:
    surface.desk.answers["ask.save_step"] = PeopleUnknown("U1")
    surface.open(form.form_view(a_form(values={}), "names"))
    surface.person.fill("Web addresses", "acme.com")
    surface.person.submit()
    surface.person.close()
    assert surface.person.view is not None
    assert surface.person.view.inputs["Web addresses"].value == "acme.com"
