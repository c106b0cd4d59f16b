"""Connections to the database file, set up for what they are for: one that writes, a few that read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from sqlalchemy import Connection, Engine, NullPool, QueuePool, create_engine, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from backend.errors import StoreError, mark

BUSY_S: Final = 1.0
"""How long a statement waits for another program's lock; the caller decides about trying again."""
_READERS: Final = 4
_MORE_READERS: Final = 8

_FOR_WRITING = (
    "PRAGMA synchronous=FULL",
    # macOS: a plain fsync stops at the drive's own cache.
    "PRAGMA fullfsync=ON",
    "PRAGMA checkpoint_fullfsync=ON",
    "PRAGMA foreign_keys=ON",
    # Without it a replacing insert would delete rows behind the triggers' back.
    "PRAGMA recursive_triggers=ON",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA wal_autocheckpoint=2000",
    "PRAGMA journal_size_limit=67108864",
)
_FOR_READING = ("PRAGMA query_only=ON", "PRAGMA trusted_schema=OFF")

_WORDS = {
    "SQLITE_FULL": mark("Nothing was stored in {file}: the disk is full ({reason})."),
    "SQLITE_BUSY": mark("Nothing was stored in {file}: another program holds it locked ({reason})."),
    "SQLITE_IOERR": mark("{file} cannot be used: the disk reports an error ({reason})."),
    "SQLITE_READONLY": mark("Nothing was stored in {file}: it cannot be written ({reason})."),
    "SQLITE_CANTOPEN": mark("{file} cannot be opened ({reason})."),
    "SQLITE_CORRUPT": mark("{file} is damaged ({reason}); restore a backup."),
    "SQLITE_NOTADB": mark("{file} is damaged ({reason}); restore a backup."),
}
_OTHERWISE = mark("{file} did not do what was asked: {reason}.")
_BROKEN = frozenset({"SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_MISUSE"})


def connect(file: Path, mode: Literal["ro", "rw", "rwc"]) -> sqlite3.Connection:
    """One connection in autocommit; only "rwc" may make the file. Raises sqlite3.Error."""
    raw = sqlite3.connect(
        f"{file.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_S,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        for pragma in _FOR_READING if mode == "ro" else _FOR_WRITING:
            raw.execute(pragma)
    except sqlite3.Error:
        raw.close()
        raise
    return raw


def writing(file: Path) -> Engine:
    """The writer's connection. It begins and commits by hand, so that a failed COMMIT can still be rolled back."""
    return create_engine("sqlite+pysqlite://", creator=lambda: _with_log(connect(file, "rw")), poolclass=NullPool)


def checking(file: Path) -> Engine:
    """A connection by hand for a file that may not be ours: opening it changes nothing."""
    return create_engine("sqlite+pysqlite://", creator=lambda: connect(file, "rw"), poolclass=NullPool)


def reading(file: Path) -> Engine:
    """A small pool of connections that can only read; each use of one sees a single state of the database."""
    engine = create_engine(
        "sqlite+pysqlite://",
        creator=lambda: connect(file, "ro"),
        poolclass=QueuePool,
        pool_size=_READERS,
        max_overflow=_MORE_READERS,
        pool_timeout=5.0,
    )
    event.listen(engine, "begin", _begin)
    return engine


def driver(connection: Connection) -> sqlite3.Connection:
    """The driver's own connection, for what must be quick."""
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    return raw


@contextmanager
def in_words(file: Path, *also: type[Exception]) -> Iterator[None]:
    """Say what the database below could not do, or an error of the types `also`, as a StoreError to act on."""
    caught: tuple[type[Exception], ...] = (SQLAlchemyError, sqlite3.Error, *also)
    try:
        yield
    except caught as error:
        cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
        raise StoreError(_WORDS.get(name_of(error), _OTHERWISE), file=file, reason=cause) from error


def name_of(error: BaseException) -> str:
    """SQLite's primary name of an error, e.g. "SQLITE_IOERR"; empty when it is not SQLite's."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    extended = getattr(cause, "sqlite_errorname", "") or ""
    return "_".join(extended.split("_")[:2])


def is_broken(error: BaseException) -> bool:
    """Whether the connection must not be used again: what it did last may or may not have reached the disk."""
    return any(name_of(cause) in _BROKEN for cause in _causes(error))


def is_full(error: BaseException) -> bool:
    """Whether the disk had no room."""
    return any(name_of(cause) == "SQLITE_FULL" for cause in _causes(error))


def _causes(error: BaseException) -> list[BaseException]:
    causes = [error]
    while causes[-1].__cause__ is not None:
        causes.append(causes[-1].__cause__)
    return causes


def _with_log(raw: sqlite3.Connection) -> sqlite3.Connection:
    """Write ahead: readers never wait for the writer, nor it for them. A restored backup comes without."""
    try:
        raw.execute("PRAGMA journal_mode=WAL")
    except sqlite3.Error:
        raw.close()
        raise
    return raw


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
