"""What PostgreSQL or the way to it says, in one sentence that a person can act on; a password is in none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from backend.errors import StoreError, mark

LOST: Final = mark("The connection to {file} was lost ({reason}).")
_BY_STATE: Final = {
    "53100": mark("Nothing was stored in {file}: the disk is full ({reason})."),
    "55P03": mark("Nothing was stored in {file}: another program holds it locked ({reason})."),
    "40P01": mark("Nothing was stored in {file}: another program holds it locked ({reason})."),
    "25006": mark("Nothing was stored in {file}: it cannot be written ({reason})."),
    "58030": mark("{file} cannot be used: the disk reports an error ({reason})."),
    "XX001": mark("{file} is damaged ({reason}); restore a backup."),
    "XX002": mark("{file} is damaged ({reason}); restore a backup."),
    "42501": mark("{file} does not let this account do that ({reason}); give it the right to."),
}
_LOST_STATES: Final = ("57P", "08")
_OTHERWISE: Final = mark("{file} did not do what was asked: {reason}.")
_NO_WAY: Final = (
    ("password authentication failed", mark("{file} refuses the password ({reason}); correct it in site.toml.")),
    ("no password supplied", mark("{file} asks for a password ({reason}); give one in site.toml or in ~/.pgpass.")),
    ("does not exist", mark("{file} is not there ({reason}); have it made, or correct the address.")),
    ("no pg_hba.conf entry", mark("{file} does not let this machine in ({reason}); allow it in pg_hba.conf.")),
    ("could not translate host name", mark("{file} cannot be found ({reason}); correct the address.")),
    ("invalid", mark("{file} is not an address that PostgreSQL knows ({reason}); correct it.")),
)
_NO_ANSWER: Final = mark("{file} cannot be reached ({reason}); start the server, or correct the address.")


@contextmanager
def in_words(place: object, *also: type[Exception]) -> Iterator[None]:
    """Say what the database could not do, or an error of the types `also`, as a StoreError to act on."""
    caught: tuple[type[Exception], ...] = (SQLAlchemyError, psycopg.Error, *also)
    try:
        yield
    except caught as error:
        cause = cause_of(error)
        template = LOST if is_lost(cause) else _BY_STATE.get(_state(cause), _OTHERWISE)
        raise StoreError(template, file=place, reason=reason_of(cause)) from error


def no_way_in(error: BaseException, place: object) -> StoreError:
    """Why there is no connection."""
    reason = reason_of(error)
    template = next((each for sign, each in _NO_WAY if sign in reason), _NO_ANSWER)
    return StoreError(template, file=place, reason=reason)


def cause_of(error: BaseException) -> BaseException:
    """The driver's own error."""
    return error.orig if isinstance(error, DBAPIError) and error.orig is not None else error


def reason_of(error: BaseException) -> str:
    """The driver's words in one line without a full stop."""
    words = error.diag.message_primary if isinstance(error, psycopg.Error) else None
    lines = [line.strip() for line in (words or str(error)).splitlines() if line.strip()]
    tried = [line for line in lines if line.startswith("- host:")]
    return " ".join(tried[:1] or lines[:1]).rstrip(".")


def is_lost(error: BaseException) -> bool:
    """Whether the connection must not be used again."""
    causes = [cause_of(error)]
    while causes[-1].__cause__ is not None:
        causes.append(cause_of(causes[-1].__cause__))
    return any(
        _state(each).startswith(_LOST_STATES) or (isinstance(each, psycopg.OperationalError) and not _state(each))
        for each in causes
    )


def _state(error: BaseException) -> str:
    return getattr(error, "sqlstate", None) or ""
