"""What the journal keeps: one entry per fact, chained by hashes."""

from __future__ import annotations

from dataclasses import dataclass

Field = str | int | float | bool | None
"""The only types a journal field may have; each is hashed with its type, so 1 differs from "1"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalDraft:
    """A fact on its way into the journal. `kind` is dotted: "command.approved", "alarm.ack", "person.sign-in"."""

    at: int
    kind: str
    subject: str
    """What it is about: command id, alarm key, login, file."""
    person: str = ""
    session: str = ""
    workstation: str = ""
    fields: tuple[tuple[str, Field], ...] = ()
    """Details, in a fixed order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """A fact in the journal: seq from 1 without gaps; `hash` covers the previous hash and every field."""

    seq: int
    draft: JournalDraft
    previous: bytes
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalQuery:
    """Which entries somebody looks for; every condition must hold, an empty one always does.

    start, end: start <= at < end, µs UTC. person: person id. text: part of the subject, the workstation or a detail,
    whatever the case. kinds: beginnings of kinds, e.g. ("command.", "export").
    """

    start: int | None = None
    end: int | None = None
    person: str = ""
    text: str = ""
    kinds: tuple[str, ...] = ()


def first_draft(site: str, store: str) -> JournalDraft:
    """What stands before entry 1: sealed as seq 0, it ties a journal to its site and its store and to no other."""
    return JournalDraft(at=0, kind="journal.begins", subject=site, fields=(("store", store),))
