"""Connections to the server, each checked before it is used: what it stores must be on the disk when it says so."""

from __future__ import annotations

from typing import Final

import psycopg
from sqlalchemy import Connection, Engine, NullPool, QueuePool, create_engine

from backend.errors import StoreError, mark
from backend.store.postgres.address import Address
from backend.store.postgres.words import in_words, no_way_in

Raw = psycopg.Connection[tuple[object, ...]]

OLDEST: Final = 140000
"""PostgreSQL 14, as server_version_num says it."""
_READERS: Final = 4
_MORE_READERS: Final = 8
_CONNECT_S: Final = 3
_COMMON: Final = "SET timezone = 'UTC'; SET client_min_messages = warning; "
_FOR_WRITING: Final = (
    # Whoever is cut off in the middle of a unit holds up the others no longer than this.
    "SET idle_in_transaction_session_timeout = 15000; SET lock_timeout = 5000; "
    "SET default_transaction_isolation = 'read committed'; SET default_transaction_read_only = off"
)
_FOR_READING: Final = "SET default_transaction_isolation = 'repeatable read'; SET default_transaction_read_only = on"
_ASKED: Final = (
    "SELECT current_setting('synchronous_commit'), current_setting('synchronous_standby_names'), "
    "current_setting('fsync'), current_setting('full_page_writes'), current_setting('server_encoding'), "
    "current_setting('server_version_num')::int, pg_is_in_recovery(), current_setting('TimeZone'), "
    "current_setting('default_transaction_isolation')"
)
_VERSION = mark("{file} is PostgreSQL {found}; Linepack needs 14 or newer.")
_STANDBY = mark("{file} is a standby that nothing can be written to; name the primary.")
_ENCODING = mark("{file} keeps text as {found}; Linepack needs a database made with the encoding UTF8.")
_LOSING = mark(
    "{file} has {setting} = {found}, so that what it says is stored may be lost when the power fails; set it to on."
)
_NO_STANDBY = mark(
    "{file} has standbys and synchronous_commit = local, so that what is stored may be lost when one takes over; "
    "set it to on."
)
_SETTINGS = mark("{file} does not keep to {setting} = {wanted}; connect to the server itself, not to a pooler.")


def connect(address: Address, *, writes: bool) -> Raw:
    """One connection in autocommit. Raises StoreError when there is none, or the server may lose what it stored."""
    try:
        raw = psycopg.connect(
            address.url,
            autocommit=True,
            application_name="linepack",
            connect_timeout=_CONNECT_S,
            keepalives_idle=5,
            keepalives_interval=2,
            keepalives_count=3,
            tcp_user_timeout=10_000,
        )
    except psycopg.Error as error:
        raise no_way_in(error, address) from error
    try:
        with in_words(address):
            raw.execute((_COMMON + (_FOR_WRITING if writes else _FOR_READING)).encode())
            _check(raw, address, writes=writes)
    except BaseException:
        raw.close()
        raise
    return raw


def writing(address: Address) -> Engine:
    """For the one hand that writes: it begins and commits by hand."""
    return create_engine(
        "postgresql+psycopg://",
        creator=lambda: connect(address, writes=True),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
    )


def making(address: Address) -> Engine:
    """For steps of the schema: each use is one transaction."""
    return create_engine(
        "postgresql+psycopg://", creator=lambda: _in_transactions(connect(address, writes=True)), poolclass=NullPool
    )


def reading(address: Address) -> Engine:
    """A small pool of connections that can only read; each use of one sees a single state of the database."""
    return create_engine(
        "postgresql+psycopg://",
        creator=lambda: _in_transactions(connect(address, writes=False)),
        poolclass=QueuePool,
        pool_size=_READERS,
        max_overflow=_MORE_READERS,
        pool_timeout=5.0,
        # A server that was started again costs a reader nothing.
        pool_pre_ping=True,
    )


def driver(connection: Connection) -> Raw:
    """The driver's own connection, for what must be quick."""
    raw = connection.connection.driver_connection
    assert isinstance(raw, psycopg.Connection)
    return raw


def _in_transactions(raw: Raw) -> Raw:
    raw.autocommit = False
    return raw


def _check(raw: Raw, address: Address, *, writes: bool) -> None:
    """Raises StoreError unless the server can be trusted with what must not be lost."""
    row = raw.execute(_ASKED.encode()).fetchone()
    assert row is not None
    commits, standbys, fsync, full_pages, encoding, version, standby, zone, isolation = row
    assert isinstance(version, int)
    if version < OLDEST:
        raise StoreError(_VERSION, file=address, found=version // 10000)
    if encoding != "UTF8":
        raise StoreError(_ENCODING, file=address, found=encoding)
    if not writes:
        return
    if standby:
        raise StoreError(_STANDBY, file=address)
    for setting, found in (("synchronous_commit", commits), ("fsync", fsync), ("full_page_writes", full_pages)):
        if found == "off":
            raise StoreError(_LOSING, file=address, setting=setting, found=found)
    if commits == "local" and standbys:
        raise StoreError(_NO_STANDBY, file=address)
    for setting, found, wanted in (
        ("TimeZone", zone, "UTC"),
        ("default_transaction_isolation", isolation, "read committed"),
    ):
        if found != wanted:
            raise StoreError(_SETTINGS, file=address, setting=setting, wanted=wanted)
    # As it was found good, whatever the server is told later.
    raw.execute(f"SET synchronous_commit = '{commits}'".encode())
