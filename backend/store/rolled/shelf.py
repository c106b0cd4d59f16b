"""The tables of what is derived from samples, row by row; the driver's own SQL, since much is read for one trend."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, fields

from backend.errors import StoreError, mark
from backend.model.storage import StoredTier
from backend.store.rolled.grains import ROLLED, TIERS
from backend.store.rolled.leaf import Leaf, Piece

_LEAF = ", ".join(field.name for field in fields(Leaf))
_PIECE = ", ".join(field.name for field in fields(Piece))
# Leaves never overlap, so that of those before the start only the last can reach into what is asked.
_LEAVES = (
    f"SELECT {_LEAF} FROM leaf WHERE tier = :tier AND point = :point AND first <= :last AND first >= coalesce("
    "(SELECT max(first) FROM leaf WHERE tier = :tier AND point = :point AND first <= :first), :first) ORDER BY first"
)
_FIRSTS = (
    "SELECT first FROM leaf WHERE tier = :tier AND point = :point AND first <= :last AND first >= coalesce("
    "(SELECT max(first) FROM leaf WHERE tier = :tier AND point = :point AND first <= :first), "
    "(SELECT min(first) FROM leaf WHERE tier = :tier AND point = :point)) ORDER BY first"
)
_PIECES_UPTO = f"SELECT {_PIECE} FROM piece WHERE point = ? AND through <= ?"
_PIECES = f"{_PIECES_UPTO} AND first_at < ? AND last_at >= ? ORDER BY through"
_ALL_PIECES = f"{_PIECES_UPTO} ORDER BY through"
_PUT_LEAF = f"INSERT INTO leaf ({_LEAF}) VALUES (?, ?, ?, ?, ?, ?, ?)"
_PUT_PIECE = f"INSERT INTO piece ({_PIECE}) VALUES (?, ?, ?, ?, ?, ?, ?)"
# From one point straight to the next, instead of through all leaves.
_LEAF_POINTS = (
    "WITH RECURSIVE each(point) AS (SELECT min(point) FROM leaf WHERE tier = 0 UNION ALL "
    "SELECT (SELECT min(leaf.point) FROM leaf WHERE tier = 0 AND leaf.point > each.point) FROM each "
    "WHERE each.point IS NOT NULL) SELECT point FROM each WHERE point IS NOT NULL"
)

OTHER = mark("Another program is making the roll-ups of {file}; what was made here is left.")
"""Whoever comes second gives way: nothing it made is stored."""


def through(raw: sqlite3.Connection) -> int:
    """The newest group whose samples are in pieces or leaves."""
    row = raw.execute("SELECT through FROM rolled").fetchone()
    return int(row[0]) if row else 0


def newest_group(raw: sqlite3.Connection) -> int:
    """0 when there is none."""
    (found,) = raw.execute("SELECT max(id) FROM samples").fetchone()
    return found or 0


def mending(raw: sqlite3.Connection) -> dict[int, tuple[int, int]]:
    """Points whose leaves are being made again, with how far they are and their goal: only groups answer for them."""
    return {point: (far, goal) for point, far, goal in raw.execute("SELECT point, through, goal FROM mending")}


def leaves(raw: sqlite3.Connection, tier: int, point: int, first: int, last: int) -> list[Leaf]:
    """Leaves that may hold keys first <= key <= last, in order; the first of them may end before that."""
    asked = {"tier": tier, "point": point, "first": first, "last": last}
    return [Leaf(*row) for row in raw.execute(_LEAVES, asked)]


def firsts(raw: sqlite3.Connection, tier: int, point: int, first: int, last: int) -> list[int]:
    """Where the leaves begin that rows with first <= key <= last belong to; rows before the first leaf are its too."""
    asked = {"tier": tier, "point": point, "first": first, "last": last}
    return [row[0] for row in raw.execute(_FIRSTS, asked)]


def leaf_at(raw: sqlite3.Connection, tier: int, point: int, first: int) -> Leaf:
    """The leaf that begins with a key."""
    asked = f"SELECT {_LEAF} FROM leaf WHERE tier = ? AND point = ? AND first = ?"
    return Leaf(*raw.execute(asked, (tier, point, first)).fetchone())


def is_last(raw: sqlite3.Connection, tier: int, point: int, first: int) -> bool:
    """Whether no leaf of the tier and point begins after `first`."""
    asked = "SELECT max(first) FROM leaf WHERE tier = ? AND point = ?"
    (found,) = raw.execute(asked, (tier, point)).fetchone()
    return found is None or found <= first


def pieces(raw: sqlite3.Connection, point: int, upto: int, start: int, end: int) -> list[Piece]:
    """Pieces of a point that count as of the group `upto` and may hold start <= at < end, in order of storing."""
    return [Piece(*row) for row in raw.execute(_PIECES, (point, upto, end, start))]


def all_pieces(raw: sqlite3.Connection, point: int, upto: int) -> list[Piece]:
    """Every piece of a point that counts as of the group `upto`, in order of storing."""
    return [Piece(*row) for row in raw.execute(_ALL_PIECES, (point, upto))]


def begins(raw: sqlite3.Connection, point: int, upto: int) -> list[int]:
    """When the samples in the leaves of a point begin, and when those in its pieces do."""
    asked = "SELECT min(first) FROM leaf WHERE tier = 0 AND point = ?"
    also = "SELECT min(first_at) FROM piece WHERE point = ? AND through <= ?"
    found = (*raw.execute(asked, (point,)).fetchone(), *raw.execute(also, (point, upto)).fetchone())
    return [int(first) for first in found if first is not None]


def begins_rolled(raw: sqlite3.Connection, point: int) -> list[int]:
    """When the first minute, quarter or hour that is rolled up for a point begins."""
    asked = "SELECT min(first) FROM leaf WHERE tier = ? AND point = ?"
    found = [(raw.execute(asked, (tier.id, point)).fetchone()[0], tier) for tier in ROLLED]
    return [int(first) * tier.grain_us for first, tier in found if first is not None]


def each_leaf(raw: sqlite3.Connection) -> Iterator[Leaf]:
    """All there are."""
    return (Leaf(*row) for row in raw.execute(f"SELECT {_LEAF} FROM leaf"))


def each_piece(raw: sqlite3.Connection) -> Iterator[Piece]:
    """All that count."""
    asked = f"SELECT {_PIECE} FROM piece WHERE through <= (SELECT through FROM rolled)"
    return (Piece(*row) for row in raw.execute(asked))


def waiting(raw: sqlite3.Connection, upto: int) -> list[tuple[int, int]]:
    """(point, how many pieces) for every point that has any."""
    return raw.execute("SELECT point, count(*) FROM piece WHERE through <= ? GROUP BY point", (upto,)).fetchall()


def put_pieces(raw: sqlite3.Connection, made: Iterable[Piece]) -> None:
    """Store pieces that do not count yet."""
    raw.executemany(_PUT_PIECE, (astuple(each) for each in made))


def drop_uncounted(raw: sqlite3.Connection) -> None:
    """Forget pieces of a step that did not come to its end."""
    raw.execute("DELETE FROM piece WHERE through > (SELECT through FROM rolled)")


def count_in(raw: sqlite3.Connection, file: object, *, before: int, upto: int, pieces: int, samples: int) -> None:
    """Let a step's pieces count, if they are all there and nobody else has gone on from `before`."""
    asked = "SELECT count(*), coalesce(sum(n), 0) FROM piece WHERE through = ?"
    moved = raw.execute("UPDATE rolled SET through = ? WHERE through = ?", (upto, before)).rowcount
    if moved != 1 or raw.execute(asked, (upto,)).fetchone() != (pieces, samples):
        raise StoreError(OTHER, file=file)


def replace(raw: sqlite3.Connection, file: object, *, old: Sequence[tuple[int, int, int]], new: Sequence[Leaf]) -> None:
    """Put leaves in the place of others, named by (tier, point, first)."""
    if old:
        gone = raw.executemany("DELETE FROM leaf WHERE tier = ? AND point = ? AND first = ?", old).rowcount
        if gone != len(old):
            raise StoreError(OTHER, file=file)
    raw.executemany(_PUT_LEAF, (astuple(each) for each in new))


def drop_pieces(raw: sqlite3.Connection, file: object, point: int, upto: int, count: int) -> None:
    """Forget the pieces of a point, whose samples are in its leaves now."""
    dropped = raw.execute("DELETE FROM piece WHERE point = ? AND through <= ?", (point, upto)).rowcount
    if dropped != count:
        raise StoreError(OTHER, file=file)


def begin_mending(raw: sqlite3.Connection, point: int, goal: int, begun: int, kept: Sequence[Leaf]) -> None:
    """Forget what is derived for a point but for what is kept; cold files and groups answer for it until it is made
    again."""
    raw.execute("DELETE FROM leaf WHERE point = ?", (point,))
    raw.execute("DELETE FROM piece WHERE point = ? AND through <= ?", (point, goal))
    raw.executemany(_PUT_LEAF, (astuple(each) for each in kept))
    raw.execute("INSERT OR REPLACE INTO mending (point, through, goal) VALUES (?, ?, ?)", (point, begun, goal))


def mended_through(raw: sqlite3.Connection, file: object, point: int, *, before: int, far: int) -> None:
    """The leaves of a point hold its samples of the groups up to `far` now."""
    moved = raw.execute("UPDATE mending SET through = ? WHERE point = ? AND through = ?", (far, point, before))
    if moved.rowcount != 1:
        raise StoreError(OTHER, file=file)
    raw.execute("DELETE FROM mending WHERE point = ? AND through >= goal", (point,))


def sizes(raw: sqlite3.Connection) -> list[StoredTier]:
    """What each tier of leaves comes to."""
    asked = "SELECT coalesce(sum(n), 0), coalesce(sum(length(body) + 80), 0), min(first), max(last) FROM leaf "
    asked += "WHERE tier = ?"
    found: list[StoredTier] = []
    for tier in TIERS:
        rows, size, first, last = raw.execute(asked, (tier.id,)).fetchone()
        grain = tier.grain_us or 1
        oldest, newest = (None, None) if first is None else (first * grain, (last + 1) * grain - 1)
        found.append(StoredTier(name=tier.name, rows=rows, bytes=size, oldest=oldest, newest=newest))
    return found


def check_files(raw: sqlite3.Connection, file: object, version: int) -> None:
    """Refuse what was worked out before another program moved samples to a cold file, or while leaves are cleared."""
    (newest, clearing) = raw.execute("SELECT coalesce(max(id), 0), coalesce(max(clearing), 0) FROM cold").fetchone()
    if newest != version or clearing:
        raise StoreError(OTHER, file=file)


def points_with_samples(raw: sqlite3.Connection) -> list[int]:
    """The points that have samples in leaves or pieces, rising."""
    found = {row[0] for row in raw.execute(_LEAF_POINTS)}
    return sorted(found | {row[0] for row in raw.execute("SELECT DISTINCT point FROM piece")})


def destroyed(raw: sqlite3.Connection, kind: str) -> int | None:
    """Everything of a kind before this time (µs UTC) is destroyed; None when nothing is."""
    return all_destroyed(raw).get(kind)


def all_destroyed(raw: sqlite3.Connection) -> dict[str, int]:
    """Of each kind that grew too old the time (µs UTC) before which everything is destroyed, or about to be."""
    return dict(raw.execute("SELECT kind, max(until, goal) FROM retired").fetchall())
