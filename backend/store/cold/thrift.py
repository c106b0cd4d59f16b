"""The little of Thrift's compact protocol that Parquet's footer and page headers are written in. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class Kind(IntEnum):
    """Types of a field as they stand in its header."""

    TRUE = 1
    FALSE = 2
    I16 = 4
    I32 = 5
    I64 = 6
    BINARY = 8
    LIST = 9
    STRUCT = 12


Field = tuple[int, Kind, bytes]
"""Number, type and encoded value of a field; fields of a struct stand in rising order."""


def varint(value: int) -> bytes:
    """A number that is not negative, seven bits a byte."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def zigzag(value: int) -> bytes:
    """Any number of up to 64 bits."""
    return varint(value << 1 ^ value >> 63)


def i16(number: int, value: int) -> Field:
    """A field of 16 bits."""
    return number, Kind.I16, zigzag(value)


def i32(number: int, value: int) -> Field:
    """A field of 32 bits."""
    return number, Kind.I32, zigzag(value)


def i64(number: int, value: int) -> Field:
    """A field of 64 bits."""
    return number, Kind.I64, zigzag(value)


def flag(number: int, value: bool) -> Field:
    """A truth value."""
    return number, Kind.TRUE if value else Kind.FALSE, b""


def binary(number: int, value: bytes) -> Field:
    """Bytes or text."""
    return number, Kind.BINARY, varint(len(value)) + value


def struct(number: int, *fields: Field) -> Field:
    """A struct within a struct."""
    return number, Kind.STRUCT, encoded(*fields)


def structs(number: int, members: Iterable[bytes]) -> Field:
    """A list of structs, each as `encoded` gives it."""
    return _listed(number, Kind.STRUCT, list(members))


def numbers(number: int, members: Iterable[int]) -> Field:
    """A list of 32 bit numbers."""
    return _listed(number, Kind.I32, [zigzag(each) for each in members])


def texts(number: int, members: Iterable[str]) -> Field:
    """A list of texts."""
    return _listed(number, Kind.BINARY, [varint(len(each.encode())) + each.encode() for each in members])


def encoded(*fields: Field) -> bytes:
    """A struct."""
    out = bytearray()
    last = 0
    for number, kind, value in fields:
        ahead = number - last
        out += bytes([ahead << 4 | kind]) if ahead <= 15 else bytes([kind]) + zigzag(number)
        out += value
        last = number
    out.append(0)
    return bytes(out)


def read_varint(content: bytes, at: int) -> tuple[int, int]:
    """A number that is not negative, and where it ends. Raises IndexError past the end."""
    value = shift = 0
    while True:
        byte = content[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def read_zigzag(content: bytes, at: int) -> tuple[int, int]:
    """Any number, and where it ends."""
    value, at = read_varint(content, at)
    return value >> 1 ^ -(value & 1), at


def _listed(number: int, kind: Kind, members: list[bytes]) -> Field:
    head = bytes([len(members) << 4 | kind]) if len(members) < 15 else bytes([0xF0 | kind]) + varint(len(members))
    return number, Kind.LIST, head + b"".join(members)
