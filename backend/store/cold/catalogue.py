"""The rows of `cold`: which file holds a day, sealed so that no row is believed that is not as it was written."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from backend.store.cold.layout import Written
from backend.store.schema import cold, cold_gone

_FACTS: Final = struct.Struct("<iqqqiqqqqQ")
_COLUMNS: Final = (
    *("id", "day", "generation", "file", "size", "n", "points", "first_at", "last_at", "through", "made_at"),
    *("sum", "digest", "clearing", "seal"),
)
_LIGHT: Final = [cold.c[name] for name in _COLUMNS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The file of a day. through: it holds the day's samples of every group up to that one. clearing: see `cold`.

    A day whose samples were destroyed has no file, and n is 0.
    """

    id: int
    day: int
    generation: int
    file: str
    size: int
    n: int
    points: int
    first_at: int
    last_at: int
    through: int
    made_at: int
    sum: int
    digest: bytes
    clearing: bool
    sealed: bytes

    def root(self, connection: Connection) -> bytes | None:
        """The root of the file; None when the row is not as it was written."""
        found = connection.execute(select(cold.c.root).where(cold.c.id == self.id)).scalar_one_or_none()
        return found if found is not None and _seal(self, self.digest, bytes(found)) == self.sealed else None


def entries(connection: Connection, first: int, last: int) -> list[Entry]:
    """By day, with first <= day <= last."""
    asked = select(*_LIGHT).where(cold.c.day >= first, cold.c.day <= last).order_by(cold.c.day)
    return [_entry(row) for row in connection.execute(asked)]


def every(connection: Connection) -> list[Entry]:
    """All there are, by day, those of destroyed days too."""
    return [_entry(row) for row in connection.execute(select(*_LIGHT).order_by(cold.c.day))]


def entry_of(connection: Connection, day: int) -> Entry | None:
    """The file of one day."""
    found = entries(connection, day, day)
    return found[0] if found else None


def version(connection: Connection) -> int:
    """Grows with every file that is put in."""
    return int(connection.execute(select(func.coalesce(func.max(cold.c.id), 0))).scalar_one())


def put(
    connection: Connection, written: Written, *, day: int, generation: int, file: str, through: int, made_at: int
) -> None:
    """Let a file hold a day from now on, in the place of the one before."""
    _put(connection, written, day=day, generation=generation, file=file, through=through, made_at=made_at, clearing=1)


def bury(connection: Connection, day: int, *, at: int) -> None:
    """The samples of a day are destroyed: no file holds it, and what groups may still hold of it never counts again."""
    old = entry_of(connection, day)
    if old is None:
        return
    nothing = Written(
        size=0, n=0, points=0, first_at=old.first_at, last_at=old.last_at, sum=0, digest=bytes(32), root=b""
    )
    _put(connection, nothing, day=day, generation=old.generation, file="", through=old.through, made_at=at, clearing=0)


def _put(
    connection: Connection,
    written: Written,
    *,
    day: int,
    generation: int,
    file: str,
    through: int,
    made_at: int,
    clearing: int,
) -> None:
    found = Entry(
        id=0,
        day=day,
        generation=generation,
        file=file,
        size=written.size,
        n=written.n,
        points=written.points,
        first_at=written.first_at,
        last_at=written.last_at,
        through=through,
        made_at=made_at,
        sum=written.sum,
        digest=written.digest,
        clearing=True,
        sealed=b"",
    )
    _drop(connection, day, at=made_at)
    values = {name: getattr(found, name) for name in _COLUMNS if name not in ("id", "sum", "clearing", "seal")}
    sealed = _seal(found, written.digest, written.root)
    signed = written.sum - (1 << 64) if written.sum >> 63 else written.sum
    connection.execute(
        insert(cold), {**values, "sum": signed, "root": written.root, "seal": sealed, "clearing": clearing}
    )


def _drop(connection: Connection, day: int, *, at: int) -> None:
    """Forget the row of a day; its file is deleted later."""
    old = connection.execute(select(cold.c.file).where(cold.c.day == day)).scalar_one_or_none()
    if old is not None:
        connection.execute(delete(cold).where(cold.c.day == day))
        if old:
            connection.execute(insert(cold_gone), {"file": old, "at": at})


def cleared(connection: Connection, entry: Entry) -> None:
    """The leaves hold nothing any more that is in the file."""
    connection.execute(update(cold).where(cold.c.id == entry.id).values(clearing=0))


def gone(connection: Connection) -> dict[str, int]:
    """Files that no day names any more, with when that came about (µs UTC)."""
    return dict(connection.execute(select(cold_gone.c.file, cold_gone.c.at)).all())


def forget(connection: Connection, files: list[str]) -> None:
    """Those files are deleted."""
    connection.execute(delete(cold_gone).where(cold_gone.c.file.in_(files)))


def _entry(row: Row[Any]) -> Entry:
    found = row._mapping
    kept = {name: found[name] for name in _COLUMNS if name not in ("sum", "clearing", "seal")}
    return Entry(**kept, sum=found["sum"] % (1 << 64), clearing=bool(found["clearing"]), sealed=found["seal"])


def _seal(entry: Entry, digest: bytes, root: bytes) -> bytes:
    """Over everything in the row that answers rest on."""
    summed = hashlib.sha256(
        _FACTS.pack(
            *(entry.day, entry.size, entry.n, entry.points, entry.generation, entry.first_at, entry.last_at),
            *(entry.through, entry.made_at, entry.sum),
        )
    )
    summed.update(entry.file.encode())
    summed.update(digest)
    summed.update(root)
    return summed.digest()
