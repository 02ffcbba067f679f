"""Everything the desk remembers: one SQL store for SQLite and PostgreSQL, its jobs, outbox and audit."""
