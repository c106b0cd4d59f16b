"""The tables as this version knows them. A change here comes with a migration and a higher SCHEMA.

Facts that safety rests on are columns of their own; the rest of a fact is its JSON `body`. Times: µs since 1970 UTC.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    TypeDecorator,
)

SCHEMA: Final = 7
"""Number of the newest migration."""

metadata = MetaData()


def storable(text: str) -> str:
    """Text that any database can hold: a lone surrogate (broken text from a device) and a NUL show as their escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")


class Words(TypeDecorator[str]):
    """Text; what a device garbled is escaped, never a reason to refuse the row."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """On the way in."""
        return None if value is None else storable(value)


# SQLite numbers rows by itself only when the key is exactly INTEGER.
_RowId = BigInteger().with_variant(Integer(), "sqlite")

# A whole number of 64 bits everywhere: SQLite's are of any size.
_Whole = Integer().with_variant(BigInteger(), "postgresql")


def _row_id(name: str) -> Column[Any]:
    return Column(name, _RowId, Identity(), primary_key=True)


def _words(name: str) -> Column[Any]:
    return Column(name, Words, nullable=False)


def _time(name: str) -> Column[Any]:
    return Column(name, BigInteger, nullable=False)


def _number(name: str) -> Column[Any]:
    return Column(name, _Whole, nullable=False)


def _flag(name: str) -> Column[Any]:
    return Column(name, Boolean, nullable=False)


def _bytes(name: str) -> Column[Any]:
    return Column(name, LargeBinary, nullable=False)


meta = Table("meta", metadata, Column("key", Words, primary_key=True), _words("value"))

setting = Table("setting", metadata, Column("key", Words, primary_key=True), _words("value"))

samples = Table(
    "samples",
    metadata,
    _row_id("id"),
    Column("span", SmallInteger, nullable=False),
    _time("first_at"),
    _time("last_at"),
    _number("low_point"),
    _number("high_point"),
    _number("n"),
    _time("received_at"),
    _words("source"),
    _bytes("digest"),
    _bytes("body"),
    Index("samples_time", "span", "first_at"),
)
"""One row is one committed group of samples (`backend.store.blob`), never one sample. span: `blob.span_of`.

Ids grow by one. Whoever deletes old groups leaves the newest one, or its id would be given again. A row whose day is
in `cold` with a `through` that is not below the id is in that file, and does not count here."""

newest = Table(
    "newest",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("through", BigInteger, nullable=False),
    _number("n"),
    _time("received_at"),
    _bytes("digest"),
    _bytes("body"),
)
"""The newest sample of every point as of the group `through`. Two rows, written in turn: one may be damaged."""

leaf = Table(
    "leaf",
    metadata,
    Column("tier", SmallInteger, primary_key=True, autoincrement=False),
    Column("point", Integer, primary_key=True, autoincrement=False),
    Column("first", BigInteger, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
    _number("n"),
    _bytes("digest"),
    _bytes("body"),
)
"""Derived from `samples` and cold files: a stretch of one point, its samples (tier 0, those that are in no cold file)
or its grains (`backend.store.rolled`). The leaves of one tier and point never overlap. first, last:
`rolled.leaf.keys`."""

piece = Table(
    "piece",
    metadata,
    Column("point", Integer, primary_key=True, autoincrement=False),
    Column("through", BigInteger, primary_key=True, autoincrement=False),
    _time("first_at"),
    _time("last_at"),
    _number("n"),
    _bytes("digest"),
    _bytes("body"),
    Index("piece_through", "through"),
)
"""Derived from `samples`: what one step found of one point, not in its leaves yet. Counts once `rolled` is as far."""

rolled = Table(
    "rolled",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("through", BigInteger, nullable=False),
)
"""One row: the samples of every group up to `through` are in pieces or leaves, and of no later one."""

mending = Table(
    "mending",
    metadata,
    Column("point", Integer, primary_key=True, autoincrement=False),
    Column("through", BigInteger, nullable=False),
    Column("goal", BigInteger, nullable=False),
)
"""A point whose leaves are being made again from the groups up to `goal`, and are as far as `through`."""

cold = Table(
    "cold",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("day", Integer, nullable=False, unique=True),
    _number("generation"),
    _words("file"),
    Column("size", BigInteger, nullable=False),
    Column("n", BigInteger, nullable=False),
    _number("points"),
    _time("first_at"),
    _time("last_at"),
    Column("through", BigInteger, nullable=False),
    _time("made_at"),
    Column("sum", BigInteger, nullable=False),
    _bytes("digest"),
    _bytes("root"),
    _bytes("seal"),
    _number("clearing"),
    sqlite_autoincrement=True,
)
"""One row a UTC day: the file that holds its samples of every group up to `through` (`backend.store.cold`).

While `clearing` is 1 the leaves may still hold the same samples, and what they hold of the day does not count."""

cold_gone = Table(
    "cold_gone",
    metadata,
    Column("file", Words, primary_key=True),
    _time("at"),
)
"""Files that no row of `cold` names any more. A reader may have seen one a moment ago, so they are deleted later."""

retired = Table(
    "retired",
    metadata,
    Column("kind", Words, primary_key=True),
    _time("until"),
    _time("goal"),
    Column("n", BigInteger, nullable=False),
    _bytes("digest"),
)
"""Destroyed for their age: of each kind everything before `until`. While `goal` is later, what lies between is being
destroyed: n rows so far, whose digests are summed up in `digest`; the certificate is written when it is done."""

relay = Table(
    "relay",
    metadata,
    Column("id", _RowId, primary_key=True),
    _words("node"),
    _time("received_at"),
    _bytes("digest"),
    _bytes("body"),
    sqlite_autoincrement=True,
)
"""One row is what a node that stands by has received in one go (`backend.store.relaying`), durable before its devices
were acknowledged. The node that leads takes it in and deletes it, in one transaction. Ids are never given twice."""

quarantine = Table(
    "quarantine",
    metadata,
    _row_id("id"),
    _words("source"),
    _words("stage"),
    _words("reason"),
    _bytes("raw"),
    _time("received_at"),
)

device_event = Table(
    "device_event",
    metadata,
    _row_id("id"),
    _words("device"),
    _words("name"),
    _time("at"),
    _time("received_at"),
    _words("text"),
    Column("active", Boolean),
    Index("device_event_at", "at"),
)

journal = Table(
    "journal",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    _time("at"),
    _words("kind"),
    _words("subject"),
    _words("person"),
    _words("session"),
    _words("workstation"),
    _words("fields"),
    _bytes("previous"),
    _bytes("hash"),
    Index("journal_subject", "subject"),
)
"""Append only: triggers refuse every update and delete, and every insert that does not follow the last entry."""

alarm = Table(
    "alarm",
    metadata,
    Column("key", Words, primary_key=True),
    _flag("cond"),
    _words("input"),
    _flag("ack"),
    _flag("latched"),
    _number("occurrence"),
    _words("level"),
    Column("peak", _Whole),
    _time("raised_at"),
    _time("cleared_at"),
    _time("acked_at"),
    _words("acked_by"),
    _flag("late"),
    _number("hidden_count"),
    _words("body"),
    _words("config"),
)

occurrence = Table(
    "occurrence",
    metadata,
    _row_id("id"),
    _words("key"),
    _number("occurrence"),
    _words("event"),
    _time("at"),
    _time("recorded_at"),
    _words("name"),
    _number("priority"),
    _words("level"),
    _words("by"),
    _words("workstation"),
    _words("reason"),
    _flag("late"),
    _words("body"),
    Index("occurrence_at", "at"),
    Index("occurrence_key_at", "key", "at"),
)
"""Append only."""

command = Table(
    "command",
    metadata,
    _row_id("number"),
    Column("id", Words, nullable=False, unique=True),
    _words("device"),
    Column("point", _Whole, nullable=False),
    _words("action"),
    _time("requested_at"),
    _words("content"),
    _words("state"),
    _time("not_after"),
    _words("requester"),
    _words("requester_session"),
    _words("workstation"),
    _words("confirmer"),
    _words("approver"),
    _words("approver_session"),
    _words("signed_hash"),
    _time("confirmed_at"),
    _time("approved_at"),
    _time("claimed_at"),
    _time("dispatched_at"),
    _time("acked_at"),
    _time("ended_at"),
    _number("attempt"),
    _words("resolved_by"),
    _words("body"),
    Index("command_state", "state"),
)
"""Never deleted; what was asked (`content` and the columns before it) never changes, and an end state is final."""

claim = Table(
    "claim",
    metadata,
    Column("command", Words, ForeignKey("command.id"), primary_key=True),
    Column("attempt", _Whole, primary_key=True, autoincrement=False),
    _time("at"),
)
"""Append only: who writes to a device holds the one row of its command and attempt."""

account = Table(
    "account",
    metadata,
    Column("login", Words, primary_key=True),
    _words("person"),
    _words("name"),
    _words("role"),
    _words("status"),
    _words("password_hash"),
    _words("totp_secret"),
    _time("totp_last_step"),
    _number("failures"),
    _time("locked_until"),
    _time("changed_at"),
)

asset = Table(
    "asset",
    metadata,
    Column("position", _Whole, primary_key=True, autoincrement=False),
    Column("id", Words, nullable=False, unique=True),
    _words("body"),
)

device = Table(
    "device",
    metadata,
    Column("position", _Whole, primary_key=True, autoincrement=False),
    Column("id", Words, nullable=False, unique=True),
    _words("body"),
)

point = Table(
    "point",
    metadata,
    Column("id", _Whole, primary_key=True, autoincrement=False),
    _words("tag"),
    _words("body"),
)

meter_account = Table(
    "meter_account",
    metadata,
    Column("point", Integer, primary_key=True, autoincrement=False),
    Column("index_l", BigInteger, nullable=False),
    _time("at"),
    _number("period"),
    Column("used_l", BigInteger, nullable=False),
    Column("balance_fen", BigInteger, nullable=False),
    _number("settled"),
    _number("held"),
)
"""How a customer's account stands after the newest reading settled with it (`backend.metering`). Litres and fen."""
