"""Write rows as CSV: RFC 4180, UTF-8 with a byte order mark, without which a spreadsheet garbles Chinese."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from numpy.typing import NDArray

from backend.store.sheet import Block, Column, Kind, harmless, iso_times


def _numbers(array: NDArray[Any]) -> list[Any]:
    # NaN is the one number that differs from itself.
    return ["" if number != number else number for number in array.tolist()]  # noqa: PLR0124


_CELLS: Mapping[Kind, Callable[[NDArray[Any]], list[Any]]] = MappingProxyType(
    {Kind.TIME: iso_times, Kind.TEXT: harmless, Kind.NUMBER: _numbers, Kind.COUNT: lambda array: array.tolist()}
)


class CsvSheet:
    """A CSV file being written."""

    def __init__(self, file: Path, title: str, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._stream = file.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._stream)
        self._writer.writerow([column.name for column in columns])

    def add(self, block: Block) -> None:
        """Add rows."""
        cells = [_CELLS[column.kind](array) for column, array in zip(self._columns, block, strict=True)]
        self._writer.writerows(zip(*cells, strict=True))

    def finish(self) -> None:
        """Write what is buffered and close."""
        self._stream.close()

    def abandon(self) -> None:
        """Close."""
        self._stream.close()
