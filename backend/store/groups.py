"""Read stored groups back, believing none whose bytes have changed: it is named once in the log and left out.

What is derived from groups is believed no sooner, but nothing is left out with it: the groups answer instead.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Select

from backend import logs
from backend.errors import StoreError
from backend.model.sample import SampleBatch
from backend.store import blob
from backend.store.schema import samples

_EARLIEST, _LATEST = -(2**63), 2**63 - 1
_log = logs.get(__name__)


COLUMNS: Final = ("id", "first_at", "last_at", "n", "received_at", "source", "digest", "body")
"""What `believed` needs of a row of `samples`, in its order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Damaged:
    """A stored group that is not what was written. n: how many samples its row says are lost with it.

    file: of a cold file (`backend.store.cold`) its name; `group` is 0 then. points: the lowest and highest that are
    lost of it; None when all are.
    """

    group: int
    first_at: int
    last_at: int
    n: int
    reason: str
    file: str = ""
    points: tuple[int, int] | None = None


_Key = tuple[int, str, tuple[int, int]]


class Damage:
    """Every damaged group and cold file found since the store was opened. Any thread."""

    def __init__(self) -> None:
        self._found: dict[_Key, Damaged] = {}
        self._rolled: dict[int, str] = {}
        self._lost: dict[tuple[int, int, int], str] = {}
        self._lock = threading.Lock()

    def note(self, damaged: Damaged) -> None:
        """Remember it, and say it in the log the first time."""
        key = (damaged.group, damaged.file, damaged.points or (-1, -1))
        with self._lock:
            if key in self._found:
                return
            self._found[key] = damaged
        facts = {"first_at": damaged.first_at, "last_at": damaged.last_at, "n": damaged.n, "reason": damaged.reason}
        if damaged.file:
            _log.error("cold file damaged", file=damaged.file, points=damaged.points, **facts)
        else:
            _log.error("stored group damaged", group=damaged.group, **facts)

    def found(self) -> tuple[Damaged, ...]:
        """In order of group; cold files first, by name."""
        with self._lock:
            return tuple(self._found[key] for key in sorted(self._found))

    def files(self) -> dict[str, list[Damaged]]:
        """What is damaged of each cold file."""
        found: dict[str, list[Damaged]] = {}
        for each in self.found():
            if each.file:
                found.setdefault(each.file, []).append(each)
        return found

    def note_rolled(self, point: int, reason: str) -> None:
        """What was derived from the samples of a point is not what was written; it can be made again."""
        with self._lock:
            if point in self._rolled:
                return
            self._rolled[point] = reason
        _log.error("roll-up damaged", point=point, reason=reason)

    def rolled(self) -> dict[int, str]:
        """The points whose roll-ups are damaged and not made again yet, with the reason."""
        with self._lock:
            return dict(self._rolled)

    def note_lost(self, leaf: tuple[int, int, int], reason: str) -> None:
        """A leaf (tier, point, first key) is damaged, and what it was made of is not there any more."""
        with self._lock:
            known = leaf in self._lost
            self._lost[leaf] = reason
        if not known:
            _log.error("roll-up lost", tier=leaf[0], point=leaf[1], first=leaf[2], reason=reason)

    def lost(self) -> dict[tuple[int, int, int], str]:
        """Leaves that are damaged for good, with the reason: answers leave them out."""
        with self._lock:
            return dict(self._lost)

    def mended(self, point: int) -> None:
        """The roll-ups of a point were made again."""
        with self._lock:
            found = self._rolled.pop(point, None)
        if found is not None:
            _log.info("roll-up mended", point=point)


def check_none_damaged(damage: Damage, place: object) -> None:
    """Raises StoreError when a group was found damaged: what is moved is moved whole."""
    for found in damage.found():
        if found.file:
            raise StoreError(
                "The file {name} of the history of {file} is damaged ({reason}); restore a backup, or export what "
                "there is.",
                name=found.file,
                file=place,
                reason=found.reason,
            )
        raise StoreError(
            "Group {group} of the samples in {file} is damaged ({reason}); restore a backup, or export what there is.",
            group=found.group,
            file=place,
            reason=found.reason,
        )


def sound(connection: Connection, asked: Select[Any], damage: Damage) -> Iterator[tuple[int, SampleBatch]]:
    """Id and batch of every group asked for (a select of whole `samples` rows) that is as it was written."""
    for row in connection.execute(asked):
        batch = believed(tuple(getattr(row, name) for name in COLUMNS), damage)
        if batch is not None:
            yield row.id, batch


def overlapping(asked: Select[Any], span: int, start: int, end: int) -> Select[Any]:
    """Groups of one class of span that cover some of start <= at < end."""
    asked = asked.where(samples.c.span == span, samples.c.first_at < end, samples.c.last_at >= start)
    # The one condition the index can start from; the widest class has none.
    return asked.where(samples.c.first_at >= start - blob.SPANS_US[span]) if span < len(blob.SPANS_US) else asked


def believed(row: tuple[Any, ...], damage: Damage) -> SampleBatch | None:
    """The batch of a row of COLUMNS; None, and noted, when it is not as it was written."""
    _id, first_at, last_at, n, received_at, source, digest, body = row
    try:
        return blob.unpack(
            body=body, digest=digest, first_at=first_at, last_at=last_at, n=n, received_at=received_at, source=source
        )
    except blob.DamagedError as error:
        damage.note(_damaged(row, str(error)))
        return None


def _damaged(row: tuple[Any, ...], reason: str) -> Damaged:
    """A row whose times are no numbers any more may be of any time."""
    group, first_at, last_at, n = row[:4]
    whole = isinstance(first_at, int) and isinstance(last_at, int)
    return Damaged(
        group=group,
        first_at=first_at if whole else _EARLIEST,
        last_at=last_at if whole else _LATEST,
        n=n if isinstance(n, int) else 0,
        reason=reason,
    )
