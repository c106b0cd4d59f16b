"""How a cold file is laid out, beside what Parquet itself says of it. Pure.

A file is a run of row groups. Each is its columns' pages (a page of every column for each block of rows, a block being
one point or a few small ones), then a directory of the blocks that only this reader looks at. The root names every row
group with a digest of all its bytes; it is kept in the catalogue and, for the day that is lost, in the file.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

MAGIC: Final = b"PAR1"
VERSION: Final = 1
DAY_US: Final = 86_400_000_000
COLUMNS: Final = ("point", "time_utc", "number", "decimals", "value", "quality")

DIGEST_BYTES: Final = 16
ROOT: Final = np.dtype(
    [
        ("low", "<i4"),
        ("high", "<i4"),
        ("rows", "<i4"),
        ("pages", "<i4"),
        ("directory", "<i4"),
        ("offset", "<i8"),
        ("digest", "u1", (DIGEST_BYTES,)),
    ]
)
"""A row group: its lowest and highest point, rows, bytes of pages and of the directory behind them, where it begins."""

MIXED: Final = -1
BLOCK: Final = np.dtype(
    [
        ("low", "<i4"),
        ("high", "<i4"),
        ("rows", "<i4"),
        ("numbers", "<i4"),
        ("first_at", "<i8"),
        ("last_at", "<i8"),
        ("decimals", "<i2"),
        ("quality", "<i2"),
        ("sizes", "<i4", (len(COLUMNS),)),
    ]
)
"""numbers: rows that have one. decimals, quality: of every row, or MIXED. sizes: bytes of its page of each column."""

_MIX: Final = tuple(np.uint64(each) for each in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9))


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A finished file. root: ROOT records. sum: `sum_of` its rows. digest: SHA-256 of all its bytes."""

    size: int
    n: int
    points: int
    first_at: int
    last_at: int
    sum: int
    digest: bytes
    root: bytes


def day_of(at: int) -> int:
    """Days since 1970, UTC."""
    return at // DAY_US


def digest_of(content: bytes | memoryview) -> bytes:
    """Of one row group, directory and all."""
    return hashlib.sha256(content).digest()[:DIGEST_BYTES]


def sum_of(point: NDArray[Any], at: NDArray[Any], value: NDArray[Any], quality: NDArray[Any]) -> int:
    """A number that two sets of rows share only when they hold the same rows, whatever their order."""
    mixed = at.astype(np.int64).view(np.uint64) * _MIX[0]
    mixed ^= (point.astype(np.uint64) << np.uint64(8) | quality.astype(np.uint64)) * _MIX[1]
    mixed ^= mixed >> np.uint64(29)
    mixed += np.ascontiguousarray(value, np.float64).view(np.uint64)
    mixed *= _MIX[2]
    mixed ^= mixed >> np.uint64(32)
    mixed *= _MIX[1]
    return int(mixed.sum(dtype=np.uint64))
