"""Columns of numbers as Parquet data pages, and back to the bit. Pure.

Whole numbers are DELTA_BINARY_PACKED with one miniblock a page whose width is 0, 8, 16, 32 or 64 bits: whole bytes,
which Zstandard squeezes better than packed bits and NumPy reads as they are. Other values are BYTE_STREAM_SPLIT.
"""

from __future__ import annotations

import threading
from typing import Any, Final

import numpy as np
import zstandard
from numpy.typing import NDArray

from backend.store.cold import thrift

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

PLAIN: Final = 0
RLE: Final = 3
DELTA: Final = 5
SPLIT: Final = 9
"""Parquet's numbers of the encodings."""

_DATA_PAGE: Final = 0
_LEVEL: Final = 6
_BLOCK: Final = 128
"""A block of differences is a multiple of this."""
_WIDTHS: Final = ((1 << 8, 1), (1 << 16, 2), (1 << 32, 4))
_MOST_BYTES: Final = 1 << 26
"""No page of ours unpacks to more."""

_tools = threading.local()


def page(content: bytes, n: int, encoding: int) -> tuple[bytes, int]:
    """A data page of `n` rows, and how long it is before it is squeezed, header and all."""
    squeezed = _squeezer().compress(content)
    header = thrift.encoded(
        thrift.i32(1, _DATA_PAGE),
        thrift.i32(2, len(content)),
        thrift.i32(3, len(squeezed)),
        thrift.struct(5, thrift.i32(1, n), thrift.i32(2, encoding), thrift.i32(3, RLE), thrift.i32(4, RLE)),
    )
    return header + squeezed, len(header) + len(content)


def content_of(found: bytes) -> bytes:
    """What a page made by `page` holds. Raises ValueError for anything else."""
    try:
        # The header is ours: type, size, squeezed size, then what the caller knows already.
        _, at = thrift.read_zigzag(found, 1)
        size, at = thrift.read_zigzag(found, at + 1)
        squeezed, at = thrift.read_zigzag(found, at + 1)
        content: bytes = _stretcher().decompress(
            found[len(found) - squeezed :], max_output_size=min(size, _MOST_BYTES) + 1
        )
    except (IndexError, zstandard.ZstdError) as error:
        raise ValueError(f"a page cannot be unpacked ({error})") from error
    if len(content) != size:
        raise ValueError("a page is not as long as it says")
    return content


def deltas(values: Ints) -> bytes:
    """Whole numbers, as differences from one to the next."""
    n = len(values)
    steps = values[1:] - values[:-1]
    block = -(-max(n - 1, 1) // _BLOCK) * _BLOCK
    head = thrift.varint(block) + thrift.varint(1) + thrift.varint(n) + thrift.zigzag(int(values[0]) if n else 0)
    if not len(steps):
        return head
    low, high = int(steps.min()), int(steps.max())
    # Differences wrap around, and adding them up wraps back.
    width = 0 if low == high else next((width for most, width in _WIDTHS if high - low < most), 8)
    head += thrift.zigzag(low) + bytes([width * 8])
    if not width:
        return head
    offsets = (steps.view(np.uint64) - np.uint64(low & 0xFFFFFFFFFFFFFFFF)).astype(f"<u{width}")
    return head + offsets.tobytes() + bytes((block - len(steps)) * width)


def read_deltas(content: bytes, n: int) -> Ints:
    """What `deltas` wrote, `n` of them. Raises ValueError or IndexError for other bytes."""
    _block, at = thrift.read_varint(content, 0)
    _one, at = thrift.read_varint(content, at)
    count, at = thrift.read_varint(content, at)
    first, at = thrift.read_zigzag(content, at)
    if count != n:
        raise ValueError("a page holds another number of rows")
    if n < 2:
        return np.full(n, first, np.int64)
    low, at = thrift.read_zigzag(content, at)
    width = content[at] // 8
    values = np.empty(n, np.int64)
    values[0] = first
    if width:
        offsets = np.frombuffer(content, f"<u{width}", n - 1, at + 1).astype(np.uint64)
        values[1:] = (offsets + np.uint64(low & 0xFFFFFFFFFFFFFFFF)).view(np.int64)
    else:
        values[1:] = low
    return np.cumsum(values, out=values)


def split(values: Floats) -> bytes:
    """Other values: the lowest byte of each, then the second, and so on."""
    return values.astype("<f8", copy=False).view(np.uint8).reshape(-1, 8).T.tobytes()


def read_split(content: bytes, n: int) -> Floats:
    """What `split` wrote. Raises ValueError for other bytes."""
    planes = np.frombuffer(content, np.uint8, n * 8).reshape(8, n)
    found: Floats = np.ascontiguousarray(planes.T).view("<f8").reshape(n)
    return found


def levels(there: NDArray[np.bool_]) -> bytes:
    """Which rows have a value, as definition levels."""
    n = len(there)
    if there.all() or not there.any():
        runs = thrift.varint(n << 1) + bytes([int(n > 0 and there[0])])
    else:
        groups = -(-n // 8)
        runs = thrift.varint(groups << 1 | 1) + np.packbits(there, bitorder="little").tobytes()
    return len(runs).to_bytes(4, "little") + runs


def read_levels(content: bytes, n: int) -> tuple[NDArray[np.bool_], bytes]:
    """Which rows have a value, and what follows. Raises ValueError or IndexError for other bytes."""
    size = int.from_bytes(content[:4], "little")
    runs, rest = content[4 : 4 + size], content[4 + size :]
    head, at = thrift.read_varint(runs, 0)
    if head & 1:
        bits = np.unpackbits(np.frombuffer(runs, np.uint8, -1, at), bitorder="little")
        if len(bits) < n:
            raise ValueError("a page holds fewer rows than it says")
        return bits[:n].astype(np.bool_), rest
    return np.full(n, runs[at] != 0), rest


def squeezed(content: bytes) -> bytes:
    """Bytes of ours that no other reader looks at."""
    found: bytes = _squeezer().compress(content)
    return found


def stretched(content: bytes) -> bytes:
    """What `squeezed` was given. Raises ValueError for other bytes."""
    try:
        found: bytes = _stretcher().decompress(content, max_output_size=_MOST_BYTES)
    except zstandard.ZstdError as error:
        raise ValueError(f"its directory cannot be unpacked ({error})") from error
    return found


def _squeezer() -> Any:
    # One of each a thread: they are not to be shared.
    found = getattr(_tools, "squeezer", None)
    if found is None:
        found = _tools.squeezer = zstandard.ZstdCompressor(level=_LEVEL, write_content_size=True, write_checksum=False)
    return found


def _stretcher() -> Any:
    found = getattr(_tools, "stretcher", None)
    if found is None:
        found = _tools.stretcher = zstandard.ZstdDecompressor()
    return found
