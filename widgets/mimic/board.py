"""Spread a description over the room there is: places stretch, symbols and texts do not. Geometry only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainterPath

from widgets.mimic.description import Mimic, Row, ValueBox
from widgets.mimic.items import BOX_HEIGHT, SYMBOLS
from widgets.mimic.pipes import WIDTH, trimmed

_HEAD = 26
_AIR = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The drawing in px. top, bottom: what titles and value boxes take of its height."""

    width: float = 1.0
    height: float = 1.0
    top: float = 0.0
    across: float = 1.0
    down: float = 1.0
    scale: float = 1.0

    @staticmethod
    def of(mimic: Mimic, room: QSize, scale: float) -> Board:
        """Fill the room; where it is smaller than the description allows, stick out and be scrolled."""
        rows = {box.row for box in mimic.boxes}
        high = (BOX_HEIGHT + _AIR) * scale
        top = (_HEAD if mimic.sections else 0) * scale + high * (Row.TOP in rows)
        bottom = high * (Row.BOTTOM in rows)
        width = max(float(room.width()), mimic.narrowest * scale)
        area = max(room.height() - top - bottom, mimic.lowest * scale)
        return Board(
            width=width,
            height=top + area + bottom,
            top=top,
            across=width / mimic.board[0],
            down=area / mimic.board[1],
            scale=scale,
        )

    def place(self, at: tuple[float, float]) -> QPointF:
        """A place of the description in px."""
        return QPointF(round(at[0] * self.across), round(self.top + at[1] * self.down))

    def box(self, entry: ValueBox) -> QRectF:
        """Where a value box lies; never outside."""
        wide, high = entry.width * self.scale, BOX_HEIGHT * self.scale
        x = min(entry.x * self.across, self.width - wide - 1)
        y = self.top - high - _AIR * self.scale if entry.row is Row.TOP else self.height - high - 1
        return QRectF(round(x), round(y), wide, high)

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
        return (reach + WIDTH / 2 - 1) * self.scale if reach else 0.0
