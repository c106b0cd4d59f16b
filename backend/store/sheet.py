"""What every kind of exported file shares: columns, blocks of rows, and texts that cannot act as formulas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from backend.store.schema import storable

Block = Sequence[NDArray[Any]]
"""One array for each column, all of the same length: datetime64[us], float64, int64, or objects (str)."""

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""OWASP's list for CSV injection, with the full-width forms that spreadsheets in Chinese accept."""


class Kind(StrEnum):
    """What a column holds; the values are DuckDB's types."""

    TIME = "TIMESTAMP"
    TEXT = "VARCHAR"
    NUMBER = "DOUBLE"
    COUNT = "BIGINT"


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading and what it holds. Missing is NaN for a number, NaT for a time; both are written empty."""

    name: str
    kind: Kind


class Sheet(Protocol):
    """A file being written."""

    def add(self, block: Block) -> None:
        """Add rows."""
        ...

    def finish(self) -> None:
        """Write what is missing and close."""
        ...

    def abandon(self) -> None:
        """Close without finishing; what is in the file does not matter any more."""
        ...


def harmless(texts: NDArray[Any]) -> list[str]:
    """Texts for a spreadsheet: what would begin a formula gets an apostrophe in front."""
    return [f"'{text}" if text.startswith(FORMULA_STARTS) else text for text in map(storable, map(str, texts.tolist()))]


def iso_times(times: NDArray[Any]) -> list[str]:
    """ISO 8601 in UTC to the microsecond, e.g. 2026-01-15T10:30:00.000000Z; nothing for NaT."""
    words = np.datetime_as_string(times, unit="us", timezone="UTC")
    found: list[str] = np.where(np.isnat(times), "", words).tolist()
    return found
