"""The programs behind the tests: PostgreSQL starts, and what is missing is named with the line that brings it."""

import os
from pathlib import Path

import pytest
import sqlalchemy

from tests.sandbox import postgres, programs


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_has_an_empty_database_of_its_own(postgres_url: str, turn: int) -> None:
    engine = sqlalchemy.create_engine(postgres_url)
    assert sqlalchemy.inspect(engine).get_table_names() == [], f"turn {turn} found what another left behind"
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE marks (id int)"))
    engine.dispose()


def test_the_server_answers_on_no_network_address(postgres_server: postgres.Server) -> None:
    sockets = [path.name for path in postgres_server.folder.glob(".s.PGSQL.*") if not path.name.endswith(".lock")]
    assert sockets == [".s.PGSQL.5432"]
    assert oct(postgres_server.folder.stat().st_mode & 0o077) == "0o0"


def test_a_named_folder_of_binaries_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for program in ("initdb", "pg_ctl"):
        (tmp_path / program).touch()
    monkeypatch.setenv("CERTDESK_TEST_PG_BIN", str(tmp_path))
    assert postgres.binaries() == tmp_path


def test_a_missing_program_is_named_with_its_apt_line() -> None:
    assert programs.report({"nginx": "nginx", "sshd": "openssh-server"}) == (
        "This machine lacks nginx, sshd: apt-get install -y --no-install-recommends nginx openssh-server"
    )


def test_a_program_nobody_has_is_not_found() -> None:
    assert programs.find(f"no-such-program-{os.getpid()}") is None


def test_servers_are_found_outside_the_path_of_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert programs.find("ldconfig") in {Path("/usr/sbin/ldconfig"), Path("/sbin/ldconfig")}
