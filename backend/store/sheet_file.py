"""Write a table to a file, block by block, in the format its ending names; the file appears only when it is whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from backend.errors import ConfigError, StoreError
from backend.store.sheet import Block, Column, Sheet


def write(file: Path, title: str, columns: Sequence[Column], blocks: Iterable[Block]) -> int:
    """Write every block and count the rows. A file of that name is replaced at the end, in one step.

    Raises ConfigError for an unknown ending, StoreError when the file cannot be written.
    """
    open_sheet = _FORMATS.get(file.suffix.lower())
    if open_sheet is None:
        raise ConfigError(
            "{file} cannot be written: its ending must be one of {endings}.", file=file, endings=", ".join(_FORMATS)
        )
    part = file.with_name(f".{file.name}.part")
    try:
        rows = _fill(open_sheet(part, title, columns), blocks)
        with part.open("rb") as stream:
            os.fsync(stream.fileno())
        os.replace(part, file)
    except OSError as error:
        raise StoreError("{file} cannot be written: {reason}.", file=file, reason=error.strerror or error) from error
    finally:
        part.unlink(missing_ok=True)
    return rows


def _fill(sheet: Sheet, blocks: Iterable[Block]) -> int:
    rows = 0
    try:
        for block in blocks:
            sheet.add(block)
            rows += len(block[0])
    except BaseException:
        sheet.abandon()
        raise
    sheet.finish()
    return rows


def _csv(file: Path, title: str, columns: Sequence[Column]) -> Sheet:
    from backend.store.sheet_csv import CsvSheet

    return CsvSheet(file, title, columns)


# DuckDB and XlsxWriter take half a second to import and are needed only here.
def _parquet(file: Path, title: str, columns: Sequence[Column]) -> Sheet:
    from backend.store.sheet_parquet import ParquetSheet

    return ParquetSheet(file, title, columns)


def _xlsx(file: Path, title: str, columns: Sequence[Column]) -> Sheet:
    from backend.store.sheet_xlsx import XlsxSheet

    return XlsxSheet(file, title, columns)


_FORMATS: dict[str, Callable[[Path, str, Sequence[Column]], Sheet]] = {
    ".csv": _csv,
    ".parquet": _parquet,
    ".xlsx": _xlsx,
}
