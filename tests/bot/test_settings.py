"""Settings: everything wrong is named at once, and no secret is ever shown."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bot.domain.approval import Buying
from bot.domain.request import Contact, Organisation
from bot.settings import LIVE_URL, TEST_URL, is_loopback, read
from tests.bot.environment import GIVEN, SECRETS, put, settings

TRIAL = dict.fromkeys(("slack_api_url", "opensrs_url", "rdap_bootstrap"), "http://127.0.0.1:1/")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    put(monkeypatch)


def wrong(**changes: Any) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        settings(**changes)
    return caught.value


def fields(error: ValidationError) -> set[str]:
    return {str(each["loc"][0]) for each in error.errors(include_input=False)}


def test_what_must_be_given_is_enough() -> None:
    found = read()
    assert found.approvers == ("U1", "U2")
    assert (found.buying, found.opensrs_environment, found.ops_address) == (Buying.BY_HAND, "test", "127.0.0.1:9464")
    assert found.agency_address == Organisation(
        "Agency LLC", "1 Main St", "Chicago", "Illinois", "60601", "US", "+1.3125550100"
    )
    erik = Contact("Erik", "Engineer", "certs@agency.example", "+1.3125550101", "Certificates")
    assert (found.agency_contact, found.billing_contact) == (erik, None)


def test_everything_missing_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, **dict.fromkeys(GIVEN))
    with pytest.raises(ValidationError) as caught:
        read()
    assert {name.upper() for name in fields(caught.value)} == set(GIVEN) - {"SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"}


WRONG = {
    "slack_mode": "carrier pigeon", "slack_pace": -1, "port": "http", "buying": "sometimes", "buy_limit_order": "much",
    "desk_time_zone": "Chicago", "holidays": "2026-12-25, Boxing Day", "agency_address": "Agency LLC; Chicago",
    "agency_contact": "Erik", "billing_contact": "Bea <bea@agency.example>", "opensrs_environment": "production",
    "tick_seconds": 0, "vault_key": "short", "database_url": "somewhere", "catalogue": "nowhere.toml",
}  # fmt: skip


def test_all_that_is_wrong_stands_in_one_error() -> None:
    assert fields(wrong(**WRONG)) == set(WRONG)


@pytest.mark.parametrize(("changes", "named"), [
    ({"slack_app_token": ""}, "SLACK_APP_TOKEN"),
    ({"slack_mode": "http", "slack_signing_secret": ""}, "SLACK_SIGNING_SECRET"),
    ({**TRIAL, "opensrs_environment": "live"}, "OPENSRS_ENVIRONMENT=live"),
    ({"opensrs_url": TRIAL["opensrs_url"], "opensrs_environment": "live"}, "OPENSRS_ENVIRONMENT=live"),
    ({"slack_api_url": TRIAL["slack_api_url"], "opensrs_environment": "live"}, "OPENSRS_ENVIRONMENT=live"),
    ({"clock_offset_file": "clock"}, "CLOCK_OFFSET_FILE"),
    ({"clock_offset_file": "clock", "opensrs_url": TRIAL["opensrs_url"]}, "CLOCK_OFFSET_FILE"),
], ids=str)  # fmt: skip
def test_what_does_not_go_together_is_named(changes: dict[str, Any], named: str) -> None:
    assert named in str(wrong(**changes))


@pytest.mark.parametrize(("environment", "url"), [("live", LIVE_URL), ("test", TEST_URL)])
def test_each_environment_has_its_address(environment: str, url: str) -> None:
    assert settings(opensrs_environment=environment).supplier_url == url
    assert settings(opensrs_environment=environment, opensrs_url="https://other.example/").supplier_url != url


@pytest.mark.parametrize(("url", "is_it"), [
    ("http://127.9.9.9/", True), ("http://[::1]:80/", True), ("http://LOCALHOST/", True), ("nonsense", False),
    ("https://127.0.0.1.nip.example/", False), ("https://localhost.example/", False),
])  # fmt: skip
def test_only_this_machine_itself_is_loopback(url: str, *, is_it: bool) -> None:
    assert is_loopback(url) is is_it


def test_the_environment_goes_before_a_file_and_a_file_before_dotenv(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("OPENSRS_USERNAME=dotenv\nADMINS=U5,U6\nPORT=4000\n", encoding="utf-8")
    (tmp_path / "file").write_text("U7,U8\n", encoding="utf-8")
    for given, username in (({}, "agency"), ({"OPENSRS_USERNAME": None}, "U7,U8")):
        put(monkeypatch, **given, OPENSRS_USERNAME_FILE="file", ADMINS_FILE="file")
        found = read()
        assert (found.opensrs_username, found.admins, found.port) == (username, ("U7", "U8"), 4000)
    put(monkeypatch, OPENSRS_USERNAME=None)
    assert (read().opensrs_username, read().admins) == ("dotenv", ("U5", "U6"))


def test_a_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, OPENSRS_KEY=None, OPENSRS_KEY_FILE="nowhere", APPROVERS=None, APPROVERS_FILE="nobody", PORT="x")
    with pytest.raises(ValidationError) as caught:
        read()
    assert fields(caught.value) == {"opensrs_key", "approvers", "port"}
    assert "OPENSRS_KEY_FILE names a file that cannot be read" in str(caught.value)


def test_lists_and_amounts_are_read_as_people_write_them() -> None:
    found = settings(admins=" U1 ,,U2, ", holidays="2026-12-25", buy_limit_day="1000.50", billing_contact="")
    assert (found.admins, found.holidays, found.billing_contact) == (("U1", "U2"), (date(2026, 12, 25),), None)
    assert found.buy_limit_day == Decimal("1000.50")


@pytest.mark.parametrize("field", [name.lower() for name in SECRETS])
def test_a_secret_that_is_wrong_elsewhere_is_not_shown_in_the_error(field: str) -> None:
    error = wrong(port="x", **{"slack_mode": "y", field: {"not": SECRETS[field.upper()]}})
    assert SECRETS[field.upper()] not in str(error)
