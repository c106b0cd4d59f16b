"""Signed checkpoints: what the journal had reached, kept in a file beside the database.

One line each: JSON of log, number, count, head, at, signature. The number runs from 1 without gaps and is signed with
the rest (Ed25519), so a line cut out of the middle shows. A file cut at its end shows only against a copy elsewhere.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backend.audit.canonical import canonical
from backend.audit.chain import Verdict, verify
from backend.errors import ConfigError, StoreError
from backend.model.journal import JournalEntry

FILE_NAME = "journal.checkpoints"
_DOMAIN = b"\x02linepack checkpoint"
_TAIL_BYTES = 4096
"""More than two lines of the file."""


class Verifier(Protocol):
    """What checks a signature; raises InvalidSignature. An `Ed25519PublicKey` is one."""

    def verify(self, signature: bytes, data: bytes) -> None:
        """Return when `signature` is the key's on `data`."""
        ...


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The journal `log` (a store id) had `count` entries and the hash `head` (hex) at `at` (µs UTC)."""

    log: str
    number: int
    count: int
    head: str
    at: int
    signature: str = ""

    def signed_bytes(self) -> bytes:
        """What the signature covers."""
        return canonical((_DOMAIN, self.log, self.number, self.count, bytes.fromhex(self.head), self.at))


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoints:
    """What a checkpoint file holds. `fault`: the first line that cannot be trusted, in words; empty when all can."""

    good: tuple[Checkpoint, ...]
    fault: str = ""


class CheckpointFile:
    """The checkpoint file of one journal. Any thread may append, but one process at a time."""

    def __init__(self, file: Path, *, log: str) -> None:
        self.file = file
        self.log = log
        self._lock = threading.Lock()

    def create(self, key: Ed25519PrivateKey, *, genesis: bytes, at: int) -> Checkpoint:
        """Begin the file with checkpoint 1 of the empty journal, so that a file that is gone is missed later."""
        if self.file.exists():
            raise ConfigError("{file} exists already; it belongs to another journal.", file=self.file)
        return self._write(key, number=1, count=0, head=genesis, at=at)

    def append(self, key: Ed25519PrivateKey, *, count: int, head: bytes, at: int) -> Checkpoint:
        """Add one checkpoint; it is on the disk when this returns. Raises StoreError and adds nothing otherwise."""
        with self._lock:
            newest = self.newest(key.public_key())
            if count < newest.count:
                raise StoreError(
                    "No checkpoint was added to {file}: the journal has {count} entries, but had {reached} before.",
                    file=self.file,
                    count=count,
                    reached=newest.count,
                )
            return self._write(key, number=newest.number + 1, count=count, head=head, at=at)

    def read(self, verifier: Verifier) -> Checkpoints:
        """Every checkpoint up to the first that cannot be trusted.

        A last line without its end is what a power cut leaves: it was never acknowledged and does not count.
        """
        try:
            content = self.file.read_bytes()
        except OSError as error:
            return Checkpoints(good=(), fault=f"{self.file} cannot be read: {error.strerror}")
        good: list[Checkpoint] = []
        for line in content.split(b"\n")[:-1]:
            found = self._checked(line, good, verifier)
            if isinstance(found, str):
                return Checkpoints(good=tuple(good), fault=f"line {len(good) + 1} of {self.file} {found}")
            good.append(found)
        if not good:
            return Checkpoints(good=(), fault=f"{self.file} holds no checkpoint")
        return Checkpoints(good=tuple(good))

    def newest(self, verifier: Verifier) -> Checkpoint:
        """The last whole line alone: a year of checkpoints takes a minute to check, and adding one must not.

        Raises StoreError when it cannot be read or trusted.
        """
        try:
            with self.file.open("rb") as stream:
                stream.seek(max(0, self.file.stat().st_size - _TAIL_BYTES))
                tail = stream.read()
        except OSError as error:
            raise StoreError("{file} cannot be read: {reason}", file=self.file, reason=error.strerror) from error
        whole = tail[: tail.rfind(b"\n")].rsplit(b"\n", 1)[-1]
        found = self._signed(whole, verifier)
        if isinstance(found, str):
            raise StoreError("No checkpoint was added to {file}: its last line {fault}", file=self.file, fault=found)
        return found

    def _signed(self, line: bytes, verifier: Verifier) -> Checkpoint | str:
        """The checkpoint in a line, signed and of this journal, or why not."""
        try:
            found = msgspec.json.decode(line, type=Checkpoint)
            verifier.verify(bytes.fromhex(found.signature), found.signed_bytes())
        except (msgspec.DecodeError, ValueError):
            return "is not a checkpoint"
        except InvalidSignature:
            return "is not signed by this site's key"
        return found if found.log == self.log else "is of another journal"

    def _checked(self, line: bytes, before: list[Checkpoint], verifier: Verifier) -> Checkpoint | str:
        """The checkpoint in a line that follows `before`, or why it cannot be trusted."""
        found = self._signed(line, verifier)
        if isinstance(found, str):
            return found
        if found.number != len(before) + 1:
            return f"is checkpoint {found.number}, not {len(before) + 1}: lines are missing or out of order"
        if before and found.count < before[-1].count:
            return "goes back behind the one before it"
        return found

    def _write(self, key: Ed25519PrivateKey, *, number: int, count: int, head: bytes, at: int) -> Checkpoint:
        bare = Checkpoint(log=self.log, number=number, count=count, head=head.hex(), at=at)
        signed = msgspec.structs.replace(bare, signature=key.sign(bare.signed_bytes()).hex())
        try:
            _append_line(self.file, msgspec.json.encode(signed))
        except OSError as error:
            raise StoreError(
                "No checkpoint was added to {file}: {reason}", file=self.file, reason=error.strerror
            ) from error
        return signed


def verify_journal(entries: Iterable[JournalEntry], genesis: bytes, file: CheckpointFile, key: Verifier) -> Verdict:
    """Check a journal against its chain and its checkpoints: tampering, entries cut off, a journal put back."""
    found = file.read(key)
    marks = {each.count: bytes.fromhex(each.head) for each in found.good}
    verdict = verify(entries, genesis, marks=marks)
    if verdict.ok and found.fault:
        return Verdict(count=verdict.count, ok=False, reason=found.fault)
    return verdict


class Journaled(Protocol):
    """A store with a journal."""

    @property
    def place(self) -> object:
        """Where its database is."""
        ...

    def journal(self, *, after: int = 0, limit: int | None = None) -> Iterator[JournalEntry]:
        """Entries with seq > after, in order."""
        ...

    def journal_tail(self, count: int) -> tuple[JournalEntry, ...]:
        """The newest entries, oldest first."""
        ...


def not_gone_back(store: Journaled, file: CheckpointFile, key: Verifier) -> None:
    """Raise ConfigError for a database whose journal is behind its newest checkpoint, or another one (F06, F11).

    A commit is on the disk before its checkpoint is signed: only an older copy put in its place, or a log taken away,
    explains this. A site that ran on would give the missing numbers a second time. Quick; `verify_journal` is thorough.
    """
    try:
        newest = file.newest(key)
    except StoreError:
        # Missing or damaged: `verify_journal` says so, and no checkpoint can be added any more.
        return
    reached = max((entry.seq for entry in store.journal_tail(1)), default=0)
    if reached < newest.count:
        raise ConfigError(
            "The database {file} went back: its journal has {count} entries, entries {first} to {last} are missing; "
            "put the newer database back, or restore a backup to a new folder.",
            file=store.place,
            count=reached,
            first=reached + 1,
            last=newest.count,
        )
    for found in store.journal(after=newest.count - 1, limit=1 if newest.count else 0):
        if found.hash.hex() != newest.head:
            raise ConfigError(
                "The journal in {file} is not the one that was signed: entry {count} is another; "
                "put the right database back, or restore a backup to a new folder.",
                file=store.place,
                count=newest.count,
            )


def _append_line(file: Path, line: bytes) -> None:
    """Add a line durably; what a power cut left of an unfinished line is cut off first."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
    with os.fdopen(descriptor, "r+b") as stream:
        start = max(0, stream.seek(0, os.SEEK_END) - _TAIL_BYTES)
        stream.seek(start)
        whole = start + stream.read().rfind(b"\n") + 1
        stream.truncate(whole)
        stream.seek(whole)
        try:
            stream.write(line + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        except OSError:
            os.ftruncate(stream.fileno(), whole)
            raise
