"""A small real app, made with slack_bolt, that uses what the workspace stand-in offers."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final

import uvicorn
from slack_bolt import Ack, App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.starlette import SlackRequestHandler
from slack_sdk import WebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.sandbox.core import Serving
from tests.sandbox.slack import Workspace

Json = dict[str, Any]
SCOPES: Final = (
    "app_mentions:read channels:history channels:read chat:write commands files:read files:write groups:read im:history "
    "im:read im:write usergroups:read users:read users:read.email"
)
