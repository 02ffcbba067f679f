"""All settings, read in one place: environment, `.env`, and any value from a file by `NAME_FILE`.

One error names everything that is wrong. Secrets show as stars wherever a setting is printed.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, FilePath, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from bot.domain.approval import Buying
from bot.domain.request import Contact, Organisation
from bot.vault import LocalVault

_CONTACT = re.compile(r"(?P<first>\S+) (?P<last>.+) <(?P<email>[^<>@\s]+@[^<>@\s]+)> (?P<phone>\+\d{1,3}\.\d{4,14})")
_LIST = Annotated[tuple[str, ...], NoDecode]

LIVE_URL, TEST_URL = "https://rr-n1-tor.opensrs.net:55443/", "https://horizon.opensrs.net:55443/"


@dataclass(frozen=True)
class _Unreadable:
    """Stands where a file's content should; `name` is the variable that names the file."""

    name: str


class FromFiles(PydanticBaseSettingsSource):
    """`NAME_FILE=path` gives NAME the content of that file, without its last line break."""

    def get_field_value(self, _: object, field_name: str) -> tuple[Any, str, bool]:
        """The file's content, when the environment names one for this field."""
        name = f"{field_name.upper()}_FILE"
        path = os.environ.get(name)
        try:
            return (Path(path).read_text(encoding="utf-8").rstrip("\n") if path else None), field_name, False
        except (OSError, UnicodeDecodeError):
            return _Unreadable(name), field_name, False

    def __call__(self) -> dict[str, Any]:
        """Every field given by a file."""
        given = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in given.items() if value is not None}


class Settings(BaseSettings):
    """What the operator decides."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True)

    slack_bot_token: SecretStr = Field(description="The bot's token, xoxb-…, from the app's OAuth page.")
    slack_app_token: SecretStr = Field(
        SecretStr(""), description="The app-level token, xapp-…; needed for Socket Mode."
    )
    slack_signing_secret: SecretStr = Field(
        SecretStr(""), description="The app's signing secret; needed for HTTP mode."
    )
    slack_mode: Literal["socket", "http"] = Field(
        "socket",
        description="How Slack reaches the desk: socket needs no public address, http is signed requests to PORT.",
    )
    slack_api_url: str = Field("https://slack.com/api/", description="Where Slack's Web API is.")
    slack_pace: float = Field(1.0, ge=0, description="Seconds between two posts to one channel after a short burst.")
    port: int = Field(3000, description="Where HTTP mode listens.")
    approvers: _LIST = Field(description="User ids of everybody who may approve a purchase, separated by commas.")
    approver_group: str = Field("", description="A user group's id whose members may approve as well; asked live.")
    admins: _LIST = Field((), description="User ids who may pause buying, separated by commas.")
    admin_channel: str = Field("", description="Id of the private channel that gets pauses and the daily audit anchor.")
    allow_self_approval: bool = Field(
        default=False,
        description="For small shops: an approver may approve what they asked for; card and audit say so.",
    )
    buying: Buying = Field(
        Buying.BY_HAND,
        description="off: buy nothing; by_hand: an engineer adds the approved draft in the panel; auto: the desk does.",
    )
    buy_limit_order: Decimal | None = Field(None, description="Above this price in USD two approvers are needed.")
    buy_limit_day: Decimal | None = Field(None, description="Over this many USD a day the desk buys nothing more.")
    desk_time_zone: str = Field("America/Chicago", description="The agency's time zone, for working days and limits.")
    holidays: _LIST = Field((), description="Days nobody works, as ISO dates separated by commas.")
    agency_address: str = Field(
        description="The agency as: Name; Street; City; State; Postal code; Country code; Phone."
    )
    agency_contact: str = Field(description="Who at the agency the authority may ask: First Last <mail> +1.3125550100.")
    billing_contact: str = Field("", description="The agency's accounts person, in the same form.")
    opensrs_environment: Literal["test", "live"] = Field("test", description="Which OpenSRS system; live spends money.")
    opensrs_url: str = Field("", description="Another address than the environment's own.")
    opensrs_username: str = Field(description="The reseller user name.")
    opensrs_key: SecretStr = Field(description="The reseller's API key.")
    catalogue: FilePath | None = Field(None, description="A TOML file with the account's own products and prices.")
    database_url: str = Field(
        "sqlite:///var/certdesk.db",
        description="SQLite for one process on one machine; postgresql+psycopg://… for more.",
        repr=False,  # it may hold a password
        exclude=True,
    )
    vault_key: SecretStr = Field(
        description="The vault's master key from `certdesk init`; several, newest first, by commas."
    )
    tick_seconds: float = Field(1.0, gt=0, description="How often each process looks for due work.")
    ops_address: str = Field("127.0.0.1:9464", description="Where health and metrics answer; empty for nowhere.")
    clock_offset_file: Path | None = Field(
        None, description="For trials only: a file with seconds that business time is ahead; loopback addresses only."
    )

    @classmethod
    def settings_customise_sources(  # pydantic's own name and shape
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment first, then files, then `.env`."""
        del file_secret_settings
        return (init_settings, env_settings, FromFiles(settings_cls), dotenv_settings)

    @field_validator("*", mode="before")
    @classmethod
    def _readable(cls, value: object) -> object:
        match value:
            case _Unreadable(name):
                raise ValueError(f"{name} names a file that cannot be read")
        return value

    @field_validator("approvers", "admins", "holidays", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("database_url")
    @classmethod
    def _address(cls, value: str) -> str:
        try:
            make_url(value)
        except ArgumentError:
            raise ValueError("write it like sqlite:///var/certdesk.db or postgresql+psycopg://user@host/name") from None
        return value

    @field_validator("vault_key")
    @classmethod
    def _keys(cls, value: SecretStr) -> SecretStr:
        LocalVault(value.get_secret_value().split(","))  # ValueError, without the key, when it is none
        return value

    @field_validator("holidays")
    @classmethod
    def _days(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for day in value:
            date.fromisoformat(day)
        return value

    @field_validator("desk_time_zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("no such time zone; use a name like America/Chicago")
        return str(ZoneInfo(value))

    @field_validator("agency_contact", "billing_contact")
    @classmethod
    def _person(cls, value: str) -> str:
        if value and not _CONTACT.fullmatch(value):
            raise ValueError("write it like: First Last <mail@example.com> +1.3125550100")
        return value

    @field_validator("agency_address")
    @classmethod
    def _seven_parts(cls, value: str) -> str:
        if len([part for part in value.split(";") if part.strip()]) != 7:
            raise ValueError(
                "seven parts, separated by semicolons: Name; Street; City; State; Postal code; Country; Phone"
            )
        return value

    @model_validator(mode="after")
    def _together(self) -> Self:
        wrong = [
            sentence
            for sentence, so in {
                "SLACK_APP_TOKEN is needed for SLACK_MODE=socket": self.slack_mode == "socket"
                and not self.slack_app_token.get_secret_value(),
                "SLACK_SIGNING_SECRET is needed for SLACK_MODE=http": self.slack_mode == "http"
                and not self.slack_signing_secret.get_secret_value(),
                "loopback addresses are refused while OPENSRS_ENVIRONMENT=live": self.opensrs_environment == "live"
                and any(is_loopback(url) for url in self.outside),
                "CLOCK_OFFSET_FILE is for trials where every outside address is loopback": self.clock_offset_file
                is not None
                and not all(is_loopback(url) for url in self.outside),
            }.items()
            if so
        ]
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    @property
    def outside(self) -> tuple[str, ...]:
        """Every outside address the desk talks to."""
        return (self.slack_api_url, self.supplier_url)

    @property
    def supplier_url(self) -> str:
        """Where OpenSRS is."""
        return self.opensrs_url or (LIVE_URL if self.opensrs_environment == "live" else TEST_URL)

    @property
    def agency(self) -> Organisation:
        """The agency's own address."""
        return Organisation(*(part.strip() for part in self.agency_address.split(";")))

    def contact(self, text: str) -> Contact | None:
        """A contact setting as a contact."""
        found = _CONTACT.fullmatch(text)
        return Contact(found["first"], found["last"], found["email"], found["phone"], "Certificates") if found else None


def is_loopback(url: str) -> bool:
    """Whether an address is this machine's own."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def read() -> Settings:
    """The settings; pydantic's ValidationError names everything that is wrong."""
    given: dict[str, Any] = {}  # everything comes from the environment and its files
    return Settings(**given)
