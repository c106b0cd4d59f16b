"""Seal journal entries into a chain and check the chain; no I/O, no clock.

H(i) = SHA-256(0x00 ‖ H(i-1) ‖ canonical fields of entry i). The genesis H(0) seals the site and the store, so that
entries cut from another journal do not fit. The seal has no key: who can write the file can chain it anew. That is what
the signed checkpoints are for (`backend.audit.checkpoint`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from backend.audit.canonical import Plain, canonical
from backend.errors import StoreError
from backend.model.journal import JournalDraft, JournalEntry, first_draft

HASH_BYTES = 32
_LEAF = b"\x00"
_NO_MARKS: Mapping[int, bytes] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What checking a journal found: how many entries from the first on are sound, and what is wrong with the next."""

    count: int
    ok: bool
    first_bad: int | None = None
    """Seq of the first entry that is wrong or missing; None when every entry is sound."""
    reason: str = ""


def seal(previous: bytes, seq: int, draft: JournalDraft) -> bytes:
    """The hash of an entry, 32 bytes. Raises ValueError for a previous hash of another length, TypeError for a value
    that a journal cannot hold."""
    if len(previous) != HASH_BYTES:
        raise ValueError(f"a previous hash has {HASH_BYTES} bytes, not {len(previous)}")
    return hashlib.sha256(_LEAF + previous + canonical(_fields(seq, draft))).digest()


def GENESIS(site: str, store: str) -> bytes:
    """The hash before entry 1 of the journal of one site in one store (`Store.id`)."""
    return seal(bytes(HASH_BYTES), 0, first_draft(site, store))


def verify(
    entries: Iterable[JournalEntry],
    genesis: bytes,
    *,
    expect: tuple[int, bytes] | None = None,
    marks: Mapping[int, bytes] = _NO_MARKS,
) -> Verdict:
    """Check entries in the order they are stored, from entry 1; streams, keeps nothing.

    expect: (count, head) that the journal is known to have reached: catches entries cut off at the end and a journal
    put back or chained anew. marks: further heads known by count; they narrow down where a journal was chained anew.
    """
    known = dict(marks) | ({} if expect is None else {expect[0]: expect[1]})
    count, head = 0, genesis
    if known.get(0, genesis) != genesis:
        return _bad(1, "it begins for another site or store than the checkpoint says")
    try:
        for entry in entries:
            reason = _fault(entry, count + 1, head)
            if reason:
                return _bad(count + 1, reason)
            count, head = count + 1, entry.hash
            if known.get(count, head) != head:
                return _bad(_after_last_agreeing(known, count), _chained_anew(known, count))
    except StoreError as error:
        return _bad(count + 1, f"it cannot be read: {error}")
    reached = max(known, default=0)
    if count < reached:
        return _bad(count + 1, f"entries {count + 1} to {reached} are missing: a checkpoint has seen {reached}")
    return Verdict(count=count, ok=True)


def _fault(entry: JournalEntry, seq: int, head: bytes) -> str:
    """Why an entry cannot stand at this place; empty when it can."""
    if entry.seq != seq:
        return f"entry {entry.seq} stands where entry {seq} belongs"
    if entry.previous != head:
        return "it does not follow the entry before it"
    try:
        expected = seal(entry.previous, entry.seq, entry.draft)
    except (TypeError, ValueError) as error:
        return f"it cannot be sealed: {error}"
    return "" if entry.hash == expected else "its content is not what was sealed"


def _fields(seq: int, draft: JournalDraft) -> Iterator[Plain]:
    yield from (seq, draft.at, draft.kind, draft.subject, draft.person, draft.session, draft.workstation)
    yield len(draft.fields)
    for name, value in draft.fields:
        yield name
        yield value


def _after_last_agreeing(known: Mapping[int, bytes], count: int) -> int:
    return max((at for at in known if at < count), default=0) + 1


def _chained_anew(known: Mapping[int, bytes], count: int) -> str:
    first = _after_last_agreeing(known, count)
    return f"entries were chained anew somewhere from {first} to {count}: a checkpoint has seen another entry {count}"


def _bad(first_bad: int, reason: str) -> Verdict:
    return Verdict(count=first_bad - 1, ok=False, first_bad=first_bad, reason=reason)
