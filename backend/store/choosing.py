"""Which database a site is kept in: its address alone says so, and only here."""

from __future__ import annotations

from typing import Final

from backend.errors import ConfigError
from backend.store.family import Database
from backend.store.identity import file_of
from backend.store.sqlite.database import SqliteDatabase

_POSTGRES: Final = ("postgresql://", "postgresql+psycopg://")


def database_of(url: str) -> Database:
    """The database at an address; nothing is opened yet. ConfigError for what this version cannot use."""
    return _on_a_server(url) if on_a_server(url) else SqliteDatabase(file_of(url))


def on_a_server(url: str) -> bool:
    """Whether the database is not a file of the site's own."""
    return url.startswith(_POSTGRES)


def _on_a_server(url: str) -> Database:
    # A site that is kept in a file needs neither the driver nor the time to import it.
    try:
        from backend.store.postgres.database import PostgresDatabase
    except ImportError as error:
        raise ConfigError(
            "A database on PostgreSQL needs the package psycopg ({reason}); install it: pip install psycopg[binary].",
            reason=error,
        ) from error
    return PostgresDatabase(url)
