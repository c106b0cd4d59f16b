"""Spread a description over the room there is: places stretch, symbols and texts do not. Geometry only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainterPath

from widgets.mimic.description import Mimic, Row, ValueBox
from widgets.mimic.items import BOX_HEIGHT, SYMBOLS
from widgets.mimic.pipes import WIDTH, trimmed

_HEAD = 26
_AIR = 8
_GROWTH = 1.25
"""Boxes take this much more width where there is room, for their names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The drawing in px. top, bottom: what titles and value boxes take of its height."""

    width: float = 1.0
    height: float = 1.0
    top: float = 0.0
    across: float = 1.0
    down: float = 1.0
    scale: float = 1.0
    boxes: Mapping[str, QRectF] = field(default_factory=dict)
    """Where each value box lies: over what it measures, as far as its neighbours let it."""

    @staticmethod
    def of(mimic: Mimic, room: QSize, scale: float) -> Board:
        """Fill the room; where it is smaller than the description allows, stick out and be scrolled."""
        rows = {box.row for box in mimic.boxes}
        high = (BOX_HEIGHT + _AIR) * scale
        top = (_HEAD if mimic.sections else 0) * scale + high * (Row.TOP in rows)
        bottom = high * (Row.BOTTOM in rows)
        needed = max((_needed(mimic, row) for row in rows), default=0.0)
        width = max(float(room.width()), mimic.narrowest * scale, needed * scale)
        area = max(room.height() - top - bottom, mimic.lowest * scale)
        board = Board(
            width=width,
            height=top + area + bottom,
            top=top,
            across=width / mimic.board[0],
            down=area / mimic.board[1],
            scale=scale,
        )
        placed = {each: spot for row in rows for each, spot in board._row(mimic, row).items()}
        return replace(board, boxes=placed)

    def place(self, at: tuple[float, float]) -> QPointF:
        """A place of the description in px."""
        return QPointF(round(at[0] * self.across), round(self.top + at[1] * self.down))

    def _row(self, mimic: Mimic, row: Row) -> dict[str, QRectF]:
        """The boxes of a row side by side, none over another, none outside."""
        entries = sorted((box for box in mimic.boxes if box.row is row), key=self._middle)
        air = _AIR * self.scale
        taken = sum(entry.width for entry in entries) * self.scale + air * (len(entries) + 1)
        growth = min(_GROWTH, max(1.0, 1 + (self.width - taken) / taken))
        widths = [entry.width * growth * self.scale for entry in entries]
        lefts: list[float] = []
        edge = 0.0
        for entry, wide in zip(entries, widths, strict=True):
            lefts.append(max(edge, self._middle(entry) - wide / 2))
            edge = lefts[-1] + wide + air
        edge = self.width
        for index in reversed(range(len(entries))):
            lefts[index] = max(0.0, min(lefts[index], edge - widths[index]))
            edge = lefts[index] - air
        high = BOX_HEIGHT * self.scale
        y = self.top - high - air if row is Row.TOP else self.height - high - 1
        return {
            entry.point: QRectF(round(left), round(y), round(wide), high)
            for entry, left, wide in zip(entries, lefts, widths, strict=True)
        }

    def _middle(self, entry: ValueBox) -> float:
        """Where a box would like to be: over its tap, else at its own place."""
        return (entry.tap[0] if entry.tap is not None else entry.x + entry.width / 2) * self.across

    def paths(self, mimic: Mimic) -> Sequence[QPainterPath]:
        """Every pipe, ending at the edges of the symbols it joins."""
        at = {each.id: each for each in mimic.elements}
        made = []
        for pipe in mimic.pipes:
            corners = [at[pipe.start].at, *pipe.via, at[pipe.end].at]
            points = [self.place(corner) for corner in corners]
            start = self._reach(mimic, pipe.start, points[0], points[1])
            end = self._reach(mimic, pipe.end, points[-1], points[-2])
            made.append(trimmed(points, start, end))
        return made

    def _reach(self, mimic: Mimic, id_: str, here: QPointF, there: QPointF) -> float:
        element = mimic.element(id_)
        assert element is not None
        symbol = SYMBOLS[element.kind]
        standing = abs(there.y() - here.y()) > abs(there.x() - here.x())
        reach = (symbol.top if there.y() < here.y() else symbol.bottom) if standing else symbol.half
        # Square caps stick out by half a width; at a joint that fills the corner.
        return (reach * mimic.zoom + WIDTH / 2 - 1) * self.scale if reach else 0.0


def _needed(mimic: Mimic, row: Row) -> float:
    """Width of a row of boxes side by side, in px at 100 %."""
    widths = [box.width for box in mimic.boxes if box.row is row]
    return sum(widths) + _AIR * (len(widths) + 1)
