"""Put together from settings: what refuses to start, what the rules are told, what each process starts."""

import inspect
import pkgutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select

import bot.checks
from bot.app import CHECKS, Running, build, policy_of, post_anchor
from bot.domain.approval import Buying, Policy
from bot.domain.findings import AGE_LIMITS
from bot.domain.notices import Notice
from bot.domain.request import Contact
from bot.settings import Settings
from bot.store.body import load
from bot.store.engine import open_engine
from bot.store.migrate import migrate
from bot.store.tables import outbox
from bot.vault import new_master_key
from tests.bot.environment import settings
from tests.sandbox.slack import Workspace

MANIFEST = yaml.safe_load((Path(__file__).parents[2] / "manifest.yml").read_text(encoding="utf-8"))
DAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def slack() -> Iterator[Workspace]:
    with Workspace(MANIFEST) as workspace:
        yield workspace


Given = Callable[..., Settings]
Build = Callable[[Settings], Running]


@pytest.fixture
def given(tmp_path: Path, slack: Workspace) -> Given:
    """Settings for a desk in front of the workspace, with a database of its own."""

    def make(**changes: Any) -> Settings:
        return settings(
            slack_api_url=slack.api_url, slack_bot_token=slack.bot_token, slack_app_token=slack.app_token,
            database_url=f"sqlite:///{tmp_path / 'desk.db'}", vault_key=changes.pop("vault_key", new_master_key()),
            ops_address="127.0.0.1:0", opensrs_url="http://127.0.0.1:9/", **changes,
        )  # fmt: skip

    return make


@pytest.fixture
def built() -> Iterator[Build]:
    made: list[Running] = []

    def build_it(wanted: Settings) -> Running:
        engine = open_engine(wanted.database_url)
        migrate(engine)
        engine.dispose()
        made.append(build(wanted))
        return made[-1]

    yield build_it
    for running in made:
        running.engine.dispose()


# -- what is put in


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
    given: Given, built: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "s")
    assert built(given()).app.oauth_flow is None


def test_a_catalogue_of_the_accounts_own_replaces_the_standard_one(given: Given, built: Build, tmp_path: Path) -> None:
    own = """[products.mine]
    title = "Mine"
    brand = "B"
    level = "DV"
    wildcard = false
    extra_names = 0
    days = [0, 1]
    standing = "confirmed"
    price = 1.50
    """
    (tmp_path / "own.toml").write_text(own, encoding="utf-8")
    products = built(given(catalogue=tmp_path / "own.toml")).desk.gear.supplier.products()
    assert [(product.code, product.price) for product in products] == [("mine", Decimal("1.50"))]


# -- the daily anchor


def test_the_audit_is_anchored_and_posted_once_a_day(given: Given, built: Build) -> None:
    running = built(given(admin_channel="C9"))
    for day in (DAY, DAY, DAY + timedelta(days=1)):
        post_anchor(running.desk.gear, running.audit, day)
    with running.engine.begin() as connection:
        rows = connection.scalars(select(outbox.c.notice).order_by(outbox.c.id)).all()
    lines = [load(Notice, row).fact("anchor") for row in rows if row]
    assert [line.split()[2] for line in lines] == ["2026-11-23", "2026-11-24"]
    assert all(running.audit.verify_all(line) is None for line in lines)


# -- running
