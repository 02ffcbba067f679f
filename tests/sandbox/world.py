"""The world in a box: the stand-ins on loopback and the bot as a process of its own, through its ordinary settings.

Nothing of the bot is imported: it starts with an empty environment plus its own settings, as on a server.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import yaml

from tests.sandbox import leaks
from tests.sandbox.opensrs import OpenSRS
from tests.sandbox.registries import Registries
from tests.sandbox.slack import Channel, Person, Workspace

ROOT = Path(__file__).parents[2]
RESELLER_KEY = "5eed" * 28  # 112 characters, as real ones are; a canary, too: it must show up nowhere
KINDS = {  # code: title, brand, level, whether it is a wildcard, how many more names, days until issued, price
    "rapidssl": ("RapidSSL", "RapidSSL", "DV", "false", 0, [0, 1], "19.00"),
    "rapidssl_wildcard": ("RapidSSL Wildcard", "RapidSSL", "DV", "true", 0, [0, 1], "149.00"),
    "sslwebserver": ("Thawte SSL Web Server", "Thawte", "OV", "false", 4, [2, 5], "199.00"),
    "sslwebserver_wildcard": ("Thawte SSL Web Server Wildcard", "Thawte", "OV", "true", 0, [2, 5], "449.00"),
    "sslwebserver_ev": ("Thawte SSL Web Server with EV", "Thawte", "EV", "false", 4, [5, 9], "299.00"),
}
_KIND = (
    '{} = {{title="{}", brand="{}", level="{}", wildcard={}, extra_names={}, days={}, price={}, standing="confirmed"}}'
)
_BARE = ("PATH", "LANG", "LC_ALL", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG", "COVERAGE_FILE", "TMPDIR")


class Bot:
    """The bot's process. `log` is everything it wrote."""

    def __init__(self, environment: Mapping[str, str], folder: Path, program: tuple[str, ...] = ("-m", "bot")) -> None:
        self.environment, self.folder, self.program = dict(environment), folder, program
        self.log = folder / "bot.log"
        self.process: subprocess.Popen[bytes] | None = None

    def command(self, *arguments: str) -> str:
        """Run one command to its end; its output."""
        done = subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            check=False,
            text=True,
        )
        if done.returncode:
            raise AssertionError(
                f"certdesk {' '.join(arguments)} ended with {done.returncode}: {done.stdout}{done.stderr}"
            )
        return done.stdout

    def start(self, command: str = "run") -> None:
        """Start it as all in one, or as one of several processes; the workspace tells when it listens."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.program, command], env=self.environment, cwd=ROOT, stdout=log, stderr=log
            )

    def stop(self, how: int = signal.SIGTERM) -> int:
        """End it by its pid; its exit code."""
        if self.process is None:
            return 0
        self.process.send_signal(how)
        code = self.process.wait(timeout=30)
        self.process = None
        return code

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self.process is not None and self.process.poll() is None

    def written(self) -> str:
        """Everything it logged."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""


class World:
    """Slack, OpenSRS, a movable clock, a channel with its people, and the bot."""

    def __init__(self, settings: Mapping[str, str] | None = None, program: tuple[str, ...] = ("-m", "bot")) -> None:
        self._folder = TemporaryDirectory(prefix="certdesk-")
        self.folder = Path(self._folder.name)
        self._offset_file = self.folder / "clock"
        self._offset_file.write_text("0", encoding="ascii")
        self._lock = threading.Lock()
        self._offset = 0.0
        prices = {code: row[-1] for code, row in KINDS.items()}
        self.opensrs = OpenSRS(username="agency", key=RESELLER_KEY, clock=self.time, prices=prices, first_order_id=4711)
        manifest = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
        self.slack = Workspace(manifest, clock=self.time)
        self.registries = Registries(self.time)
        self.outside()
        self._people()
        self.opensrs.start()
        self.slack.start()
        self.bot = Bot({name: os.environ[name] for name in _BARE if name in os.environ}, self.folder, program)
        self.bot.environment |= {**self._settings(), **(settings or {})}

    def outside(self) -> None:
        """What the world says of the client's domain."""
        now = datetime.fromtimestamp(self.time(), UTC)
        today = now.date()
        self.registries.add("acme.com", today - timedelta(days=900), today + timedelta(days=700))
        self.registries.dns.set("acme.com", "NS", "ns51.domaincontrol.com.", "ns52.domaincontrol.com.")
        self.registries.dns.set("acme.com", "MX", "10 mail.acme.com.")
        self.registries.served.serve(
            "acme.com", "acme.com", "www.acme.com", organisation="Acme LLC", city="Chicago", state="Illinois",
            country="US", not_after=now + timedelta(days=40),
        )  # fmt: skip

    def _people(self) -> None:
        ws = self.slack
        self.pm = ws.add_person("paula", title="Project manager")
        self.engineer = ws.add_person(
            "erik", title="Engineer", real_name="Erik Engineer", email="erik@agency.com", phone="+1.3125550101"
        )
        self.second = ws.add_person("edith", title="Engineer")
        self.guest = ws.add_person("gustav", kind="guest")
        self.stranger = ws.add_person("stella", kind="stranger")
        self.admin = ws.add_person("ada", title="Head of engineering")
        everybody = (self.pm, self.engineer, self.second, self.guest, self.admin)
        self.channel = ws.add_channel("acme-website", everybody)
        self.office = ws.add_channel("certdesk-admins", (self.admin,), private=True)

    def _settings(self) -> dict[str, str]:
        ws = self.slack
        prices = self.folder / "catalogue.toml"
        rows = [_KIND.format(code, *row) for code, row in KINDS.items()]
        prices.write_text("\n".join(["[products]", *rows]), encoding="utf-8")
        return {
            "SLACK_BOT_TOKEN": ws.bot_token, "SLACK_APP_TOKEN": ws.app_token, "SLACK_API_URL": ws.api_url,
            "SLACK_PACE": "0", "APPROVERS": f"{self.engineer.id},{self.second.id},{self.pm.id}",
            "ADMINS": self.admin.id,
            "ADMIN_CHANNEL": self.office.id, "BUYING": "auto", "DESK_TIME_ZONE": "America/Chicago",
            "BUY_LIMIT_ORDER": "1000", "BUY_LIMIT_DAY": "2000",
            "AGENCY_ADDRESS": "Agency LLC; 1 Main Street; Chicago; Illinois; 60601; US; +1.3125550100",
            "AGENCY_CONTACT": "Erik Engineer <certs@agency.example> +1.3125550101",
            "BILLING_CONTACT": "Bea Books <accounts@agency.example> +1.3125550102",
            "OPENSRS_URL": self.opensrs.url, "OPENSRS_USERNAME": "agency", "OPENSRS_KEY": RESELLER_KEY,
            "CATALOGUE": str(prices), "DATABASE_URL": f"sqlite:///{self.folder / 'certdesk.db'}",
            "VAULT_KEY": self.bot.command("init").strip().removeprefix("VAULT_KEY="),
            "RDAP_BOOTSTRAP": self.registries.rdap_bootstrap, "DNS_SERVERS": self.registries.dns_server,
            "HTTPS_PORT": str(self.registries.https_port), "LOOKUP_ALLOW": "127.0.0.0/8",
            "TICK_SECONDS": "0.1", "OPS_ADDRESS": "", "CLOCK_OFFSET_FILE": str(self._offset_file),
        }  # fmt: skip

    # -- life ----------------------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        self.bot.command("migrate")
        self.start_bot()
        return self

    def start_bot(self) -> None:
        """Start the bot and wait until it can be reached."""
        self.bot.start()
        self.slack.wait_for_bot(timeout=15)

    def __exit__(self, *_: object) -> None:
        if self.bot.alive:
            self.bot.stop()
        self.slack.stop()
        self.opensrs.stop()
        self.registries.stop()
        self._folder.cleanup()

    # -- people --------------------------------------------------------------------------------------------------------

    def set_up_project(self, channel: Channel, client: str = "Acme LLC", **more: object) -> None:
        """`/cert project` by the project manager; `more` differs from the usual."""
        self.pm.command(channel, "/cert project")
        self.fill(self.pm, **{"Project": client, "Client": client, "Owner": self.pm, **more})
        done = self.pm.submit()
        assert done.closed, done.errors

    @staticmethod
    def fill(person: Person, **values: object) -> None:
        """Fill in by label, with _ for blanks."""
        for label, value in values.items():
            person.fill(label.replace("_", " "), value)

    # -- time ----------------------------------------------------------------------------------------------------------

    def time(self) -> float:
        """Business time, in seconds since 1970, as the stand-ins and the bot have it."""
        with self._lock:
            return time.time() + self._offset

    def pass_time(self, *, days: float = 0, hours: float = 0, minutes: float = 0) -> None:
        """Move business time on for everybody."""
        with self._lock:
            self._offset += days * 86_400 + hours * 3_600 + minutes * 60
            fresh = self._offset_file.with_suffix(".new")
            fresh.write_text(str(self._offset), encoding="ascii")
            fresh.replace(self._offset_file)

    # -- what was seen -------------------------------------------------------------------------------------------------

    def secrets(self) -> dict[str, str]:
        """What must never show up anywhere: name to value."""
        return {
            "reseller key": RESELLER_KEY, "bot token": self.slack.bot_token, "app token": self.slack.app_token,
            "signing secret": self.slack.signing_secret, "vault key": self.bot.environment["VAULT_KEY"],
        }  # fmt: skip

    def places(self) -> dict[str, str]:
        """Everything that the bot sent, logged, stored or showed, by where it stands."""
        posts = [message for posts in self.slack.posts.values() for message in posts]
        private = [message for person in self.slack.people.values() for message in person.shown]
        return {
            "the log": "".join(log.read_text(encoding="utf-8", errors="replace") for log in self.folder.rglob("*.log")),
            "the database": leaks.stored(self.bot.environment["DATABASE_URL"]),
            "the database's files": "".join(
                file.read_bytes().decode("latin-1") for file in self.folder.glob("certdesk.db*")
            ),
            "requests to Slack": leaks.said(self.slack.recorder.entries),
            "requests to OpenSRS": leaks.said(self.opensrs.recorder.entries),
            "messages": "\n".join(f"{message.text} {json.dumps(message.blocks)}" for message in posts + private),
            "views": "\n".join(json.dumps(view.body) for view in self.slack.views.values()),
        }

    def leaks(self, more: Mapping[str, str] | None = None) -> list[str]:
        """Every place where a secret (`more`: name to value), a private key or its fingerprint can be read."""
        found = leaks.search(self.places(), {**self.secrets(), **(more or {})})
        for name, recorder in (("Slack", self.slack.recorder), ("OpenSRS", self.opensrs.recorder)):
            found += [f"something secret ({each}) in requests to {name}" for each in leaks.hidden(recorder.entries)]
        return found + self.private_in_channels()

    def private_in_channels(self) -> list[str]:
        """What guests could read in a channel and must not: prices, people's addresses, the supplier's numbers."""
        orders = self.opensrs.orders.values()
        people = {c.get(what, "") for order in orders for c in order.contacts.values() for what in ("email", "phone")}
        numbers = {number for o in orders for number in (o.order_id, o.product_id, o.supplier_order_id)}
        words = "|".join(re.escape(word) for word in sorted(people | numbers) if word)
        private = re.compile(rf"USD \d+|(?<![\w.])(?:{words or 'USD'})(?!\w)")
        said = [m for posts in self.slack.posts.values() for m in posts if m.channel.startswith(("C", "G"))]
        ours = [m for m in said if m.user == self.slack.bot_user_id and m.channel != self.office.id]
        return [
            f"{found[0]} in {m.plain[:60]!r}" for m in ours if (found := private.search(self.slack.snapshot(m).plain))
        ]
