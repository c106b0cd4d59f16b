"""Facts as bytes, one way only: each value has its type and length in front, so 1 differs from "1" and None from ""."""

from __future__ import annotations

import struct
from collections.abc import Iterable

Plain = str | int | float | bool | None | bytes

_LENGTH = struct.Struct(">Q")
_FLOAT = struct.Struct(">d")


def canonical(values: Iterable[Plain]) -> bytes:
    """The bytes of a row of values; raises TypeError for a value of any other type.

    One value is a type letter, the length of its content as 8 bytes big-endian, and the content: text in UTF-8 (a lone
    surrogate as its three bytes), integers in decimal, floats as 8 bytes of IEEE 754, so that a NaN keeps its bits.
    """
    return b"".join(map(_one, values))


def _one(value: Plain) -> bytes:
    # bool before int: True is an int to Python, but not to an auditor.
    match value:
        case None:
            return _framed(b"n", b"")
        case bool():
            return _framed(b"b", b"\x01" if value else b"\x00")
        case int():
            return _framed(b"i", b"%d" % value)
        case float():
            return _framed(b"f", _FLOAT.pack(value))
        case str():
            return _framed(b"s", value.encode("utf-8", "surrogatepass"))
        case bytes():
            return _framed(b"y", value)
        case _:
            raise TypeError(f"a journal keeps no {type(value).__name__}")


def _framed(letter: bytes, content: bytes) -> bytes:
    return letter + _LENGTH.pack(len(content)) + content
