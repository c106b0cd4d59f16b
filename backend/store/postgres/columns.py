"""Columns of numbers to the server and back in its binary formats, with no Python object for a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from backend.store.postgres.connections import Raw

Columns = dict[str, NDArray[Any]]
Kinds = Mapping[str, str]
"""Columns of a table in order, with their NumPy type of the same width as the server's."""

_HEAD: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_END: Final = b"\xff\xff"
_ARRAY_HEAD: Final = 20
"""An array of one dimension begins with its dimensions, flags, type, length and first index, 4 bytes each."""


def put(raw: Raw, table: str, columns: Mapping[str, NDArray[Any]], kinds: Kinds) -> None:
    """Append rows by binary COPY; columns: one array of shape (n,) for each of `kinds`."""
    asked = f"COPY {table} ({', '.join(kinds)}) FROM STDIN (FORMAT BINARY)"
    with raw.cursor() as cursor, cursor.copy(asked.encode()) as copy:
        copy.write(_packed(columns, kinds))


def get(raw: Raw, asked: str, kinds: Kinds, *, before: str = "") -> Columns:
    """The columns `kinds` of what a SELECT finds, in no order. before: a WITH clause that it rests on.

    As one array a column: COPY would hand over its rows one by one, five times as slow.
    """
    gathered = ", ".join(f"array_agg({name})" for name in kinds)
    with raw.cursor(binary=True) as cursor:
        cursor.execute(f"{before}SELECT {gathered} FROM ({asked}) AS found".encode())
        result = cursor.pgresult
        assert result is not None
        found = {name: _unpacked(result.get_value(0, place), kind) for place, (name, kind) in enumerate(kinds.items())}
    return found


def one_of(numbers: Sequence[int] | NDArray[Any], kind: str = "int") -> str:
    """Numbers as an array of the server's, for `= ANY(…)`."""
    return f"'{{{','.join(str(int(number)) for number in numbers)}}}'::{kind}[]"


def _packed(columns: Mapping[str, NDArray[Any]], kinds: Kinds) -> bytes:
    n = len(next(iter(columns.values())))
    fields: list[tuple[str, str]] = [("columns", ">i2")]
    for name, kind in kinds.items():
        fields += [(f"{name} bytes", ">i4"), (name, f">{kind}")]
    rows = np.empty(n, np.dtype(fields))
    rows["columns"] = len(kinds)
    for name, kind in kinds.items():
        rows[f"{name} bytes"] = np.dtype(kind).itemsize
        rows[name] = columns[name]
    return b"".join((_HEAD, rows.tobytes(), _END))


def _unpacked(array: bytes | None, kind: str) -> NDArray[Any]:
    if array is None:
        return np.zeros(0, kind)
    cells = np.frombuffer(array, np.dtype([("bytes", ">i4"), ("cell", f">{kind}")]), offset=_ARRAY_HEAD)
    return cells["cell"].astype(kind)
