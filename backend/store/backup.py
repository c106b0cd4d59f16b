"""Copy a running database into a new file, whole and checked, while the writer goes on."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from backend.errors import ConfigError, StoreError
from backend.store.connections import connect, in_words

_PAGES = 500
"""Pages copied at a time; in between the connection lets others at the file."""


def backup(source: Path, target: Path) -> None:
    """Copy `source` to `target` as it is at this moment. Refuses an existing target; leaves none that is not whole."""
    if target.exists():
        raise ConfigError("{file} exists already; name a new file for the backup.", file=target)
    part = target.with_name(f".{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        with in_words(source), closing(connect(source, "ro")) as reader:
            # Holding one state of the database: otherwise every commit in between would start the copy over.
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM meta").fetchone()
            _copy(reader, part)
        publish(part, target)
    except OSError as error:
        raise StoreError("No backup at {file}: {reason}.", file=target, reason=error.strerror) from error
    finally:
        part.unlink(missing_ok=True)


def publish(part: Path, target: Path) -> None:
    """Give a finished file its name, never over another, and make that durable. Raises OSError."""
    with part.open("rb") as stream:
        os.fsync(stream.fileno())
    os.link(part, target)
    part.unlink()
    sync_folder(target.parent)


def _copy(reader: sqlite3.Connection, part: Path) -> None:
    with closing(sqlite3.connect(part)) as writer:
        reader.backup(writer, pages=_PAGES)
        # One file, nothing beside it.
        writer.execute("PRAGMA journal_mode=DELETE")
        (verdict,) = writer.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise StoreError("No backup at {file}: the copy is not sound ({reason}).", file=part, reason=verdict)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable. Raises OSError."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
