"""Where counting begins: a new database is made from bot/store/tables.py as it is, later scripts change older ones."""

revision = "1"
down_revision = None
