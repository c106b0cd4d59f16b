"""Which database a site is kept in: its address alone says so, and only here."""

from __future__ import annotations

from typing import Final

from backend.store.family import Database
from backend.store.identity import file_of
from backend.store.sqlite.database import SqliteDatabase

_POSTGRES: Final = ("postgresql://", "postgresql+psycopg://")


def database_of(url: str) -> Database:
    """The database at an address; nothing is opened yet. ConfigError for what this version cannot use."""
    return SqliteDatabase(file_of(url))
