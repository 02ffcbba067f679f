"""All settings, read in one place: environment, `.env`, and any value from a file by `NAME_FILE`.

One error names everything that is wrong. Secrets show as stars wherever a setting is printed.
"""

import os
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dns.inet import is_address
from pydantic import AfterValidator, BeforeValidator, Field, FilePath, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, InitSettingsSource, SettingsConfigDict
from pydantic_settings import PydanticBaseSettingsSource as Source
from sqlalchemy import make_url

from bot.domain.approval import Buying
from bot.domain.request import Contact, Organisation
from bot.lookups.rdap import IANA
from bot.vault import LocalVault

LIVE_URL, TEST_URL = "https://rr-n1-tor.opensrs.net:55443/", "https://horizon.opensrs.net:55443/"

_CONTACT = re.compile(r"(\S+) (.+) <([^<>@\s]+@[^<>@\s]+)> (\+\d{1,3}\.\d{4,14})")
_NONE = SecretStr("")
_Item = TypeVar("_Item")


def _must(fits: Callable[[str], object], sentence: str) -> AfterValidator:
    """Refuses, with the sentence, a value that does not fit."""

    def judged(value: str) -> str:
        with suppress(Exception):  # however its reader says no
            if fits(value):
                return value
        raise ValueError(sentence)

    return AfterValidator(judged)


def _split(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _is_resolver(text: str) -> bool:
    server = urlsplit(f"//{text}")
    return server.port != 0 and is_address(server.hostname or "")


def _organisation(text: object) -> Organisation:
    parts = [part.strip() for part in str(text).split(";")]
    if len(parts) != 7 or not all(parts):
        raise ValueError("seven parts, separated by semicolons: Name; Street; City; State; Postal code; Country; Phone")
    return Organisation(*parts)


def _contact(text: object) -> Contact | None:
    found = _CONTACT.fullmatch(str(text))
    if text and not found:
        raise ValueError("write it like: First Last <mail@example.com> +1.3125550100")
    return replace(Contact(*found.groups()), title="Certificates") if found else None


def _opens(keys: SecretStr) -> SecretStr:
    LocalVault(keys.get_secret_value().split(","))  # ValueError, without the key, when it is none
    return keys


_PERSON = BeforeValidator(_contact)
_Many = Annotated[tuple[_Item, ...], BeforeValidator(_split)]
_Resolver = Annotated[str, _must(_is_resolver, "write each like 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]")]
_Zone = Annotated[str, _must(ZoneInfo, "no such time zone; use a name like America/Chicago")]
_Company = Annotated[Organisation, BeforeValidator(_organisation)]
_MasterKeys = Annotated[SecretStr, AfterValidator(_opens)]
_Database = Annotated[
    str, _must(make_url, "write it like sqlite:///var/certdesk.db or postgresql+psycopg://user@host/name")
]


def _in_files(fields: Iterable[str]) -> dict[str, object]:
    """`NAME_FILE=path` gives NAME the content of that file; else the error to be raised with the others."""
    given: dict[str, object] = {}
    for field in fields:
        name = f"{field.upper()}_FILE"
        if path := os.environ.get(name):
            try:
                given[field] = Path(path).read_text(encoding="utf-8").rstrip("\n")
            except (OSError, UnicodeDecodeError):
                given[field] = ValueError(f"{name} names a file that cannot be read")
    return given


class Settings(BaseSettings):
    """What the operator decides."""

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True, enable_decoding=False
    )

    slack_bot_token: SecretStr = Field(description="The bot's token, xoxb-…, from the app's OAuth page.")
    slack_app_token: SecretStr = Field(_NONE, description="The app-level token, xapp-…; needed for Socket Mode.")
    slack_signing_secret: SecretStr = Field(_NONE, description="The app's signing secret; needed for HTTP mode.")
    slack_mode: Literal["socket", "http"] = Field(
        "socket",
        description="How Slack reaches the desk: socket needs no public address; http: signed requests to PORT.",
    )
    slack_api_url: str = Field("https://slack.com/api/", description="Where Slack's Web API is.")
    slack_pace: float = Field(1.0, ge=0, description="Seconds between two posts to one channel after a short burst.")
    port: int = Field(3000, description="Where HTTP mode listens.")
    approvers: _Many[str] = Field(description="User ids of everybody who may approve a purchase, separated by commas.")
    approver_group: str = Field("", description="A user group's id whose members may approve as well; asked live.")
    admins: _Many[str] = Field((), description="User ids who may pause buying, separated by commas.")
    admin_channel: str = Field("", description="Id of the private channel that gets pauses and the daily audit anchor.")
    allow_self_approval: bool = Field(
        default=False, description="In a small shop an approver may approve what they asked for; card and audit say so."
    )
    buying: Buying = Field(
        Buying.BY_HAND,
        description="off: nothing; by_hand: an engineer adds the approved draft in the panel; auto: the desk.",
    )
    buy_limit_order: Decimal | None = Field(None, description="Above this price in USD two approvers are needed.")
    buy_limit_day: Decimal | None = Field(None, description="Over this many USD a day the desk buys nothing more.")
    desk_time_zone: _Zone = Field("America/Chicago", description="The agency's time zone, for working days and limits.")
    holidays: _Many[date] = Field((), description="Days nobody works, as ISO dates separated by commas.")
    agency_address: _Company = Field(description="Name; Street; City; State; Postal code; Country code; Phone.")
    agency_contact: Annotated[Contact, _PERSON] = Field(
        description="Who at the agency the authority may ask: First Last <mail> +1.3125550100."
    )
    billing_contact: Annotated[Contact | None, _PERSON] = Field(
        None, description="The agency's accounts person, in the same form."
    )
    opensrs_environment: Literal["test", "live"] = Field("test", description="Which OpenSRS system; live spends money.")
    opensrs_url: str = Field("", description="Another address than the environment's own.")
    opensrs_username: str = Field(description="The reseller user name.")
    opensrs_key: SecretStr = Field(description="The reseller's API key.")
    catalogue: FilePath | None = Field(None, description="A TOML file with the account's own products and prices.")
    database_url: _Database = Field(  # it may hold a password
        "sqlite:///var/certdesk.db", repr=False, exclude=True, description="SQLite, or postgresql+psycopg://… for more."
    )
    vault_key: _MasterKeys = Field(description="Master keys from `certdesk init`, separated by commas, newest first.")
    dns_servers: _Many[_Resolver] = Field((), description="Resolvers as address or address:port; empty: the system's.")
    rdap_bootstrap: str = Field(IANA, description="Where the list of domain registers is.")
    lookup_allow: _Many[IPv4Network | IPv6Network] = Field(
        (), description="Networks that look-ups may reach besides public addresses, such as staging; by commas."
    )
    https_port: int = Field(443, ge=1, le=65535, description="Where web servers are asked for their certificate.")
    tick_seconds: float = Field(1.0, gt=0, description="How often each process looks for due work.")
    ops_address: str = Field("127.0.0.1:9464", description="Where health and metrics answer; empty for nowhere.")
    clock_offset_file: Path | None = Field(None, description="Trials on loopback: a file with seconds to add.")

    @classmethod
    def settings_customise_sources(cls, settings_cls: type[BaseSettings], *_: Any, **given: Any) -> tuple[Source, ...]:
        """Environment first, then files, then `.env`; pydantic hands over its sources by name."""
        files = InitSettingsSource(settings_cls, _in_files(settings_cls.model_fields))
        return given["init_settings"], given["env_settings"], files, given["dotenv_settings"]

    @field_validator("*", mode="before")
    @classmethod
    def _readable(cls, value: object) -> object:
        if isinstance(value, ValueError):
            raise value
        return value

    @model_validator(mode="after")
    def _together(self) -> Self:
        live, local = self.opensrs_environment == "live", [is_loopback(url) for url in self.outside]
        socket = self.slack_mode == "socket"
        rules = {
            "SLACK_APP_TOKEN is needed for SLACK_MODE=socket": self.slack_app_token or not socket,
            "SLACK_SIGNING_SECRET is needed for SLACK_MODE=http": self.slack_signing_secret or socket,
            "loopback addresses are refused while OPENSRS_ENVIRONMENT=live": not live or not any(local),
            "CLOCK_OFFSET_FILE needs every outside address to be loopback": all(local) or not self.clock_offset_file,
        }
        if wrong := [sentence for sentence, kept in rules.items() if not kept]:
            raise ValueError("; ".join(wrong))
        return self

    @property
    def outside(self) -> tuple[str, ...]:
        """Every outside address the desk talks to."""
        return (self.slack_api_url, self.supplier_url, self.rdap_bootstrap)

    @property
    def supplier_url(self) -> str:
        """Where OpenSRS is."""
        return self.opensrs_url or (LIVE_URL if self.opensrs_environment == "live" else TEST_URL)


def is_loopback(url: str) -> bool:
    """Whether an address is this machine's own."""
    host = urlsplit(url).hostname or ""
    return host == "localhost" or (is_address(host) and ip_address(host).is_loopback)


def read() -> Settings:
    """The settings; pydantic's ValidationError names everything that is wrong."""
    return Settings.model_validate({})  # everything comes from the environment and its files
