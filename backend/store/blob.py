"""One group of samples as bytes and back, with a digest that is checked before a row is believed; pure.

Layout, little endian: magic "LPSB", version uint16, 2 bytes zero, n uint32, 4 bytes zero; then at int64[n],
value float64[n], point int32[n], quality uint8[n]. The widest columns come first, so that every column is aligned.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from typing import Final

import numpy as np

from backend.model.sample import SampleBatch
from backend.store.schema import storable

VERSION: Final = 1
SPANS_US: Final = (1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000, 30 * 86_400_000_000)
"""Classes of how much time a group covers. Each class is searched from `start` minus its span, so that one group with
a clock gone wrong does not make every question read the whole table."""

_HEADER = struct.Struct("<4sHxxIxxxx")
_MAGIC = b"LPSB"
_FACTS = struct.Struct("<qqqI")
_ROW_BYTES = 8 + 8 + 4 + 1
_COLUMNS = (("at", "<i8"), ("value", "<f8"), ("point", "<i4"), ("quality", "u1"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group as its row in `samples`, without its id. points: the lowest and highest point id in it."""

    span: int
    first_at: int
    last_at: int
    low_point: int
    high_point: int
    n: int
    received_at: int
    source: str
    digest: bytes
    body: bytes


class DamagedError(Exception):
    """A group whose bytes are not the ones that were stored; the message says how that shows."""


def pack(batch: SampleBatch) -> Group:
    """A batch of one row or more, ready to store."""
    n = len(batch)
    first_at, last_at = int(batch.at.min()), int(batch.at.max())
    body = encode(batch)
    source = storable(batch.source)
    return Group(
        span=span_of(first_at, last_at),
        first_at=first_at,
        last_at=last_at,
        low_point=int(batch.point.min()),
        high_point=int(batch.point.max()),
        n=n,
        received_at=batch.received_at,
        source=source,
        digest=digest_of(body, first_at, last_at, batch.received_at, n, source),
        body=body,
    )


def encode(batch: SampleBatch) -> bytes:
    """The columns of a batch in the layout above."""
    columns = [getattr(batch, name).astype(kind, copy=False).tobytes() for name, kind in _COLUMNS]
    return b"".join([_HEADER.pack(_MAGIC, VERSION, len(batch)), *columns])


def unpack(
    *, body: bytes, digest: bytes, first_at: int, last_at: int, n: int, received_at: int, source: str
) -> SampleBatch:
    """The batch that was stored; raises DamagedError unless every byte of it, and of its row, is as it was."""
    try:
        known = digest_of(body, first_at, last_at, received_at, n, source)
    except (TypeError, AttributeError, struct.error) as error:
        raise DamagedError("its row holds values of the wrong type") from error
    if known != digest:
        raise DamagedError("its digest does not match")
    magic, version, count = _HEADER.unpack_from(body)
    if magic != _MAGIC or version != VERSION:
        raise DamagedError(f"its format {version} is unknown to this version")
    if count != n or len(body) != _HEADER.size + n * _ROW_BYTES:
        raise DamagedError("its length does not fit its count")
    offset = _HEADER.size
    columns = {}
    for name, kind in _COLUMNS:
        columns[name] = np.frombuffer(body, kind, n, offset)
        offset += columns[name].nbytes
    return SampleBatch(**columns, received_at=received_at, source=source)


def span_of(first_at: int, last_at: int) -> int:
    """Class of a group's span: index into SPANS_US of the first span that holds it, or one more."""
    return sum(last_at - first_at > span for span in SPANS_US)


def digest_of(body: bytes, first_at: int, last_at: int, received_at: int, n: int, source: str) -> bytes:
    """SHA-256 over the row's facts and the blob, 32 bytes."""
    summed = hashlib.sha256(_FACTS.pack(first_at, last_at, received_at, n))
    summed.update(source.encode())
    summed.update(body)
    return summed.digest()
