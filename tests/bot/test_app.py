"""Put together from settings: every check looks, the rules are told what was decided, the audit is anchored daily."""

import inspect
import os
import pkgutil
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from importlib import import_module
from pathlib import Path

import pytest
from slack_sdk import WebClient

import bot.checks
from bot.app import CHECKS, bolt_app, policy_of, post_anchor, supplier_of
from bot.clock import SystemClock
from bot.domain.approval import Buying, Policy
from bot.domain.findings import AGE_LIMITS
from bot.domain.notices import Told
from bot.domain.request import Contact
from bot.store.audit import Audit
from tests.bot.environment import settings
from tests.builders import World, a_desk
from tests.sandbox.opensrs import OpenSRS


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with OpenSRS() as standin:
        made = a_desk(tmp_path, standin)
        yield made
        made.engine.dispose()


def test_every_check_there_is_looks() -> None:
    found = set()
    for module in pkgutil.iter_modules(bot.checks.__path__, "bot.checks."):
        members = inspect.getmembers(import_module(module.name), inspect.isclass)
        found |= {name for name, kind in members if hasattr(kind, "look") and kind.__module__ == module.name}
    assert {type(check).__name__ for check in CHECKS} == found
    assert len({check.name for check in CHECKS}) == len(CHECKS)
    assert {check.name for check in CHECKS} & set(AGE_LIMITS) == {"contacts", "supplier", "registration", "standing"}


def test_the_policy_is_what_the_operator_decided() -> None:
    known = settings(
        admins="U9", admin_channel="C9", buying="auto", buy_limit_order="300", buy_limit_day="1000",
        allow_self_approval=True, desk_time_zone="Europe/Berlin", holidays="2026-12-25",
        billing_contact="Bea Books <bea@agency.example> +1.3125550102",
    )  # fmt: skip
    erik = Contact("Erik", "Engineer", "certs@agency.example", "+1.3125550101", "Certificates")
    bea = Contact("Bea", "Books", "bea@agency.example", "+1.3125550102", "Certificates")
    assert policy_of(known) == Policy(
        approvers=frozenset({"U1", "U2"}), admins=frozenset({"U9"}), admin_channel="C9", buying=Buying.AUTO,
        limit_order=Decimal(300), limit_day=Decimal(1000), self_approval=True, time_zone="Europe/Berlin",
        holidays=frozenset({date(2026, 12, 25)}), billing=bea, agency=erik,
    )  # fmt: skip
    assert policy_of(settings()).billing == erik


def test_variables_that_would_make_bolt_another_kind_of_app_are_ignored(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = dict.fromkeys(("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_BOT_TOKEN"), "x")
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert bolt_app(settings(), WebClient("x"), world.desk).oauth_flow is None
    assert given.items() <= os.environ.items()


def test_a_catalogue_of_the_accounts_own_replaces_the_standard_one(tmp_path: Path) -> None:
    entry = 'title="Mine", brand="B", level="DV", wildcard=false, extra_names=0, days=[0, 1], standing="confirmed"'
    (tmp_path / "own.toml").write_text(f"products.mine = {{{entry}}}", encoding="utf-8")
    products = supplier_of(settings(catalogue=tmp_path / "own.toml"), SystemClock()).products()
    assert [product.code for product in products] == ["mine"]


def test_the_audit_is_anchored_and_posted_once_a_day(world: World) -> None:
    audit = Audit(world.engine, b"a" * 32)
    for days in (0, 0, 1):
        world.clock.advance(timedelta(days=days))
        post_anchor(world.gear, audit)
    lines = [notice.fact("anchor") for notice in world.told(Told.ANCHOR)]
    assert [line.split()[2] for line in lines] == ["2026-11-23", "2026-11-24"]
    assert all(audit.verify_all(line) is None for line in lines)
