"""Read rows of assets and devices from JSON, CSV or XLSX files, each with the number people see there."""

from __future__ import annotations

import csv
import importlib
import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from backend.devices.numbered import Numbered
from backend.errors import ConfigError
from backend.site.documents import MAX_BYTES, decode, parse_json, read_bytes

MAX_ROWS: Final = 1_000_000
MAX_COLUMNS: Final = 500
_UNPACKED_BYTES: Final = 8 * MAX_BYTES
"""A workbook that unpacks to more is a bomb, not a list of devices."""

Cells = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRows:
    """Rows as they stand in the file. typed: values have JSON types; otherwise every value is text."""

    assets: tuple[Numbered[Cells], ...] = ()
    devices: tuple[Numbered[Cells], ...] = ()
    typed: bool


def read_rows(path: Path) -> RawRows:
    """Rows of the file, by its ending. Raises ConfigError naming the file, the line where there is one, and the reason.

    JSON: a list of rows, or an object with the lists `assets` and `devices`. CSV and XLSX: a header row; a point in a
    column's name leads into an object ("address.host", "limits.outlet_pressure.hh"); an empty cell is left out, "null"
    is JSON's null. Rows with the column `model` are devices, rows with `kind` and no `model` are assets. In a workbook
    every sheet is read.
    """
    reader = _READERS.get(path.suffix.casefold())
    if reader is None:
        raise ConfigError("{file}: rows are read from .json, .csv or .xlsx files", file=path)
    return reader(read_bytes(path), str(path))


def _json(raw: bytes, file: str) -> RawRows:
    document = parse_json(decode(raw, file=file), file=file)
    groups: dict[str, Any] = document if isinstance(document, dict) else {_group(_first_keys(document)): document}
    for name, rows in groups.items():
        if name not in ("assets", "devices"):
            raise ConfigError("{file}: {key!r} is neither assets nor devices", file=file, key=name)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise ConfigError("{file}: {key} must be a list of objects", file=file, key=name)
    return RawRows(assets=_numbered(groups.get("assets", ())), devices=_numbered(groups.get("devices", ())), typed=True)


def _csv(raw: bytes, file: str) -> RawRows:
    text = decode(raw, file=file)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        lines = [Numbered[Sequence[str]](reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        raise ConfigError("{file}, line {line}: is not CSV", file=file, line=reader.line_num) from error
    return _tables([lines], file)


def _xlsx(raw: bytes, file: str) -> RawRows:
    try:
        openpyxl = importlib.import_module("openpyxl")
    except ImportError as error:
        raise ConfigError("{file}: reading .xlsx needs the package openpyxl; save it as .csv", file=file) from error
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _UNPACKED_BYTES:
                raise ConfigError("{file}: unpacks to more than a workbook of rows can hold", file=file)
        book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
        sheets = [
            [
                Numbered[Sequence[str]](number, [_cell(value) for value in cells])
                for number, cells in _sheet(sheet, file)
            ]
            for sheet in book.worksheets
        ]
        book.close()
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise ConfigError("{file}: is not an .xlsx workbook ({reason})", file=file, reason=error) from error
    return _tables(sheets, file)


_READERS: Final[Mapping[str, Callable[[bytes, str], RawRows]]] = {".json": _json, ".csv": _csv, ".xlsx": _xlsx}


def _sheet(sheet: Any, file: str) -> Iterable[tuple[int, Sequence[object]]]:
    # The size a sheet claims may be nonsense; the cells decide.
    sheet.reset_dimensions()
    for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        if number > MAX_ROWS:
            raise ConfigError("{file}: has more than {limit} rows", file=file, limit=MAX_ROWS)
        yield number, cells


def _cell(value: object) -> str:
    """A cell as text: a sheet makes 1207 of "1207" and 1207.0 of 1207."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _tables(sheets: Iterable[Sequence[Numbered[Sequence[str]]]], file: str) -> RawRows:
    groups: dict[str, list[Numbered[Cells]]] = {"assets": [], "devices": []}
    for sheet in sheets:
        filled = [line for line in sheet if any(cell.strip() for cell in line.row)]
        if not filled:
            continue
        header = _header(filled[0], file)
        group = groups[_group(header)]
        for number, cells in filled[1:]:
            if any(cell.strip() for cell in cells[len(header) :]):
                raise ConfigError("{file}, row {row}: has more cells than the header", file=file, row=number)
            group.append(Numbered(number, _nested(header, cells)))
    return RawRows(assets=tuple(groups["assets"]), devices=tuple(groups["devices"]), typed=False)


def _header(line: Numbered[Sequence[str]], file: str) -> list[str]:
    header = [cell.strip() for cell in line.row]
    while header and not header[-1]:
        header.pop()
    where = {"file": file, "row": line.number}
    if len(header) > MAX_COLUMNS:
        raise ConfigError("{file}, row {row}: has more than {limit} columns", **where, limit=MAX_COLUMNS)
    for column, name in enumerate(header, start=1):
        if not name:
            raise ConfigError("{file}, row {row}: column {column} has no name", **where, column=column)
        if header.count(name) > 1 or any(other.startswith(f"{name}.") for other in header):
            raise ConfigError("{file}, row {row}: the column {name} is there twice", **where, name=name)
    return header


def _nested(header: Sequence[str], cells: Sequence[str]) -> Cells:
    row: Cells = {}
    for name, cell in zip(header, cells, strict=False):
        text = cell.strip()
        if not text:
            continue
        *above, last = name.split(".")
        here = row
        for part in above:
            here = here.setdefault(part, {})
        here[last] = None if text == "null" else text
    return row


def _group(columns: Iterable[str]) -> str:
    names = set(columns)
    return "assets" if "kind" in names and "model" not in names else "devices"


def _first_keys(document: object) -> Iterable[str]:
    return document[0] if isinstance(document, list) and document and isinstance(document[0], dict) else ()


def _numbered(rows: Sequence[Cells]) -> tuple[Numbered[Cells], ...]:
    return tuple(Numbered(number, row) for number, row in enumerate(rows, start=1))
