from tests.bot.store.samples import engine, store

__all__ = ["engine", "store"]  # fixtures for this folder
