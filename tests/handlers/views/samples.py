"""Orders as views see them: like those of every day, and with everything as long and hostile as it may be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from bot.domain.approval import Buying, Policy
from bot.domain.client import Client, Project
from bot.domain.findings import Finding, Mender, Override, Verdict
from bot.domain.order import Approval, Attempt, Certificate, Hold, Move, Order, Second, Status, Vote
from bot.domain.request import Contact, Dcv, KeyType, Level, Organisation, Product, Purpose, Request, Standing
from bot.domain.supply import Account, Difference, Draft, Funds
from bot.ports import Entry
from bot.service import typed
from bot.shown.card import CardFacts, card_facts
from bot.shown.form import GROUPS, Form, FormShown
from bot.shown.found import DnsHost, Found, Registration, Served, Zone
from bot.shown.offer import Suggestion
from bot.shown.review import Review
from tests.fakes import FIRST

AT = datetime(2026, 11, 23, 11, 2, tzinfo=UTC)
HOSTILE = "<!channel> & <@U0EVIL> *bold* `code` \n<https://evil.test|click> Ünïcödé 株式会社 "
LONG = (HOSTILE * 10)[:700]
LONG_NAME = ".".join("x" * 62 for _ in range(4))[:249] + ".com"  # 253 characters
MANY_NAMES = tuple(f"{n:02d}{LONG_NAME[2:]}" for n in range(100))
PERSON = Contact("Ann", "Smith", "ann@acme.com", "+1.3125550123", "Head of IT")
COMPANY = Organisation("Acme LLC", "1 Main St", "Springfield", "Illinois", "62701", "US", "+1.2175550100", "0123-456")
PRODUCT = Product(
    "sslwebserver_wildcard", "Thawte SSL Webserver Wildcard, company checked", "Thawte", Level.OV, wildcard=True,
    extra_names=0, price=Decimal("449.00"), days=(2, 5), standing=Standing.CONFIRMED,
)  # fmt: skip
PROJECT = Project("C0ACME", "Acme shop", "k-acme", "U0PM", "U0STAND", "U0ENG", date(2026, 12, 10))
STOP = Finding("standing", "STANDING-1", Verdict.STOP, "Acme LLC is not in good standing in Illinois.",
               "They file their report.", "Acme LLC", "NGS", mender=Mender.CLIENT)  # fmt: skip

REQUEST = Request(
    ("*.acme.com",), Purpose.CUSTOMERS, PRODUCT.code, Level.OV, None, COMPANY, PERSON, PERSON, PERSON
)  # fmt: skip
ORDER = Order(
    "o-k3v9x2mq", PROJECT.id, "U0PM", REQUEST, Account("opensrs", "agency", "live"), Status.PREPARING, AT, AT,
    version=7, draft=Draft("3515690", AT, Decimal("449.00")), supplier_ids=("3515690",),
)  # fmt: skip
_CERTIFICATE = Certificate("PEM", (), "0A:0B", "Thawte TLS CA", ("*.acme.com",), AT, AT.replace(year=2027))
# what an order of every day has in each status beside the rest
_USUAL: dict[Status, dict[str, Any]] = {
    Status.HELD: {"hold": Hold(Mender.REQUESTER, (STOP.sentence, "We have no phone number the authority can call."))},
    Status.BUYING: {"attempts": (Attempt(0, 1, AT),), "raw_state": "pending"},
    Status.DOUBTFUL: {"votes": (Vote(Move.NOT_BOUGHT, "U0BOSS", AT, 0),), "raw_state": "cancelled"},
    Status.VALIDATING: {"raw_state": "awaiting-approval", "newest_note": "Waiting for the approver"},
    Status.ISSUED: {"certificate": _CERTIFICATE},
    Status.LIVE: {"certificate": _CERTIFICATE},
    Status.REFUSED: {"reason": "The launch moved to spring."},
    Status.DECLINED: {"reason": "The company could not be reached."},
}


def approved(order: Order, *people: str, own: bool = False) -> Order:
    return replace(order, approvals=tuple(Approval(order.digest, person, AT, own) for person in people))


def usual(status: Status, **changes: Any) -> Order:
    order = replace(ORDER, status=status, **{**_USUAL.get(status, {}), **changes})
    bought = status in (Status.BUYING, Status.DOUBTFUL, Status.VALIDATING, Status.ISSUED, Status.LIVE)
    return approved(order, "U0ENG") if bought else order


def worst(status: Status) -> Order:
    """Every field filled with as much as may come, much of it hostile."""
    findings = tuple(
        Finding("standing", f"RULE-{n}{HOSTILE}", verdict, LONG, LONG, LONG, f"{n}{LONG}", LONG)
        for n in range(15)
        for verdict in Verdict
    )
    person = Contact(LONG[:300], LONG[:300], "ann@acme.com", "+1.3125550123", LONG[:300])
    company = replace(COMPANY, name=HOSTILE * 4, street=LONG, city=LONG, state=LONG, registration_number=LONG)
    request = replace(
        REQUEST, names=MANY_NAMES, level=Level.EV, organisation=company, admin=person, dcv=Dcv.EMAIL,
        approver_email=f"admin@{LONG_NAME}", key_type=KeyType.P256, wanted_by=date(2026, 11, 24),
    )  # fmt: skip
    order = Order(
        ORDER.id, PROJECT.id, "U0PM", request, Account(LONG, LONG, LONG), status, AT, AT, version=10**9,
        draft=Draft(LONG, AT, Decimal("99999999.99")), drafting_at=AT, findings=findings,
        overrides=tuple(Override(f.key, f.rule, LONG, "U0BOSS", AT) for f in findings[:20]),
        attempts=(Attempt(0, 1, AT),) if status is Status.VALIDATING else (),
        votes=tuple(Vote(Move.BOUGHT_OUTSIDE, f"U0V{n}", AT, 0) for n in range(20)),
        hold=Hold(Mender.CLIENT, (LONG,) * 20), second=Second(LONG, "U0BOSS", LONG), supplier_ids=(LONG,),
        raw_state=LONG, newest_note=LONG, certificate=replace(_CERTIFICATE, warnings=(LONG,) * 9), lost_saves=9,
        cancel_wanted_by="U0PM", reason=LONG, blocked=LONG, outside=True,
    )  # fmt: skip
    return approved(order, *(f"U0A{n}" for n in range(5)), own=True)


def facts(order: Order, **changes: Any) -> CardFacts:
    policy = Policy(frozenset({"U0ENG", "U0BOSS"}), buying=Buying.AUTO)
    return replace(card_facts(order, PROJECT, PRODUCT, policy, policy.approvers, AT), **changes)


def worst_facts(status: Status) -> CardFacts:
    project = replace(PROJECT, name=LONG)
    product = replace(PRODUCT, title=LONG[:300])
    crowd = tuple(f"U0P{n}" for n in range(60))
    return facts(worst(status), project=project, product=product, next_people=crowd, buying=Buying.BY_HAND)


def offers(count: int = 2) -> tuple[Suggestion, ...]:
    cheap = replace(PRODUCT, code="rapidssl_wildcard", title="RapidSSL Wildcard, domain only", level=Level.DV,
                    price=None, days=(0, 1))  # fmt: skip
    kinds = [replace(cheap, code=f"{cheap.code}{n}", title=cheap.title * 4) for n in range(count - 2)]
    return (
        Suggestion(cheap, ("*.acme.com",), ("acme.com",), date(2026, 11, 24), in_time=True),
        Suggestion(PRODUCT, ("*.acme.com",), ("acme.com",), date(2026, 12, 11), in_time=False, why="usual"),
        *(Suggestion(kind, MANY_NAMES, MANY_NAMES, date(2026, 12, 11), in_time=None) for kind in kinds),
    )


VALUES = {
    "names": "*.acme.com\nacme.com", "purpose": "customers", "wanted_by": "2026-12-10", "product": PRODUCT.code,
    "org.name": "Acme & Söhne LLC <Ltd>", "org.street": "1 Main St", "org.city": "Springfield", "org.state": "Illinois",
    "org.postal_code": "62701", "org.country": "US", "org.phone": "+1.2175550100", "org.registration_number": "0123",
    "contact.first_name": "Ann", "contact.last_name": "Smith", "contact.title": "", "contact.email": "ann@acme.com",
    "contact.phone": "+1.3125550123", "dcv": "email", "approver_email": "admin@acme.com", "key_type": "p256",
    "own_csr": "-----BEGIN CERTIFICATE REQUEST-----\nMII\n-----END CERTIFICATE REQUEST-----",
    "buyer": "client", "engineer": FIRST, "ask_client": "yes", "project": PROJECT.id,
}  # fmt: skip
FORM = Form("f-a2b3c4d5", "U0PM", PROJECT.id, AT, VALUES)
OPEN_FORM = replace(FORM, open=GROUPS)
WORST_FORM = replace(OPEN_FORM, values={**dict.fromkeys(VALUES, LONG), "names": "\n".join(MANY_NAMES), "wanted_by": "",
                                        "own_csr": LONG * 9, "engineer": "U0ENG"})  # fmt: skip


def found(text: str) -> Found:
    """What public sources say, all of it this text."""
    return Found(
        AT, Registration(text, registered=True, expires_at=AT, registrar=text),
        Served(text, (text,) * 9, AT, text), Zone(text, text, hosts=(DnsHost(text),) * 9),
    )  # fmt: skip


def form_shown(step: str, form: Form = FORM, number_of_offers: int = 2, **changes: Any) -> FormShown:
    """A step of the form with all that it can show; the form at its worst with the worst of everything."""
    said, kinds = LONG if form is WORST_FORM else "acme.com", offers(number_of_offers)
    made = FormShown(
        form, step, PROJECT, Client(PROJECT.client_id, said, COMPANY, PERSON, AT, consent_at=AT), (PROJECT,), kinds,
        kinds[1], typed.told(form.values, (said,), kinds[1], company=True), (said,) * 20, began=FORM,
        first=step == "project", apex=form.values.get("names", "").rpartition("\n")[2], found=found(said), outsiders=2,
    )  # fmt: skip
    return replace(made, **changes)


def review(order: Order | None = None, **changes: Any) -> Review:
    shown = order or approved(usual(Status.AWAITING_APPROVAL))
    made = Review(
        facts(shown), shown.digest, Funds(Decimal("1200.50"), Decimal(0)), "2000",
        (("addresses", "acme.com", "*.acme.com"), ("price", "399.00", "449.00")), (), ("contacts",),
        (replace(STOP, verdict=Verdict.WARN),),
        csr=(("Subject", "C=US, ST=Illinois, L=Springfield, O=Acme LLC, CN=*.acme.com"), ("Signature", "verified")),
    )  # fmt: skip
    return replace(made, **changes)


def worst_review() -> Review:
    shown = worst(Status.AWAITING_APPROVAL)
    return Review(
        worst_facts(Status.AWAITING_APPROVAL), shown.digest, Funds(Decimal("99999999.99"), Decimal("1.00")), LONG,
        ((LONG, LONG, LONG),) * 50, (Difference(LONG, LONG, LONG),) * 50, (LONG,) * 50, shown.findings, own=True,
        csr=((LONG, LONG),) * 50,
    )  # fmt: skip


def entries(count: int = 3) -> list[Entry]:
    deeds = [("placed", "U0PM"), (Move.READY, "desk"), (Move.REFUSE, "U0BOSS")]
    made = [Entry(ORDER.id, AT, by, what, "d1") for what, by in deeds]
    return made + [Entry(ORDER.id, AT, LONG, LONG, LONG, ((LONG, LONG),) * 9) for _ in range(count - 3)]
