"""`certdesk`: run, web, worker, init, check, migrate, audit, vault, export. Each a few lines; the work is elsewhere."""

import argparse
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from bot import logs
from bot.app import NotReady, Running, at_work, build, supplier_of, team_of, web_client
from bot.clock import SystemClock
from bot.domain.errors import BadInput, DeskError
from bot.settings import Settings, read
from bot.store.engine import open_engine
from bot.store.migrate import migrate as migrate_database
from bot.store.unit import rewrap_keys
from bot.vault import KNOWN, LocalVault, new_master_key


def run(settings: Settings, *, web: bool = True, worker: bool = True) -> int:
    """Everything in one process, until SIGTERM or Ctrl-C."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with at_work(build(settings), web=web, worker=worker):
        print("certdesk runs", flush=True)
        stop.wait()
    return 0


def init() -> int:
    """Make a master key for the vault."""
    print(f"VAULT_KEY={new_master_key()}")
    print("Keep a copy elsewhere: without it no private key can be opened, and no backup holds it.", file=sys.stderr)
    return 0


def check(settings: Settings) -> int:
    """The settings are right; say whether Slack and OpenSRS answer."""
    tries: dict[str, Callable[[], object]] = {
        "Slack": lambda: team_of(web_client(settings, 10)),
        "OpenSRS": lambda: supplier_of(settings, SystemClock(settings.clock_offset_file)).funds(),
    }
    outcomes = {name: _outcome(call) for name, call in tries.items()}
    print("\n".join(f"{name}: {outcome}" for name, outcome in outcomes.items()))
    return 0 if set(outcomes.values()) == {"answers"} else 1


def _outcome(call: Callable[[], object]) -> str:
    try:
        call()
    except Exception as error:  # noqa: BLE001 - this command's whole job is to say what went wrong
        return f"{type(error).__name__}: {logs.redact(' '.join(str(error).split()))[:200]}"
    return "answers"


def migrate(settings: Settings) -> int:
    """Bring the database to this version; with SQLite its folder is made, too."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    migrate_database(open_engine(settings.database_url))
    print("The database is up to date.")
    return 0


def audit(settings: Settings, anchor: str | None = None) -> int:
    """Verify every audit chain, and one posted anchor line if given."""
    running: Running = build(settings)
    broken = running.audit.verify_all(anchor)
    print("The audit is whole." if broken is None else f"The audit is broken: {broken}")
    return 0 if broken is None else 1


def rotate(settings: Settings) -> int:
    """Seal every private key anew with the first of VAULT_KEY; the old key may be taken away afterwards."""
    running = build(settings)
    vault = LocalVault(settings.vault_key.get_secret_value().split(","))
    with running.desk.gear.store.unit() as unit:
        unit.set_flag(KNOWN, vault.rewrap(unit.flag(KNOWN), KNOWN))
    print(f"{rewrap_keys(running.engine, vault.rewrap)} keys sealed anew.")
    return 0


def export(settings: Settings, names: str, to: Path) -> int:
    """Write an order's request file, certificate and chain (never its key) into a folder."""
    running = build(settings)
    with running.desk.gear.store.unit() as unit:
        found = [order for order in unit.orders() if names in (order.id, *order.request.names)]
    order = next((order for order in found if order.certificate), None)
    if order is None or order.certificate is None:
        print("No issued certificate for that.", file=sys.stderr)
        return 1
    leaf, chain = order.certificate.leaf, "".join(order.certificate.chain)
    files = {"request.csr": order.csr, "certificate.pem": leaf, "chain.pem": chain, "fullchain.pem": leaf + chain}
    to.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (to / name).write_text(content, encoding="ascii")
    print(f"{order.id}: {', '.join(files)}")
    return 0


_COMMANDS: dict[str, Callable[[Settings, argparse.Namespace], int]] = {
    "run": lambda settings, _: run(settings),
    "web": lambda settings, _: run(settings, worker=False),
    "worker": lambda settings, _: run(settings, web=False),
    "check": lambda settings, _: check(settings),
    "migrate": lambda settings, _: migrate(settings),
    "vault": lambda settings, _: rotate(settings),
    "export": lambda settings, given: export(settings, given.names, given.to),
    "audit": lambda settings, given: audit(settings, given.anchor),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line, read the settings, do it."""
    parser = argparse.ArgumentParser("certdesk", description="The certificate desk.")
    commands = parser.add_subparsers(dest="command", required=True)
    parsers = {name: commands.add_parser(name) for name in ("init", *_COMMANDS)}
    parsers["audit"].add_argument("action", choices=["verify"])
    parsers["audit"].add_argument("--anchor")
    parsers["vault"].add_argument("action", choices=["rotate"])
    parsers["export"].add_argument("names", help="an order's id or one of its addresses")
    parsers["export"].add_argument("--to", type=Path, default=Path())
    given = parser.parse_args(arguments)
    logs.set_up()
    if given.command == "init":
        return init()
    try:
        return _COMMANDS[given.command](read(), given)
    except ValidationError as wrong:
        for error in wrong.errors(include_url=False, include_context=False, include_input=False):
            where = ".".join(map(str, error["loc"])).upper() or "settings"
            print(f"{where}: {error['msg']}", file=sys.stderr)
    except BadInput as wrong:
        print("\n".join(f"{where}: {sentence}" for where, sentence in wrong.fields.items()), file=sys.stderr)
    except SQLAlchemyError as trouble:
        print(f"The database cannot be used: {logs.redact(str(trouble.__cause__ or trouble))}", file=sys.stderr)
    except (NotReady, DeskError, OSError) as problem:
        print(problem, file=sys.stderr)
    return 2
