"""Write rows as an XLSX workbook that continues on a further sheet when one is full."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import xlsxwriter
from numpy.typing import NDArray

from backend.errors import StoreError
from backend.store.sheet import Block, Column, Kind, harmless, iso_times

SHEET_ROWS: Final = 1_048_575
"""Rows that a sheet holds below its heading."""
CELL_CHARACTERS: Final = 32_767

_OPTIONS = {
    "constant_memory": True,
    "strings_to_numbers": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
}


def _numbers(array: NDArray[Any]) -> list[Any]:
    # A cell holds finite numbers only.
    return [number if math.isfinite(number) else _word(number) for number in array.tolist()]


def _word(number: float) -> str:
    return "" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


_CELLS: Mapping[Kind, Callable[[NDArray[Any]], list[Any]]] = MappingProxyType(
    {Kind.TIME: iso_times, Kind.TEXT: harmless, Kind.NUMBER: _numbers, Kind.COUNT: lambda array: array.tolist()}
)


class XlsxSheet:
    """A workbook being written, row by row to the disk. Times are ISO 8601 text."""

    def __init__(self, file: Path, title: str, columns: Sequence[Column]) -> None:
        self._file = file
        self._title = title
        self._columns = columns
        self._stream = file.open("wb")
        self._book = xlsxwriter.Workbook(self._stream, _OPTIONS)
        self._bold = self._book.add_format({"bold": True})
        self._sheets = 0
        self._turn()

    def add(self, block: Block) -> None:
        """Add rows."""
        cells = [_CELLS[column.kind](array) for column, array in zip(self._columns, block, strict=True)]
        for row in zip(*cells, strict=True):
            if self._row > SHEET_ROWS:
                self._turn()
            for at, cell in enumerate(row):
                self._cell(at, cell)
            self._row += 1

    def finish(self) -> None:
        """Write the workbook and close."""
        try:
            self._book.close()
        finally:
            self._stream.close()

    def abandon(self) -> None:
        """Close; XlsxWriter drops its scratch files only by finishing."""
        self.finish()

    def _cell(self, at: int, cell: Any) -> None:
        if not isinstance(cell, str):
            self._page.write_number(self._row, at, cell)
        elif len(cell) > CELL_CHARACTERS:
            raise StoreError(
                "A text of {length} characters does not fit a cell of an XLSX sheet; export as CSV.", length=len(cell)
            )
        elif cell:
            self._page.write_string(self._row, at, cell)

    def _turn(self) -> None:
        """Go on with the next sheet."""
        self._sheets += 1
        self._page = self._book.add_worksheet(self._title if self._sheets == 1 else f"{self._title} {self._sheets}")
        self._page.freeze_panes(1, 0)
        for at, column in enumerate(self._columns):
            self._page.write_string(0, at, column.name, self._bold)
        self._row = 1
