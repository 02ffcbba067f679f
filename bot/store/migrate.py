"""Brings a database to the present tables. Alembic is configured here; there is no alembic.ini.

A new database gets the tables as they are written down today and counts as migrated; an older one gets what is missing.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from bot.store.tables import metadata

_FOLDER = Path(__file__).parent / "migrations"


def migrate(engine: Engine) -> None:
    """Make or change what is missing, in one transaction; nothing when all is there. One process at a time."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('certdesk migrations'))")
        if MigrationContext.configure(connection).get_current_heads():
            command.upgrade(_config(connection), "head")
        else:
            metadata.create_all(connection)
            command.stamp(_config(connection), "head")


def is_current(engine: Engine) -> bool:
    """Whether the database has every migration, and none this program does not know."""
    with engine.begin() as connection:
        heads = MigrationContext.configure(connection).get_current_heads()
        return set(heads) == set(ScriptDirectory.from_config(_config(connection)).get_heads())


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
