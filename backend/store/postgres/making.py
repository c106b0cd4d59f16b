"""Make the tables of a new site in an empty database, and make existing ones ready."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection, text

from backend import logs
from backend.errors import ConfigError, StoreError
from backend.store import identity
from backend.store.identity import Identity
from backend.store.postgres import connections
from backend.store.postgres.address import Address
from backend.store.postgres.hand import LOCK
from backend.store.postgres.words import in_words
from backend.store.schema import SCHEMA

_STORE_ID_BYTES: Final = 8
_ANYTHING: Final = (
    "SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN "
    "('r', 'p', 'v', 'm', 'f', 'S')"
)
_log = logs.get(__name__)


def make(address: Address, *, site: str, mode: str) -> Identity:
    """Every table and the marks, in one transaction. Raises ConfigError when the database is not empty."""
    identity.check_mode(mode)
    made = Identity(magic=identity.MAGIC[mode], site=site, store=secrets.token_hex(_STORE_ID_BYTES), schema=SCHEMA)
    with _refusing(), transaction(address) as connection:
        put_tables(connection, address, made)
    return made


def put_tables(connection: Connection, address: Address, made: Identity) -> None:
    """Every table and the marks in an empty database, in the caller's transaction."""
    check_empty(connection, address)
    _upgrade(connection)
    identity.write(connection, made)


def check_empty(connection: Connection, address: Address) -> None:
    """Raises ConfigError when anything is there that new tables would be mixed with."""
    if connection.execute(text(_ANYTHING)).scalar_one():
        raise ConfigError("{file} holds tables already; name an empty database.", file=address)


def prepare(address: Address, *, site: str, mode: str) -> Identity:
    """Check that a database is this site's and bring its tables up to date."""
    identity.check_mode(mode)
    with _refusing(), transaction(address) as connection:
        found = checked(connection, address, site=site, mode=mode)
        if found.schema < SCHEMA:
            _log.info("database brought up to date", file=str(address), tables=found.schema, known=SCHEMA)
            _upgrade(connection)
            found = replace(found, schema=SCHEMA)
            identity.write(connection, found)
    return found


def look(address: Address, *, site: str, mode: str) -> Identity:
    """Check that a database is this site's and can be read as it is."""
    identity.check_mode(mode)
    engine = connections.reading(address)
    try:
        with _refusing(), in_words(address), engine.connect() as connection:
            found = checked(connection, address, site=site, mode=mode)
            identity.check_not_older(found, address)
    finally:
        engine.dispose()
    return found


def checked(connection: Connection, address: Address, *, site: str, mode: str) -> Identity:
    """The marks of a database that is this site's. Raises ConfigError."""
    if connection.execute(text("SELECT to_regclass('meta') IS NULL")).scalar_one():
        raise ConfigError(
            "{file} holds no tables of Linepack; name the right database, or make the site in it.", file=address
        )
    found = identity.read(connection, address)
    identity.check_identity(found, address, site=site, mode=mode)
    return found


@contextmanager
def transaction(address: Address) -> Iterator[Connection]:
    """One transaction on a connection of its own, alone: committed whole, or not at all. Raises StoreError."""
    engine = connections.making(address)
    try:
        with in_words(address), engine.begin() as connection:
            connection.execute(text(f"SELECT {LOCK}"))
            yield connection
    finally:
        engine.dispose()


def _upgrade(connection: Connection) -> None:
    # Alembic takes longer to import than the rest of the store together, and is needed once in a site's life or two.
    from backend.store.upgrade import upgrade

    upgrade(connection)


@contextmanager
def _refusing() -> Iterator[None]:
    """Nothing was changed, so that what is wrong is said as what to set right."""
    try:
        yield
    except StoreError as error:
        raise ConfigError(error.template, **error.values) from error
