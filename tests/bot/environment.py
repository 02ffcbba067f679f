"""Settings for tests of what is put together from them: everything that must be given, each secret recognisable."""

from __future__ import annotations

import os
from typing import Any

import pytest

from bot.settings import Settings

SECRETS = {
    "SLACK_BOT_TOKEN": "xoxb-1-Canary-in-the-token", "SLACK_APP_TOKEN": "xapp-1-Canary-in-the-token",
    "SLACK_SIGNING_SECRET": "0123456789abcdefcafe0123456789ab", "OPENSRS_KEY": "5eed" * 28,
    "VAULT_KEY": "Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2E=",
}  # fmt: skip
GIVEN = {
    **SECRETS, "APPROVERS": "U1, U2",
    "AGENCY_ADDRESS": "Agency LLC; 1 Main St; Chicago; Illinois; 60601; US; +1.3125550100",
    "AGENCY_CONTACT": "Erik Engineer <certs@agency.example> +1.3125550101", "OPENSRS_USERNAME": "agency",
}  # fmt: skip


def put(monkeypatch: pytest.MonkeyPatch, **changes: str | None) -> None:
    """Make the environment hold GIVEN with these changes and no other setting; None takes one away."""
    for name in [n for n in os.environ if n.removesuffix("_FILE").lower() in Settings.model_fields]:
        monkeypatch.delenv(name)
    for name, value in {**GIVEN, **changes}.items():
        if value is not None:
            monkeypatch.setenv(name, value)


def settings(**changes: Any) -> Settings:
    """The settings of GIVEN with these changes, by field."""
    given: dict[str, Any] = {name.lower(): value for name, value in GIVEN.items()}
    return Settings(**{**given, "_env_file": None, **changes})
