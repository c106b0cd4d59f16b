"""Facts as rows and rows as facts: what is read back equals what was written, or a StoreError names the row."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, TypeVar

import msgspec
import numpy as np

from backend.errors import StoreError
from backend.model.alarm import AlarmConfig, AlarmFacts, Occurrence
from backend.model.command import Command
from backend.model.event import DeviceEvent, Quarantined
from backend.model.journal import Field, JournalDraft, JournalEntry
from backend.model.person import Account
from backend.model.plant import Asset, Device
from backend.store.schema import storable

T = TypeVar("T")
Row = Mapping[str, Any]

_ALARM = (
    *("cond", "input", "ack", "latched", "occurrence", "level", "peak"),
    *("raised_at", "cleared_at", "acked_at", "acked_by", "late", "hidden_count"),
)
_OCCURRENCE = (
    *("key", "occurrence", "event", "at", "recorded_at", "name", "priority", "level"),
    *("by", "workstation", "reason", "late"),
)
_ASKED = ("id", "device", "point", "action", "requested_at")
_COMMAND = (
    *("state", "not_after", "requester", "requester_session", "workstation", "confirmer", "approver"),
    *("approver_session", "signed_hash", "confirmed_at", "approved_at", "claimed_at", "dispatched_at"),
    *("acked_at", "ended_at", "attempt", "resolved_by"),
)


def account_row(account: Account) -> dict[str, Any]:
    """Every field is a column."""
    return dict(_plain(account))


def account(row: Row) -> Account:
    """The account in a row."""
    return _fact(_columns(row, Account), Account, "account", row["login"])


def alarm_row(config: AlarmConfig, facts: AlarmFacts) -> dict[str, Any]:
    """The facts in columns and `body`, the configuration in `config`."""
    return {"key": config.key, **_split(_plain(facts), _ALARM), "config": _json(_plain(config))}


def alarm(row: Row) -> tuple[AlarmConfig, AlarmFacts]:
    """The alarm in a row."""
    key = row["key"]
    config = _fact(_from_json(row["config"], "alarm", key), AlarmConfig, "alarm", key)
    return config, _fact(_joined(row, _ALARM, "alarm", key), AlarmFacts, "alarm", key)


def occurrence_row(occurrence: Occurrence) -> dict[str, Any]:
    """The numbers that may be NaN go to `body`: a column would keep them as NULL."""
    return _split(_plain(occurrence), _OCCURRENCE)


def occurrence(row: Row) -> Occurrence:
    """The occurrence in a row."""
    return _fact(_joined(row, _OCCURRENCE, "occurrence", row["id"]), Occurrence, "occurrence", row["id"])


def command_row(command: Command) -> dict[str, Any]:
    """What was asked in its own columns and `content`, the state in the others."""
    plain = _plain(command)
    content = plain.pop("content")
    asked = {name: content.pop(name) for name in _ASKED}
    return {**asked, "content": _json(content), **_split(plain, _COMMAND)}


def command(row: Row) -> Command:
    """The command in a row."""
    key = row["id"]
    content = _from_json(row["content"], "command", key) | {name: row[name] for name in _ASKED}
    return _fact(_joined(row, _COMMAND, "command", key) | {"content": content}, Command, "command", key)


def event_row(event: DeviceEvent) -> dict[str, Any]:
    """Every field is a column."""
    return dict(_plain(event))


def event(row: Row) -> DeviceEvent:
    """The device event in a row."""
    return _fact(_columns(row, DeviceEvent), DeviceEvent, "device_event", row["id"])


def quarantined_row(item: Quarantined) -> dict[str, Any]:
    """Every field is a column; the raw bytes stay bytes."""
    return {field.name: _item(getattr(item, field.name)) for field in fields(item)}


def quarantined(row: Row) -> Quarantined:
    """What was put aside, in a row."""
    return Quarantined(**_columns(row, Quarantined))


def journal_row(entry: JournalEntry) -> dict[str, Any]:
    """The details as JSON pairs in `fields`."""
    draft = entry.draft
    return {
        "seq": entry.seq,
        "at": draft.at,
        "kind": draft.kind,
        "subject": draft.subject,
        "person": draft.person,
        "session": draft.session,
        "workstation": draft.workstation,
        "fields": journal_fields(entry),
        "previous": entry.previous,
        "hash": entry.hash,
    }


def journal_fields(entry: JournalEntry) -> str:
    """An entry's details as JSON: a list of [name, value]."""
    return _json([[name, _marked(value)] for name, value in entry.draft.fields])


def journal(row: Row) -> JournalEntry:
    """The entry in a row, whatever it holds: judging it is the chain's work."""
    try:
        details = tuple((name, _unmarked(value)) for name, value in json.loads(row["fields"]))
    except (ValueError, TypeError, KeyError, struct.error) as error:
        raise _unreadable("journal", row["seq"], error) from error
    draft = JournalDraft(
        at=row["at"],
        kind=row["kind"],
        subject=row["subject"],
        person=row["person"],
        session=row["session"],
        workstation=row["workstation"],
        fields=details,
    )
    return JournalEntry(seq=row["seq"], draft=draft, previous=row["previous"], hash=row["hash"])


def clean(draft: JournalDraft) -> JournalDraft:
    """The draft exactly as it will be read back, so that what is sealed is what is stored."""
    return JournalDraft(
        at=_item(draft.at),
        kind=storable(draft.kind),
        subject=storable(draft.subject),
        person=storable(draft.person),
        session=storable(draft.session),
        workstation=storable(draft.workstation),
        fields=tuple((storable(name), _field(value)) for name, value in draft.fields),
    )


def numbered(things: Sequence[Asset | Device]) -> list[dict[str, Any]]:
    """Rows in the order of the things, so that they come back in it."""
    return [{"position": position, "id": thing.id, "body": body(thing)} for position, thing in enumerate(things)]


def body(fact: object) -> str:
    """A whole fact as JSON."""
    return _json(_plain(fact))


def from_body(text: str, kind: type[T], table: str, key: object) -> T:
    """The fact in a JSON body."""
    return _fact(_from_json(text, table, key), kind, table, key)


def _columns(row: Row, kind: type[Account | DeviceEvent | Quarantined]) -> dict[str, Any]:
    return {field.name: row[field.name] for field in fields(kind)}


def _plain(fact: object) -> Any:
    """A fact as dicts, lists and numbers; raises TypeError for one that could be written but not read back."""
    plain = msgspec.to_builtins(fact, str_keys=True, enc_hook=_builtin)
    try:
        msgspec.convert(plain, type(fact), str_keys=True)
    except msgspec.ValidationError as error:
        raise TypeError(f"not a {type(fact).__name__}: {error}") from error
    return plain


def _builtin(value: object) -> object:
    """NumPy's scalars and mappings of other kinds as Python's own."""
    match value:
        case np.generic():
            return value.item()
        case Mapping():
            return dict(value)
        case _:
            raise TypeError(f"a stored fact holds no {type(value).__name__}")


def _item(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _field(value: Field) -> Field:
    plain: Field = _item(value)
    return storable(plain) if isinstance(plain, str) else plain


def _split(plain: dict[str, Any], columns: tuple[str, ...]) -> dict[str, Any]:
    row = {name: plain.pop(name) for name in columns}
    return {**row, "body": _json(plain)}


def _joined(row: Row, columns: tuple[str, ...], table: str, key: object) -> dict[str, Any]:
    return _from_json(row["body"], table, key) | {name: row[name] for name in columns}


def _fact(plain: object, kind: type[T], table: str, key: object) -> T:
    try:
        return msgspec.convert(plain, kind, str_keys=True)
    except msgspec.ValidationError as error:
        raise _unreadable(table, key, error) from error


def _json(plain: object) -> str:
    # The standard library's JSON, because msgspec would write NaN and infinity as null: another value than was given.
    return json.dumps(plain, separators=(",", ":"))


def _from_json(text: str, table: str, key: object) -> dict[str, Any]:
    try:
        plain = json.loads(text)
    except (ValueError, TypeError) as error:
        raise _unreadable(table, key, error) from error
    if not isinstance(plain, dict):
        raise _unreadable(table, key, "its body is not an object")
    return plain


def _marked(value: Field) -> object:
    """JSON has no NaN and no infinity; their bits are kept in a marker."""
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": struct.pack(">d", value).hex()}
    return value


def _unmarked(value: Any) -> Field:
    if isinstance(value, dict):
        (number,) = struct.unpack(">d", bytes.fromhex(value["float"]))
        return float(number)
    if isinstance(value, list):
        raise TypeError("a journal field is never a list")
    plain: Field = value
    return plain


def _unreadable(table: str, key: object, reason: object) -> StoreError:
    return StoreError("Row {key} of {table} cannot be read: {reason}.", key=key, table=table, reason=reason)
