"""Parquet's footer for a cold file: what any reader needs to know of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from backend.store.cold import pages, thrift
from backend.store.cold.layout import COLUMNS

_INT32, _INT64, _DOUBLE = 1, 2, 5
_REQUIRED, _OPTIONAL = 0, 1
_UINT_8, _INT_8, _TIMESTAMP_MICROS = 11, 15, 10
_ZSTD: Final = 6
_AUTHOR: Final = "Linepack cold files 1"


@dataclass(frozen=True, slots=True)
class _Column:
    physical: int
    repetition: int
    converted: int | None
    encoding: int


_SHAPES: Final = {
    "point": _Column(_INT32, _REQUIRED, None, pages.DELTA),
    "time_utc": _Column(_INT64, _REQUIRED, _TIMESTAMP_MICROS, pages.DELTA),
    "number": _Column(_INT64, _OPTIONAL, None, pages.DELTA),
    "decimals": _Column(_INT32, _REQUIRED, _INT_8, pages.DELTA),
    "value": _Column(_DOUBLE, _OPTIONAL, None, pages.SPLIT),
    "quality": _Column(_INT32, _REQUIRED, _UINT_8, pages.DELTA),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RowGroup:
    """offsets, sizes, plain: of each column's pages where they begin, how many bytes, and how many before squeezing.

    points, times: lowest and highest.
    """

    rows: int
    offsets: tuple[int, ...]
    sizes: tuple[int, ...]
    plain: tuple[int, ...]
    points: tuple[int, int]
    times: tuple[int, int]


def encoding_of(column: str) -> int:
    """How the pages of a column are encoded."""
    return _SHAPES[column].encoding


def footer(groups: Iterable[RowGroup], rows: int, notes: Mapping[str, str]) -> bytes:
    """The footer without its length and magic."""
    root = thrift.encoded(thrift.binary(4, b"samples"), thrift.i32(5, len(COLUMNS)))
    return thrift.encoded(
        thrift.i32(1, 2),
        thrift.structs(2, [root, *(_element(name) for name in COLUMNS)]),
        thrift.i64(3, rows),
        thrift.structs(4, [_row_group(group) for group in groups]),
        thrift.structs(5, [_note(key, text) for key, text in notes.items()]),
        thrift.binary(6, _AUTHOR.encode()),
    )


def _element(name: str) -> bytes:
    shape = _SHAPES[name]
    fields = [thrift.i32(1, shape.physical), thrift.i32(3, shape.repetition), thrift.binary(4, name.encode())]
    if shape.converted is not None:
        fields.append(thrift.i32(6, shape.converted))
    if shape.converted == _TIMESTAMP_MICROS:
        micros = thrift.struct(2, thrift.struct(2))
        fields.append(thrift.struct(10, thrift.struct(8, thrift.flag(1, True), micros)))
    return thrift.encoded(*fields)


def _row_group(group: RowGroup) -> bytes:
    return thrift.encoded(
        thrift.structs(1, [_chunk(group, place) for place in range(len(COLUMNS))]),
        thrift.i64(2, sum(group.plain)),
        thrift.i64(3, group.rows),
    )


def _chunk(group: RowGroup, place: int) -> bytes:
    name = COLUMNS[place]
    shape = _SHAPES[name]
    fields = [
        thrift.i32(1, shape.physical),
        thrift.numbers(2, [shape.encoding, pages.RLE]),
        thrift.texts(3, [name]),
        thrift.i32(4, _ZSTD),
        thrift.i64(5, group.rows),
        thrift.i64(6, group.plain[place]),
        thrift.i64(7, group.sizes[place]),
        thrift.i64(9, group.offsets[place]),
    ]
    limits = {"point": (group.points, 4), "time_utc": (group.times, 8)}.get(name)
    if limits is not None:
        (low, high), width = limits
        written = [each.to_bytes(width, "little", signed=True) for each in (high, low)]
        fields.append(thrift.struct(12, thrift.i64(3, 0), thrift.binary(5, written[0]), thrift.binary(6, written[1])))
    return thrift.encoded(thrift.i64(2, group.offsets[place]), thrift.struct(3, *fields))


def _note(key: str, text: str) -> bytes:
    return thrift.encoded(thrift.binary(1, key.encode()), thrift.binary(2, text.encode()))
