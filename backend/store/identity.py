"""Whose database a file is: made with the marks of its site and mode, and refused in one sentence when it is not ours.

The mode is in the file's header too (SQLite's application id), so that a simulator never so much as opens a live store.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import SQLAlchemyError

from backend.errors import ConfigError
from backend.store.local_disk import check_local
from backend.store.schema import SCHEMA, meta

MAGIC: Final = MappingProxyType({"live": "linepack-live", "simulator": "linepack-simulator"})
APPLICATION_ID: Final = MappingProxyType({"live": 0x4C504C56, "simulator": 0x4C50534D})
"""ASCII "LPLV" and "LPSM"."""

_MOVED: Final = "moved_to"
_HEADER_BYTES = 100
_SQLITE = b"SQLite format 3\x00"
_ID_OFFSET = 68


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The marks in a database. store: made at random once, so that a copy of another store of the site is noticed."""

    magic: str
    site: str
    store: str
    schema: int
    moved: str = ""
    """Where the site has gone; empty while it is here."""


def mode_of(found: Identity) -> str:
    """ "live" or "simulator"."""
    return next(mode for mode, magic in MAGIC.items() if magic == found.magic)


def file_of(url: str) -> Path:
    """The file a database address names, taken as it is written: a folder may be called "100%" or "a#b".

    Raises ConfigError for what this version cannot use.
    """
    scheme, found, name = url.partition(":///")
    if not found and "://" not in url:
        raise ConfigError("{url} is not a database address; write sqlite:///FILE.", url=url)
    if scheme.partition(":")[0] != "sqlite":
        raise ConfigError(
            "Linepack keeps its database in SQLite or PostgreSQL, not in {kind}; "
            "write sqlite:///FILE or postgresql://USER@HOST/DATABASE.",
            kind=url.partition(":")[0],
        )
    if name in ("", ":memory:"):
        raise ConfigError("{url} names no file; write sqlite:///FILE.", url=url)
    return Path(name).absolute()


def check_mode(mode: str) -> None:
    """Raises ConfigError unless `mode` is "live" or "simulator"."""
    if mode not in MAGIC:
        raise ConfigError('A database is for the mode "live" or "simulator", not "{mode}".', mode=mode)


def check_absent(file: Path) -> None:
    """Raises ConfigError when there is anything a new database would replace or be mixed with."""
    if not file.parent.is_dir():
        raise ConfigError("{folder} is not a folder; make it first.", folder=file.parent)
    check_local(file.parent)
    _check_folder_writable(file)
    for each in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-journal")):
        if each.exists():
            raise ConfigError("{file} exists already; move it away before a new database is made.", file=each)


def check_file(file: Path, mode: str) -> None:
    """Raises ConfigError for what the file itself already tells; opens no database and makes nothing."""
    try:
        with file.open("rb") as stream:
            header = stream.read(_HEADER_BYTES)
    except FileNotFoundError as error:
        raise ConfigError("There is no database at {file}; restore a backup to it.", file=file) from error
    except OSError as error:
        raise ConfigError("{file} cannot be read: {reason}.", file=file, reason=error.strerror) from error
    if not header:
        raise ConfigError("{file} is empty (0 bytes); restore a backup in its place.", file=file)
    check_local(file.parent)
    if len(header) < _HEADER_BYTES or not header.startswith(_SQLITE):
        raise ConfigError("{file} is not a database or is damaged; restore a backup in its place.", file=file)
    (found,) = struct.unpack_from(">I", header, _ID_OFFSET)
    if found not in APPLICATION_ID.values():
        raise ConfigError("{file} is a database, but not one of Linepack; name the right file.", file=file)
    if found != APPLICATION_ID[mode]:
        raise _other_mode(file, mode)
    if not os.access(file, os.W_OK):
        raise ConfigError("{file} cannot be written; give this account the right to.", file=file)
    _check_folder_writable(file)


def check_identity(found: Identity, file: object, *, site: str, mode: str) -> None:
    """Raises ConfigError unless the database belongs to this site and mode and this version can read it."""
    if found.magic not in MAGIC.values():
        raise ConfigError("{file} is a database, but not one of Linepack; name the right file.", file=file)
    if found.magic != MAGIC[mode]:
        raise _other_mode(file, mode)
    if found.site != site:
        raise ConfigError(
            'The database {file} belongs to the site "{found}", not to "{site}"; name the right file.',
            file=file,
            found=found.site,
            site=site,
        )
    if found.moved:
        raise ConfigError(
            "The site has moved from {file} to {place}, and goes on there; name that database.",
            file=file,
            place=found.moved,
        )
    if found.schema > SCHEMA:
        raise ConfigError(
            "The database {file} was made by a newer Linepack (tables {found}, this version knows {known}); update.",
            file=file,
            found=found.schema,
            known=SCHEMA,
        )


def check_not_older(found: Identity, file: object) -> None:
    """Raises ConfigError when the tables are not up to date: whoever only reads cannot bring them there."""
    if found.schema < SCHEMA:
        raise ConfigError(
            "The database {file} was made by an older Linepack (tables {found}, this version reads {known}); "
            "run the site once to bring it up to date.",
            file=file,
            found=found.schema,
            known=SCHEMA,
        )


def read(connection: Connection, file: object) -> Identity:
    """The marks of an open database. Raises ConfigError when it has none or they cannot be read."""
    try:
        found = dict(connection.execute(select(meta.c.key, meta.c.value)).all())
        return Identity(
            magic=found["magic"],
            site=found["site"],
            store=found["store"],
            schema=int(found["schema"]),
            moved=found.get(_MOVED, ""),
        )
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        raise ConfigError(
            "The database {file} cannot be read: {reason}; restore a backup.", file=file, reason=cause
        ) from error
    except (KeyError, ValueError) as error:
        raise ConfigError("{file} is a database, but not one of Linepack; name the right file.", file=file) from error


def write(connection: Connection, identity: Identity) -> None:
    """Put the marks into a database, in the caller's transaction."""
    connection.execute(delete(meta))
    connection.execute(
        insert(meta),
        [
            {"key": "magic", "value": identity.magic},
            {"key": "site", "value": identity.site},
            {"key": "store", "value": identity.store},
            {"key": "schema", "value": str(identity.schema)},
        ],
    )


def retire(connection: Connection, place: object) -> None:
    """Put the mark that the site has moved into a database, in the caller's transaction."""
    connection.execute(insert(meta), {"key": _MOVED, "value": str(place)})


def _check_folder_writable(file: Path) -> None:
    # The write-ahead log lies beside the database, so a database in a read-only folder cannot be used at all.
    if not os.access(file.parent, os.W_OK | os.X_OK):
        raise ConfigError("The folder {folder} cannot be written; give this account the right to.", folder=file.parent)


def _other_mode(file: object, mode: str) -> ConfigError:
    if mode == "live":
        return ConfigError("{file} is a simulator's database; a live site never opens it.", file=file)
    return ConfigError("{file} is a live site's database; a simulator never opens it.", file=file)
