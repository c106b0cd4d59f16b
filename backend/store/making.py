"""Make the database file of a new site, and make an existing one ready; what cannot be used is left untouched."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from backend import logs
from backend.errors import ConfigError
from backend.store import connections, identity
from backend.store.backup import publish
from backend.store.identity import Identity
from backend.store.schema import SCHEMA

_STORE_ID_BYTES = 8
_log = logs.get(__name__)


def make(file: Path, *, site: str, mode: str) -> Identity:
    """A new database with every table and its marks. It gets its name only when it is whole."""
    identity.check_mode(mode)
    made = Identity(magic=identity.MAGIC[mode], site=site, store=secrets.token_hex(_STORE_ID_BYTES), schema=SCHEMA)
    with filling(file, made):
        pass
    return made


@contextmanager
def filling(file: Path, made: Identity) -> Iterator[Connection]:
    """A new database with every table and its marks, in the transaction that fills it: it gets its name when the body
    ends well, and is not there otherwise."""
    identity.check_absent(file)
    part = file.with_name(f".{file.name}.{made.store}")
    try:
        connections.connect(part, "rwc").close()
        with transaction(part) as connection:
            _upgrade(connection)
            identity.write(connection, made)
            connection.execute(text(f"PRAGMA application_id = {identity.APPLICATION_ID[identity.mode_of(made)]}"))
            yield connection
        publish(part, file)
    except (OSError, sqlite3.Error, SQLAlchemyError) as error:
        raise ConfigError("No database could be made at {file}: {reason}.", file=file, reason=error) from error
    finally:
        part.unlink(missing_ok=True)


def prepare(file: Path, *, site: str, mode: str) -> Identity:
    """Check that a database is this site's and bring its tables up to date."""
    identity.check_mode(mode)
    identity.check_file(file, mode)
    try:
        with transaction(file) as connection:
            found = identity.read(connection, file)
            identity.check_identity(found, file, site=site, mode=mode)
            if found.schema < SCHEMA:
                _log.info("database brought up to date", file=str(file), tables=found.schema, known=SCHEMA)
                _upgrade(connection)
                found = replace(found, schema=SCHEMA)
                identity.write(connection, found)
    except (sqlite3.Error, SQLAlchemyError) as error:
        cause = getattr(error, "orig", None) or error
        raise ConfigError(
            "The database {file} cannot be used: {reason}; close what holds it, or restore a backup.",
            file=file,
            reason=cause,
        ) from error
    return found


def _upgrade(connection: Connection) -> None:
    # Alembic takes longer to import than the rest of the store together, and is needed once in a site's life or two.
    from backend.store.upgrade import upgrade

    upgrade(connection)


@contextmanager
def transaction(file: Path) -> Iterator[Connection]:
    """One transaction on a connection of its own: committed whole, or not at all."""
    engine = connections.checking(file)
    try:
        with engine.connect() as connection:
            raw = connections.driver(connection)
            raw.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                raw.execute("COMMIT")
            except BaseException:
                if raw.in_transaction:
                    raw.execute("ROLLBACK")
                raise
    finally:
        engine.dispose()
