"""A disk that fails on purpose, under the real SQLite: full, broken, slow to believe, cut off from its power.

Everything SQLite writes is kept as a log of operations. `PowerLoss` walks along it and says, at any moment, what a disk
might hold if the power went just then: what was synced, and of the rest any part, torn at 512-byte sectors.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from tests.support.clock import ManualClock
from tests.support.sqlite_hooks import BUSY, FSYNC, FULL, IOERR, OK, SHORT_READ, guarded

SECTOR: Final = 512
_WRITE_LOCK: Final = 0
"""Slot of the write lock in WAL mode, sqlite.org/walformat.html."""
_TAKING: Final = 2 | 8
"""SQLITE_SHM_LOCK | SQLITE_SHM_EXCLUSIVE."""

Kind = Literal["open", "write", "truncate", "sync", "delete", "said"]


@dataclass(frozen=True, slots=True)
class Op:
    """One thing that happened to a file, in order. said: a note of the test (`what`)."""

    kind: Kind
    name: str = ""
    offset: int = 0
    data: bytes = b""
    what: object = None


class FaultDisk:
    """The folder of a database on a disk under the test's control. Use as `with disk.mounted(): …`."""

    def __init__(self, folder: Path, clock: ManualClock | None = None) -> None:
        """clock: waiting for a lock takes its time instead of ours."""
        self.folder = folder
        self.clock = clock
        self.log: list[Op] = []
        self.base = {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}
        self.capacity: int | None = None
        """Bytes that all files of the folder may have together."""
        self.refuse: Callable[[Op], int] = lambda op: OK
        """Asked before each change; SQLite's error code, or OK."""
        self.spoil: Callable[[str, bytearray, int], int] = lambda name, data, offset: OK
        """Given what was read (file, bytes, offset); may change it."""
        self.locked = False
        """Another program holds the write lock."""
        self._sizes: dict[str, int] = {}

    @contextmanager
    def mounted(self) -> Iterator[FaultDisk]:
        """Databases of the folder that are opened in here are on this disk."""
        with guarded(self):
            yield self

    def say(self, what: object) -> None:
        """Put a note into the log, between what was done before and after."""
        self.log.append(Op("said", what=what))

    def free(self) -> int:
        """Bytes that still fit."""
        assert self.capacity is not None
        return self.capacity - sum(file.stat().st_size for file in self.folder.rglob("*") if file.is_file())

    def fill(self, left: int = 0) -> None:
        """From now on only so many bytes more fit."""
        self.capacity = 0
        self.capacity = left - self.free()

    # -- what SQLite asks (`sqlite_hooks.Guard`) -------------------------------------------------------------------

    def claims(self, path: str) -> bool:
        return Path(path).parent == self.folder

    def opened(self, path: str) -> None:
        self.log.append(Op("open", Path(path).name))

    def deleting(self, path: str) -> int:
        return self._done(Op("delete", Path(path).name)) if Path(path).exists() else OK

    def reading(self, path: str, data: bytearray, offset: int) -> int:
        return self.spoil(Path(path).name, data, offset)

    def writing(self, path: str, data: bytes, offset: int) -> int:
        if self.capacity is not None and offset + len(data) - Path(path).stat().st_size > max(0, self.free()):
            return FULL
        return self._done(Op("write", Path(path).name, offset, data))

    def truncating(self, path: str, size: int) -> int:
        return self._done(Op("truncate", Path(path).name, size))

    def syncing(self, path: str) -> int:
        return self._done(Op("sync", Path(path).name))

    def locking_shared_memory(self, path: str, slot: int, flags: int) -> int:
        return BUSY if self.locked and slot == _WRITE_LOCK and flags == _TAKING else OK

    def sleeping(self, us: int) -> bool:
        if self.clock is not None:
            self.clock.tick(us / 1_000_000)
        return self.clock is not None

    def _done(self, op: Op) -> int:
        code = self.refuse(op)
        if code == OK:
            self.log.append(op)
        return code


@dataclass(slots=True)
class _Kept:
    """One file as the disk may hold it. pending: changes since the last sync. there: whether its name is durable."""

    durable: bytearray
    there: bool
    pending: list[Op] = field(default_factory=list)
    former: bytes | None = None
    """What bore this name before and was deleted, as long as the deletion is not durable."""
    gone: bool = False


class PowerLoss:
    """Walks along a log; at any moment `image` is one possible disk after a power cut, by chance."""

    def __init__(self, base: dict[str, bytes]) -> None:
        self._files = {name: _Kept(bytearray(content), True) for name, content in base.items()}

    def take(self, op: Op) -> None:
        """Go on by one operation."""
        if op.kind == "said":
            return
        file = self._files.get(op.name)
        if file is None:
            file = self._files[op.name] = _Kept(bytearray(), False)
        if op.kind == "delete":
            # SQLite deletes a log without making that durable: a power cut may bring it back.
            former = bytes(file.durable) if file.there else file.former
            self._files[op.name] = _Kept(bytearray(), False, former=former, gone=True)
        elif op.kind == "sync":
            for each in file.pending:
                _apply(file.durable, each)
            # With its first sync SQLite makes a new file's name durable too.
            file.pending, file.there, file.former = [], True, None
        elif op.kind == "open":
            file.gone = False
        else:
            file.gone = False
            file.pending.append(op)

    def image(self, chance: random.Random) -> dict[str, bytes]:
        """The files; shared memory is never among them."""
        found: dict[str, bytes] = {}
        for name, file in sorted(self._files.items()):
            if not file.there and (file.gone or chance.random() < 0.5):
                if file.former is not None and chance.random() < 0.5:
                    found[name] = file.former
                continue
            content = bytearray(file.durable)
            for each in _survivors(file.pending, chance):
                _apply(content, each)
            found[name] = bytes(content)
        return found


def _survivors(pending: list[Op], chance: random.Random) -> Iterable[Op]:
    """Which of the unsynced changes reached the disk: none, all, the first few and half of one, or any sectors."""
    match chance.randrange(4):
        case 0:
            return []
        case 1:
            return pending
        case 2 if pending:
            last = chance.randrange(len(pending))
            return [*pending[:last], *(each for each in _sectors(pending[last]) if chance.random() < 0.5)]
        case _:
            part = chance.choice([0.1, 0.5, 0.9])
            return [each for op in pending for each in _sectors(op) if chance.random() < part]


def _sectors(op: Op) -> Iterator[Op]:
    """A write in pieces that a disk writes whole."""
    if op.kind != "write":
        yield op
        return
    at = op.offset
    end = op.offset + len(op.data)
    while at < end:
        until = min(end, (at // SECTOR + 1) * SECTOR)
        yield Op("write", op.name, at, op.data[at - op.offset : until - op.offset])
        at = until


def _apply(content: bytearray, op: Op) -> None:
    if op.kind == "truncate":
        del content[op.offset :]
        return
    if len(content) < op.offset:
        content.extend(bytes(op.offset - len(content)))
    content[op.offset : op.offset + len(op.data)] = op.data


def nth(number: int, code: int, *kinds: Kind, also_after: bool = False) -> Callable[[Op], int]:
    """Fail the `number`th operation of these kinds (from 1), and with `also_after` every one that follows."""
    seen = 0

    def refuse(op: Op) -> int:
        nonlocal seen
        if op.kind not in kinds:
            return OK
        seen += 1
        return code if seen == number or (also_after and seen > number) else OK

    return refuse


__all__ = ["BUSY", "FSYNC", "FULL", "IOERR", "OK", "SHORT_READ", "FaultDisk", "Op", "PowerLoss", "nth"]
