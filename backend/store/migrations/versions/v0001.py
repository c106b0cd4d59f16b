"""The first tables. A frozen copy: later changes are later steps."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from backend.store.migrations import postgres

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_APPEND_ONLY = ("journal", "occurrence", "claim")
_END_STATES = "('verified', 'rejected', 'expired', 'cancelled', 'failed')"
# Sorted and compared by its bytes, as SQLite does.
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
# Of 64 bits, as SQLite's are.
_WHOLE = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
_ASKED = ("number", "id", "device", "point", "action", "requested_at", "content", "requester", "requester_session")


def upgrade() -> None:
    """Make every table, then the triggers that keep the facts as they were written."""
    on_file = op.get_bind().dialect.name == "sqlite"
    _marks()
    if on_file:
        _samples()
    _facts()
    _alarms()
    _commands()
    _registry()
    if on_file:
        for trigger in _triggers():
            op.execute(trigger)
    else:
        _on_a_server()


def _on_a_server() -> None:
    """PostgreSQL: samples are rows, and all refusals are written in its own language."""
    asked = "SELECT count(*) FROM pg_extension WHERE extname = 'timescaledb'"
    hyper = bool(op.get_bind().scalar(sa.text(asked)))
    kinds = postgres.HYPERTABLE if hyper else postgres.PARTITIONS
    for statement in (*postgres.SAMPLES, *kinds, *postgres.FOR_PEOPLE, *postgres.triggers(_ASKED)):
        op.get_bind().exec_driver_sql(statement)


def _marks() -> None:
    op.create_table("meta", _text_key("key"), _text("value"))
    op.create_table("setting", _text_key("key"), _text("value"))


def _samples() -> None:
    op.create_table(
        "samples",
        _row_id(),
        sa.Column("span", sa.SmallInteger, nullable=False),
        *_times("first_at", "last_at"),
        *_integers("low_point", "high_point", "n"),
        *_times("received_at"),
        _text("source"),
        *_blobs("digest", "body"),
    )
    op.create_index("samples_time", "samples", ["span", "first_at"])
    op.create_table(
        "newest",
        _integer_key("id"),
        *_times("through"),
        *_integers("n"),
        *_times("received_at"),
        *_blobs("digest", "body"),
    )


def _facts() -> None:
    op.create_table(
        "quarantine", _row_id(), *_texts("source", "stage", "reason"), *_blobs("raw"), *_times("received_at")
    )
    op.create_table(
        "device_event",
        _row_id(),
        *_texts("device", "name"),
        *_times("at", "received_at"),
        _text("text"),
        sa.Column("active", sa.Boolean),
    )
    op.create_index("device_event_at", "device_event", ["at"])
    op.create_table(
        "journal",
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        *_times("at"),
        *_texts("kind", "subject", "person", "session", "workstation", "fields"),
        *_blobs("previous", "hash"),
    )
    op.create_index("journal_subject", "journal", ["subject"])
    op.create_table(
        "account",
        _text_key("login"),
        *_texts("person", "name", "role", "status", "password_hash", "totp_secret"),
        *_times("totp_last_step"),
        *_integers("failures"),
        *_times("locked_until", "changed_at"),
    )


def _alarms() -> None:
    op.create_table(
        "alarm",
        _text_key("key"),
        _flag("cond"),
        _text("input"),
        _flag("ack"),
        _flag("latched"),
        *_integers("occurrence"),
        _text("level"),
        sa.Column("peak", _WHOLE),
        *_times("raised_at", "cleared_at", "acked_at"),
        _text("acked_by"),
        _flag("late"),
        *_integers("hidden_count"),
        *_texts("body", "config"),
    )
    op.create_table(
        "occurrence",
        _row_id(),
        _text("key"),
        *_integers("occurrence"),
        _text("event"),
        *_times("at", "recorded_at"),
        _text("name"),
        *_integers("priority"),
        *_texts("level", "by", "workstation", "reason"),
        _flag("late"),
        _text("body"),
    )
    op.create_index("occurrence_at", "occurrence", ["at"])
    op.create_index("occurrence_key_at", "occurrence", ["key", "at"])


def _commands() -> None:
    op.create_table(
        "command",
        _row_id("number"),
        sa.Column("id", _TEXT, nullable=False, unique=True),
        _text("device"),
        *_integers("point"),
        _text("action"),
        *_times("requested_at"),
        *_texts("content", "state"),
        *_times("not_after"),
        *_texts("requester", "requester_session", "workstation", "confirmer"),
        *_texts("approver", "approver_session", "signed_hash"),
        *_times("confirmed_at", "approved_at", "claimed_at", "dispatched_at", "acked_at", "ended_at"),
        *_integers("attempt"),
        *_texts("resolved_by", "body"),
    )
    op.create_index("command_state", "command", ["state"])
    op.create_table(
        "claim",
        sa.Column("command", _TEXT, sa.ForeignKey("command.id"), primary_key=True),
        _integer_key("attempt"),
        *_times("at"),
    )


def _registry() -> None:
    for name in ("asset", "device"):
        op.create_table(
            name, _integer_key("position"), sa.Column("id", _TEXT, nullable=False, unique=True), _text("body")
        )
    op.create_table("point", _integer_key("id"), *_texts("tag", "body"))


def _triggers() -> list[str]:
    """What no statement may do, whoever sends it. A replacing insert is caught before it replaces."""
    refused = [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT raise(ABORT, '{table} is append only'); END"
        for table in _APPEND_ONLY
        for verb in ("UPDATE", "DELETE")
    ]
    refused += [
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) "
        f"BEGIN SELECT raise(ABORT, '{table} is append only'); END"
        for table, same in (
            ("occurrence", "id = NEW.id"),
            ("claim", "command = NEW.command AND attempt = NEW.attempt"),
        )
    ]
    changed = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in _ASKED)
    return [
        *refused,
        "CREATE TRIGGER journal_follows BEFORE INSERT ON journal "
        "WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM journal) "
        "OR NEW.previous IS NOT coalesce((SELECT hash FROM journal WHERE seq = NEW.seq - 1), NEW.previous) "
        "BEGIN SELECT raise(ABORT, 'the entry does not follow the journal'); END",
        "CREATE TRIGGER samples_no_update BEFORE UPDATE ON samples "
        "BEGIN SELECT raise(ABORT, 'stored samples never change'); END",
        "CREATE TRIGGER command_no_delete BEFORE DELETE ON command "
        "BEGIN SELECT raise(ABORT, 'a command is never deleted'); END",
        "CREATE TRIGGER command_no_replace BEFORE INSERT ON command "
        "WHEN EXISTS (SELECT 1 FROM command WHERE id = NEW.id OR number = NEW.number) "
        "BEGIN SELECT raise(ABORT, 'a command is never replaced'); END",
        f"CREATE TRIGGER command_content_fixed BEFORE UPDATE ON command WHEN {changed} "
        "BEGIN SELECT raise(ABORT, 'what a command asks never changes'); END",
        "CREATE TRIGGER command_end_is_final BEFORE UPDATE ON command "
        f"WHEN OLD.state IN {_END_STATES} AND NEW.state IS NOT OLD.state "
        "BEGIN SELECT raise(ABORT, 'an ended command never starts again'); END",
    ]


def _row_id(name: str = "id") -> sa.Column[Any]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, sa.Identity(), primary_key=True)


def _integer_key(name: str) -> sa.Column[Any]:
    return sa.Column(name, _WHOLE, primary_key=True, autoincrement=False)


def _text_key(name: str) -> sa.Column[Any]:
    return sa.Column(name, _TEXT, primary_key=True)


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, _TEXT, nullable=False)


def _flag(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean, nullable=False)


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [_text(name) for name in names]


def _times(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]


def _integers(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, _WHOLE, nullable=False) for name in names]


def _blobs(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.LargeBinary, nullable=False) for name in names]
