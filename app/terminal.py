"""Speak to a terminal: results on stdout, diagnostics on stderr, text from outside shown literally.

A name from a device or a file may hold control characters: shown as escapes they can neither colour the terminal nor
forge a line.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

Cell = str | int | float | bool | None


def result(line: str) -> None:
    """One line of what was asked for, on stdout, at once."""
    sys.stdout.write(literal(line) + "\n")
    sys.stdout.flush()


def note(line: str) -> None:
    """One line about how it went, on stderr."""
    sys.stderr.write(f"linepack: {literal(line)}\n")
    sys.stderr.flush()


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Rows under a header on stdout, in columns as wide as their widest cell."""
    lines = [tuple(header), *(tuple(literal(cell) for cell in row) for row in rows)]
    widths = [max(_columns(cell) for cell in column) for column in zip(*lines, strict=True)]
    for line in lines:
        padded = (cell + " " * (width - _columns(cell)) for cell, width in zip(line, widths, strict=True))
        sys.stdout.write("  ".join(padded).rstrip() + "\n")


def json_list(rows: Iterable[Mapping[str, Cell]]) -> None:
    """A JSON list on stdout, one object a line, written as the rows come. No row may hold NaN."""
    separator = "[\n"
    for row in rows:
        sys.stdout.write(separator + json.dumps(row, ensure_ascii=False, allow_nan=False))
        separator = ",\n"
    sys.stdout.write("[]\n" if separator == "[\n" else "\n]\n")


def literal(text: str) -> str:
    """Control, bidi and half characters as escapes; everything that can be seen as it is."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)


def _columns(text: str) -> int:
    """Places a text takes on a terminal: Chinese characters take two, combining marks none."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )
