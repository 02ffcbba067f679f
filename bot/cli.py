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
from bot.app import KNOWN, NotReady, Running, build, start, supplier_of, team_of, web_client
from bot.clock import SystemClock
from bot.domain.errors import BadInput, DeskError
from bot.settings import Settings, read
from bot.store.engine import open_engine
from bot.store.migrate import migrate as migrate_database
from bot.store.unit import rewrap_keys
from bot.vault import LocalVault, new_master_key


def run(settings: Settings, *, web: bool = True, worker: bool = True) -> int:
    """Everything in one process, until SIGTERM or Ctrl-C."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    endings = start(build(settings), web=web, worker=worker)
    print("certdesk runs", flush=True)
    stop.wait()
    for end in endings:
        end()
    return 0


def init(_: Settings | None = None) -> int:
    """Make a master key for the vault."""
    print(f"VAULT_KEY={new_master_key()}")
    print(
        "Keep a copy somewhere else: without it no private key can be opened, and no backup holds it.", file=sys.stderr
    )
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
        unit.set_flag(KNOWN, vault.rewrap_known(unit.flag(KNOWN)))
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line, read the settings, do it."""
    parser = argparse.ArgumentParser("certdesk", description="The certificate desk.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("run", "web", "worker", "init", "check", "migrate"):
        commands.add_parser(name)
    verify = commands.add_parser("audit")
    verify.add_argument("verify", choices=["verify"])
    verify.add_argument("--anchor")
    commands.add_parser("vault").add_argument("rotate", choices=["rotate"])
    files = commands.add_parser("export")
    files.add_argument("names", help="an order's id or one of its addresses")
    files.add_argument("--to", type=Path, default=Path())
    given = parser.parse_args(arguments)
    logs.set_up()
    if given.command == "init":
        return init()
    try:
        return _dispatch(given, read())
    except ValidationError as wrong:
        for error in wrong.errors(include_url=False, include_context=False, include_input=False):
            print(
                f"{'.'.join(str(part) for part in error['loc']).upper() or 'settings'}: {error['msg']}", file=sys.stderr
            )
    except BadInput as wrong:
        print("\n".join(f"{where}: {sentence}" for where, sentence in wrong.fields.items()), file=sys.stderr)
    except (NotReady, DeskError) as problem:
        print(problem, file=sys.stderr)
    except SQLAlchemyError as trouble:
        print(f"The database cannot be used: {logs.redact(str(trouble.__cause__ or trouble))}", file=sys.stderr)
    except OSError as trouble:
        print(trouble, file=sys.stderr)
    return 2


def _dispatch(given: argparse.Namespace, settings: Settings) -> int:
    table: dict[str, Callable[[], int]] = {
        "run": lambda: run(settings),
        "web": lambda: run(settings, worker=False),
        "worker": lambda: run(settings, web=False),
        "check": lambda: check(settings),
        "migrate": lambda: migrate(settings),
        "vault": lambda: rotate(settings),
        "export": lambda: export(settings, given.names, given.to),
        "audit": lambda: audit(settings, given.anchor),
    }
    return table[given.command]()
