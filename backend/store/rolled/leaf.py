"""One stretch of one point as a row: its samples, or its grains of a tier, with a digest; pure.

A leaf holds sorted, packed columns; a piece holds what one step found of a point, as plain columns that are quick to
read: at int64[n], value float64[n], quality uint8[n], little endian.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from backend.model.sample import SampleBatch, Times
from backend.store.blob import DamagedError
from backend.store.rolled.grains import Grains, Tier
from backend.store.rolled.packing import pack, unpack

VERSION: Final = 2

_PIECE_KIND: Final = -1
_FACTS = struct.Struct("<BhqqqqI")
"""Version; tier, or -1 for a piece; point; step (pieces); first; last; n."""
_PIECE_ROW_BYTES = 8 + 8 + 1
_SAMPLES: Final = "ifi"
_GRAINS: Final = "iifffiffii"


@dataclass(frozen=True, slots=True)
class Leaf:
    """A row of `leaf`. first, last: the lowest and highest key in it (see `keys`)."""

    tier: int
    point: int
    first: int
    last: int
    n: int
    digest: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class Piece:
    """A row of `piece`. through: the newest group of the step that made it; first_at, last_at: µs UTC."""

    point: int
    through: int
    first_at: int
    last_at: int
    n: int
    digest: bytes
    body: bytes


def keys(held: SampleBatch | Grains, tier: Tier) -> Times:
    """What rows of a leaf are sorted by: µs UTC for samples, the number of the grain (at // grain) for grains."""
    return held.at // tier.grain_us if tier.grain_us else held.at


def leaf(held: SampleBatch | Grains, tier: Tier, point: int) -> Leaf:
    """One leaf of one row or more, sorted."""
    key = keys(held, tier)
    body = pack(_columns(held))
    facts = (tier.id, point, int(key[0]), int(key[-1]), len(held))
    return Leaf(*facts, digest=_digest(body, tier.id, point, 0, *facts[2:]), body=body)


def samples_in(row: Leaf) -> SampleBatch:
    """The samples of a leaf of tier 0. Raises DamagedError."""
    at, value, quality = _believed(row, _SAMPLES)
    return _batch(row.point, at, value, quality.astype(np.uint8))


def grains_in(row: Leaf) -> Grains:
    """The grains of a leaf of any other tier. Raises DamagedError."""
    at, after, low, high, total, used, first, last, count, worst = _believed(row, _GRAINS)
    return Grains(at, at + after, low, high, total, used, first, last, count, worst.astype(np.uint8))


def piece(batch: SampleBatch, through: int) -> Piece:
    """Samples of one point, sorted, as one step found them."""
    point, first_at, last_at = int(batch.point[0]), int(batch.at[0]), int(batch.at[-1])
    body = b"".join(
        column.astype(kind, copy=False).tobytes()
        for column, kind in ((batch.at, "<i8"), (batch.value, "<f8"), (batch.quality, "u1"))
    )
    facts = (first_at, last_at, len(batch))
    return Piece(point, through, *facts, digest=_digest(body, _PIECE_KIND, point, through, *facts), body=body)


def samples_of(row: Piece) -> SampleBatch:
    """The samples of a piece. Raises DamagedError."""
    _check(row.digest, row.body, _PIECE_KIND, row.point, row.through, row.first_at, row.last_at, row.n)
    n, body = row.n, row.body
    if len(body) != n * _PIECE_ROW_BYTES:
        raise DamagedError("its length does not fit its count")
    return _batch(
        row.point,
        np.frombuffer(body, "<i8", n),
        np.frombuffer(body, "<f8", n, 8 * n),
        np.frombuffer(body, "u1", n, 16 * n),
    )


def _columns(held: SampleBatch | Grains) -> list[NDArray[Any]]:
    if isinstance(held, SampleBatch):
        return [held.at, held.value, held.quality]
    return [
        *(held.at, held.last_at - held.at, held.low, held.high, held.total),
        *(held.used, held.first, held.last, held.count, held.worst),
    ]


def _believed(row: Leaf, kinds: str) -> list[NDArray[Any]]:
    _check(row.digest, row.body, row.tier, row.point, 0, row.first, row.last, row.n)
    try:
        return unpack(row.body, row.n, kinds)
    except (ValueError, zlib.error, struct.error) as error:
        raise DamagedError(f"its columns cannot be read ({error})") from error


def _check(digest: object, body: Any, *facts: Any) -> None:
    try:
        known = _digest(body, *facts)
    except (TypeError, AttributeError, struct.error) as error:
        raise DamagedError("its row holds values of the wrong type") from error
    if known != digest:
        raise DamagedError("its digest does not match")


def _digest(body: bytes, kind: int, point: int, through: int, first: int, last: int, n: int) -> bytes:
    """SHA-256 over the row's facts and its bytes, 32 bytes."""
    summed = hashlib.sha256(_FACTS.pack(VERSION, kind, point, through, first, last, n))
    summed.update(body)
    return summed.digest()


def _batch(point: int, at: Any, value: Any, quality: Any) -> SampleBatch:
    return SampleBatch(
        point=np.full(len(at), point, np.int32), at=at, value=value, quality=quality, received_at=0, source=""
    )
