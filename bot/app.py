"""The composition root: settings in, running desk out. The tuple of checks stands here."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy import Engine, text

from bot.checks.contacts import Contacts
from bot.checks.coverage import Coverage
from bot.checks.duplicates import Duplicates
from bot.checks.key_csr import KeyCsr
from bot.checks.names import Names, normalise, registrable
from bot.checks.period import Period
from bot.checks.registration import Registered
from bot.checks.standing import Standing, register_of
from bot.checks.subject import Subject
from bot.checks.supplier import Supply
from bot.clock import RandomIds, SystemClock
from bot.domain.approval import Policy
from bot.domain.notices import Notice, Told
from bot.domain.supply import Account
from bot.guard import Guard
from bot.jobs import KEEP, Worker
from bot.keys import Pki
from bot.lookups import PublicLookups
from bot.lookups.dns import DNS_PORT, Dns
from bot.ports import Check
from bot.service.desk import Desk
from bot.service.gear import Gear
from bot.service.send import Send
from bot.settings import Settings, is_loopback
from bot.store.audit import Audit
from bot.store.engine import open_engine
from bot.store.jobs import JobTable
from bot.store.migrate import is_current
from bot.store.outbox import Outbox
from bot.store.unit import SqlStore, kept, sweep_forms
from bot.suppliers import catalogue
from bot.suppliers.opensrs.client import OpenSRSClient
from bot.suppliers.opensrs.supplier import OpenSRS
from bot.vault import KNOWN, LocalVault
from bot.web import ops, served
from handlers import attach
from handlers.notify import SlackNotifier
from handlers.people import SlackPeople

CHECKS: tuple[Check, ...] = (
    Names(), Subject(), Coverage(), KeyCsr(), Contacts(), Registered(), Standing(), Period(), Duplicates(), Supply(),
)  # fmt: skip

LISTENERS = 20  # threads; Slack gives three seconds, and five listeners at once would be too few
LISTENER_TIMEOUT, SENDER_TIMEOUT = 2, 10  # seconds


class NotReady(Exception):
    """The desk cannot start as things are; the text says what to do."""


@dataclass
class Running:
    """A desk put together: `app` answers Slack, `worker` runs jobs and sends the outbox."""

    desk: Desk
    app: App
    worker: Worker
    engine: Engine
    audit: Audit
    settings: Settings


def build(settings: Settings) -> Running:
    """Put a desk together; nothing runs yet. NotReady when the database or the vault's key is not as it must be."""
    engine = open_engine(settings.database_url)
    if not is_current(engine):
        raise NotReady("The database is not set up for this version: run `certdesk migrate` first.")
    clock, ids = SystemClock(settings.clock_offset_file), RandomIds()
    vault = LocalVault(settings.vault_key.get_secret_value().split(","))
    audit_key = vault.subkey(kept(engine, KNOWN, vault.known_value), "audit")
    client = web_client(settings, LISTENER_TIMEOUT)
    people = SlackPeople(client, clock, team_of(client), frozenset(settings.approvers), settings.approver_group)
    notifier = SlackNotifier(web_client(settings, SENDER_TIMEOUT), settings.admin_channel)
    policy = policy_of(settings)
    gear = Gear(
        store=SqlStore(engine, clock, ids, audit_key), clock=clock, ids=ids, vault=vault, pki=Pki(),
        supplier=supplier_of(settings, clock), checks=CHECKS, people=people, screens=notifier,
        policy=policy, read_names=normalise, domain=registrable, lookups=lookups_of(settings, clock),
        register=register_of,
    )  # fmt: skip
    desk, audit = Desk(gear), Audit(engine, audit_key)
    jobs, outbox = JobTable(engine), Outbox(engine)

    def sweep() -> None:
        before = clock.now() - KEEP
        jobs.sweep(before)
        outbox.sweep(before)
        sweep_forms(engine, before)

    worker = Worker(
        desk.jobs, jobs, Send(gear, outbox, notifier, settings.slack_pace), clock,
        owner=ids.new("w"), tick_seconds=settings.tick_seconds, daily=(sweep, partial(post_anchor, gear, audit)),
    )  # fmt: skip
    return Running(desk, bolt_app(settings, client, desk), worker, engine, audit, settings)


def post_anchor(gear: Gear, audit: Audit) -> None:
    """Once a day: anchor every audit chain, and post the line where the database's owner cannot change it."""
    day = gear.now().date()
    line = audit.anchor(day)
    with gear.store.unit() as unit:
        if unit.set_flag("anchored", day.isoformat()) and gear.policy.admin_channel:
            unit.tell(Notice(Told.ANCHOR, facts=(("anchor", line),)))


def web_client(settings: Settings, timeout: int) -> WebClient:
    """A Slack client; nothing is repeated by itself."""
    token = settings.slack_bot_token.get_secret_value()
    return WebClient(token, base_url=settings.slack_api_url, timeout=timeout, retry_handlers=[])


def team_of(client: WebClient) -> str:
    """The workspace's id: members of any other are strangers. NotReady when Slack does not say."""
    try:
        return str(client.auth_test()["team_id"])
    except SlackApiError as error:
        raise NotReady(f"Slack says no: {error.response['error']}") from None
    except OSError as error:
        raise NotReady(f"Slack does not answer: {error}") from None


def supplier_of(settings: Settings, clock: SystemClock) -> OpenSRS:
    """OpenSRS with the account's catalogue."""
    client = OpenSRSClient(settings.supplier_url, settings.opensrs_username, settings.opensrs_key.get_secret_value())
    account = Account("opensrs", settings.opensrs_username, settings.opensrs_environment)
    products = catalogue.load(settings.catalogue.read_text("utf-8")) if settings.catalogue else catalogue.standard()
    return OpenSRS(client, account, settings.agency_address, products, clock)


def lookups_of(settings: Settings, clock: SystemClock) -> PublicLookups:
    """Public sources behind the guard. In a trial, where everything outside is this machine, every port is open."""
    register, trial = urlsplit(settings.rdap_bootstrap).port, all(map(is_loopback, settings.outside))
    dns = Dns(settings.dns_servers, one_port=trial)
    ports = range(1, 65536) if trial else {DNS_PORT, 80, 443, settings.https_port, register or 443}
    guard = Guard(dns.addresses, settings.lookup_allow, ports)
    return PublicLookups(clock, guard, dns, settings.rdap_bootstrap, settings.https_port)


def policy_of(settings: Settings) -> Policy:
    """What the operator decided, for the rules."""
    return Policy(
        approvers=frozenset(settings.approvers),
        admins=frozenset(settings.admins),
        admin_channel=settings.admin_channel,
        buying=settings.buying,
        limit_order=settings.buy_limit_order,
        limit_day=settings.buy_limit_day,
        self_approval=settings.allow_self_approval,
        time_zone=settings.desk_time_zone,
        holidays=frozenset(settings.holidays),
        billing=settings.billing_contact or settings.agency_contact,
        agency=settings.agency_contact,
    )


def bolt_app(settings: Settings, client: WebClient, desk: Desk) -> App:
    """Bolt with the whole Slack surface attached."""
    read_by_bolt = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_BOT_TOKEN")  # would make it another kind of app
    hidden = {name: os.environ.pop(name) for name in read_by_bolt if name in os.environ}
    app = App(
        client=client,
        signing_secret=settings.slack_signing_secret.get_secret_value() or "unused in socket mode",
        token_verification_enabled=False,
        listener_executor=ThreadPoolExecutor(LISTENERS, thread_name_prefix="listener"),
    )
    os.environ.update(hidden)
    attach(app, desk)
    return app


@contextmanager
def at_work(running: Running, *, web: bool = True, worker: bool = True) -> Iterator[None]:
    """Does what this process is for, for as long as this is open; at the end all has stopped."""
    settings = running.settings
    if web != worker and settings.database_url.startswith("sqlite"):
        raise NotReady("With SQLite everything runs in one process: use `certdesk run`, or move to PostgreSQL.")
    with ExitStack() as parts:
        if settings.ops_address:
            parts.enter_context(served(settings.ops_address, partial(ops, partial(ping, running.engine))))
        if worker:
            parts.enter_context(running.worker)
        if web and settings.slack_mode == "socket":  # no public address needed
            socket = SocketModeHandler(running.app, settings.slack_app_token.get_secret_value())
            parts.callback(socket.close)
            socket.connect()  # type: ignore[no-untyped-call] # Bolt's own handler
        elif web:
            parts.enter_context(served(f":{settings.port}", SlackRequestHandler(running.app, path="/slack/events")))
        yield


def ping(engine: Engine) -> None:
    """Raises unless the database answers."""
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
