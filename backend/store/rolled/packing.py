"""Columns of numbers as few bytes, and back to the bit. Pure.

Whole numbers become offsets from the lowest of them, or of their differences, in as few bytes as hold them; numbers
with few decimals become whole numbers first. Then the planes of bytes, highest first, go through deflate.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_LEVEL: Final = 6
_RAW: Final = -15
"""Deflate without a header or a sum of its own: the digest of the row stands for both."""
_SAME = struct.Struct("<B")
"""0, or one more than the place of the column before it that this one equals."""
_INTS = struct.Struct("<BBqq")
"""Bytes a number (0, 1, 2, 4, 8); 1 where differences; the lowest; the first number."""
_FLOATS = struct.Struct("<bI")
"""Decimals, or -1 for the bits as they are; how many are not finite."""
_WIDTHS: Final = ((1 << 8, 1), (1 << 16, 2), (1 << 32, 4))
_MOST_DECIMALS: Final = 4
_GLANCE: Final = 32
_EXACT: Final = float(1 << 53)
_NONE: Final = np.zeros(0, np.int64)
_SCALES: Final = tuple(10.0**decimals for decimals in range(_MOST_DECIMALS + 1))


def pack(columns: Sequence[NDArray[Any]]) -> bytes:
    """Columns of int64 or float64 of equal length; `unpack` is told their kinds."""
    parts: list[bytes] = []
    seen: dict[tuple[str, bytes], int] = {}
    for place, column in enumerate(columns):
        same = seen.setdefault((column.dtype.kind, column.tobytes()), place)
        if same < place:
            parts.append(_SAME.pack(same + 1))
        else:
            parts.append(_SAME.pack(0) + (_pack_floats if column.dtype.kind == "f" else _pack_ints)(column))
    squeezer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _RAW)
    return squeezer.compress(b"".join(parts)) + squeezer.flush()


def unpack(body: bytes, n: int, kinds: str) -> list[NDArray[Any]]:
    """The columns, by their kinds ("i" or "f" each); equal ones may be one array. Raises ValueError, zlib.error or
    struct.error on other bytes."""
    reader = _Reader(zlib.decompress(body, _RAW), n)
    columns: list[NDArray[Any]] = []
    for kind in kinds:
        same = reader.same()
        if same > len(columns):
            raise ValueError("a column is named that is not there yet")
        columns.append(columns[same - 1] if same else reader.floats() if kind == "f" else reader.ints())
    if not reader.at_end():
        raise ValueError("there are more bytes than columns")
    return columns


def decimals_of(values: Floats) -> int | None:
    """How many decimals (0 to 4) write every value exactly; None when more would be needed."""
    for decimals, scale in enumerate(_SCALES):
        if _is_exact(values[:_GLANCE], scale) and _is_exact(values, scale):
            return decimals
    return None


def _is_exact(values: Floats, scale: float) -> bool:
    if not (np.abs(values) < _EXACT / scale).all():
        return False
    back = np.rint(values * scale).astype(np.int64) / scale
    # To the bit, so that -0.0 stays what it was.
    return np.array_equal(back.view(np.int64), values.view(np.int64))


def _pack_ints(column: NDArray[Any]) -> bytes:
    values = column.astype(np.int64, copy=False)
    if not len(values):
        return _INTS.pack(0, 0, 0, 0)
    first = int(values[0])
    low, width = _span(values)
    if not width:
        return _INTS.pack(0, 0, low, first)
    # Differences wrap around, and adding them up wraps back.
    steps = values[1:] - values[:-1]
    low_step, step_width = _span(steps)
    if step_width <= width:
        return _INTS.pack(step_width, 1, low_step, first) + _planes(steps, low_step, step_width)
    return _INTS.pack(width, 0, low, first) + _planes(values, low, width)


def _span(values: Ints) -> tuple[int, int]:
    """The lowest, and how many bytes hold the distance of any other from it."""
    low, high = int(values.min()), int(values.max())
    if low == high:
        return low, 0
    return low, next((width for most, width in _WIDTHS if high - low < most), 8)


def _planes(values: Ints, low: int, width: int) -> bytes:
    if not width:
        return b""
    offsets = values.view(np.uint64) - np.uint64(low & 0xFFFFFFFFFFFFFFFF)
    narrow = offsets.astype(f"<u{width}")
    return narrow.view(np.uint8).reshape(-1, width).T[::-1].tobytes()


def _pack_floats(column: Floats) -> bytes:
    values = np.ascontiguousarray(column, np.float64)
    finite = np.isfinite(values)
    kept, odd = values, _NONE
    if not finite.all():
        odd = np.flatnonzero(~finite)
        kept = np.where(finite, values, values[finite][0] if finite.any() else 0.0)
    decimals = decimals_of(kept)
    whole = kept.view(np.int64) if decimals is None else np.rint(kept * _SCALES[decimals]).astype(np.int64)
    head = _FLOATS.pack(-1 if decimals is None else decimals, len(odd)) + _pack_ints(whole)
    if len(odd):
        head += odd.astype("<u4").tobytes() + values[odd].astype("<f8").tobytes()
    return head


class _Reader:
    """Takes columns off a run of bytes."""

    def __init__(self, content: bytes, n: int) -> None:
        self._content = content
        self._n = n
        self._at = 0

    def at_end(self) -> bool:
        return self._at == len(self._content)

    def same(self) -> int:
        (found,) = _SAME.unpack_from(self._content, self._at)
        self._at += _SAME.size
        return int(found)

    def ints(self) -> Ints:
        width, steps, low, first = _INTS.unpack_from(self._content, self._at)
        self._at += _INTS.size
        n = self._n
        if not n:
            return np.zeros(0, np.int64)
        if not steps:
            return self._offsets(n, width, low)
        values = np.empty(n, np.int64)
        values[0] = first
        values[1:] = self._offsets(n - 1, width, low)
        return np.cumsum(values, out=values)

    def floats(self) -> Floats:
        decimals, odd = _FLOATS.unpack_from(self._content, self._at)
        self._at += _FLOATS.size
        whole = self.ints()
        values: Floats = whole.view(np.float64) if decimals < 0 else whole / _SCALES[decimals]
        if odd:
            where = self._take(odd, "<u4")
            values[where] = self._take(odd, "<f8")
        return values

    def _offsets(self, n: int, width: int, low: int) -> Ints:
        if not width:
            return np.full(n, low, np.int64)
        planes = self._take(n * width, "u1").reshape(width, n)
        narrow = np.ascontiguousarray(planes[::-1].T).view(f"<u{width}").reshape(n)
        offsets = narrow.astype(np.uint64) + np.uint64(low & 0xFFFFFFFFFFFFFFFF)
        return offsets.view(np.int64)

    def _take(self, n: int, kind: str) -> NDArray[Any]:
        taken = np.frombuffer(self._content, kind, n, self._at)
        self._at += taken.nbytes
        return taken
