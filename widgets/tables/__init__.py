"""Tables: frozen rows come in, opened and selected keys go out as signals; GUI thread only."""

from widgets.tables.cells import (
    Align,
    BarCell,
    Cell,
    Column,
    GlyphCell,
    Kind,
    MarkCell,
    Row,
    RowLook,
    SpanCell,
    SparkCell,
    StackedCell,
    ValueCell,
    cell_text,
)
from widgets.tables.entry import ENTRY_HEIGHT, EntryCell
from widgets.tables.hold import KeyHold, RowHold
from widgets.tables.lazy import LazyRows
from widgets.tables.model import RowModel
from widgets.tables.table import Table, TableHead

__all__ = [
    "ENTRY_HEIGHT",
    "Align",
    "BarCell",
    "Cell",
    "Column",
    "EntryCell",
    "GlyphCell",
    "KeyHold",
    "Kind",
    "LazyRows",
    "MarkCell",
    "Row",
    "RowHold",
    "RowLook",
    "RowModel",
    "SpanCell",
    "SparkCell",
    "StackedCell",
    "Table",
    "TableHead",
    "ValueCell",
    "cell_text",
]
