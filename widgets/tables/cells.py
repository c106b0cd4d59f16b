"""Rows, cells and columns of a table as plain frozen data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from widgets.notices.glyph import GlyphState
from widgets.readouts.ages import with_unit
from widgets.readouts.bar import Span
from widgets.readouts.mark import Mark
from widgets.tables.entry import EntryCell
from widgets.theme import Tone


class Align(StrEnum):
    """Side a column's text stands at."""

    LEFT = "left"
    RIGHT = "right"
    CENTRE = "centre"


class Kind(StrEnum):
    """How a column is painted, and what its cells are."""

    TEXT = "text"  # str; the row's own weight
    MUTED = "muted"  # str in text2
    MONO = "mono"  # str: tags
    TIME = "time"  # str: times, mono in text2
    GLYPH = "glyph"  # GlyphCell
    VALUE = "value"  # ValueCell
    MARK = "mark"  # MarkCell
    SPARK = "spark"  # SparkCell
    AGE = "age"  # str in text3
    TICK = "tick"  # bool or None
    BAR = "bar"  # BarCell
    ENTRY = "entry"  # EntryCell, four lines


@dataclass(frozen=True, slots=True, kw_only=True)
class GlyphCell:
    """An alarm glyph; `words` say it for screen readers and exports."""

    priority: int
    state: GlyphState
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueCell:
    """A number already written out, its unit and its quality; bold if it is off its limits."""

    number: str
    unit: str = ""
    mark: Mark = Mark.GOOD
    strong: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkCell:
    """A quality as badge and word."""

    mark: Mark
    words: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, weakref_slot=True)
class SparkCell:
    """The last minutes as a small line. Compared by identity: make a new one when the values changed."""

    values: NDArray[np.float64]
    tone: Tone = Tone.NORMAL


@dataclass(frozen=True, slots=True, kw_only=True)
class BarCell:
    """Where a value stands in its range; `words` say it for screen readers and exports."""

    span: Span
    value: float | None
    words: str
    tone: Tone = Tone.NORMAL
    mark: Mark = Mark.GOOD


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanCell:
    """Words over this and all empty cells after it: the header of a group. `unfolded` None: no arrow before them."""

    words: str
    note: str = ""
    end: str = ""
    """At the right end."""
    unfolded: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StackedCell:
    """Words, and a smaller line below them, for rows as high as ROW_LIST."""

    words: str
    below: str = ""


Cell = str | bool | GlyphCell | ValueCell | MarkCell | SparkCell | BarCell | EntryCell | SpanCell | StackedCell | None


class RowLook(StrEnum):
    """How a whole row lies in the list."""

    PLAIN = "plain"
    GROUP = "group"
    DIM = "dim"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: a key that never changes, one cell per column, and how it lies."""

    key: str
    cells: tuple[Cell, ...]
    bold: bool = False
    look: RowLook = RowLook.PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column; width in px at 100 %, 0 = takes what is left. `elide` only for places and messages."""

    key: str
    title: str
    width: int
    kind: Kind = Kind.TEXT
    align: Align = Align.LEFT
    elide: bool = False
    sortable: bool = False


def cell_text(cell: Cell) -> str:
    """What a cell says in words."""
    if isinstance(cell, GlyphCell | MarkCell | BarCell | EntryCell):
        return cell.words
    if isinstance(cell, ValueCell):
        return with_unit(cell.number, cell.unit)
    if isinstance(cell, SpanCell):
        return " ".join(part for part in (cell.words, cell.note, cell.end) if part)
    if isinstance(cell, StackedCell):
        return f"{cell.words}, {cell.below}" if cell.below else cell.words
    if isinstance(cell, bool):
        return "\u2713" if cell else "\u2717"
    return cell if isinstance(cell, str) else ""
