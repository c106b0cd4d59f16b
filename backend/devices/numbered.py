"""Rows with the numbers people see in their file, and what was wrong with a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from backend.errors import ConfigError

T = TypeVar("T")


class Numbered(NamedTuple, Generic[T]):
    """A row and its number: the line of a CSV or XLSX sheet, the place (from 1) in a JSON list."""

    number: int
    row: T


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be used. kind: "asset" or "device"; file: empty when the rows did not come from one."""

    kind: str
    number: int
    reason: ConfigError
    file: str = ""
