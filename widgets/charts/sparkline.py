"""Draw a small line of a NumPy array without axes: gaps stay gaps, peaks stay peaks."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from widgets.theme import Painted, Tone, current, px

_WIDTH = 64
_HEIGHT = 20
_DOT = 2.6

Values = NDArray[np.float64]


def thinned(values: Values, columns: int) -> tuple[Values, Values]:
    """Positions (0..1) and values with at most two per pixel column: the smallest and the largest, in their order.

    A column without any number gives NaN, which is a gap.
    """
    count = len(values)
    if count <= 2 * columns:
        place = np.linspace(0.0, 1.0, count) if count > 1 else np.zeros(count)
        return place, values.astype(np.float64)
    edges = np.linspace(0, count, columns + 1).astype(np.intp)
    picked: list[int] = []
    for start, end in pairwise(edges):
        part = values[start:end]
        good = np.flatnonzero(np.isfinite(part))
        if good.size == 0:
            picked.append(int(start))
            continue
        low = int(start + good[np.argmin(part[good])])
        high = int(start + good[np.argmax(part[good])])
        picked += sorted({low, high})
    index = np.array(picked, dtype=np.intp)
    return index / (count - 1), values[index].astype(np.float64)


def line_path(values: Values, rect: QRectF, low: float, high: float) -> QPainterPath:
    """The line of the values inside a rectangle, `low` at its foot and `high` at its top."""
    path = QPainterPath()
    place, kept = thinned(values, max(1, round(rect.width())))
    span = high - low
    share = (kept - low) / span if span > 0 else np.full(len(kept), 0.5)
    xs = rect.left() + place * rect.width()
    ys = rect.bottom() - share * rect.height()
    for run in runs(np.isfinite(kept)):
        points = [QPointF(float(x), float(y)) for x, y in zip(xs[run], ys[run], strict=True)]
        path.addPolygon(QPolygonF(points))
    return path


def runs(good: NDArray[np.bool_]) -> list[slice]:
    """Slices of neighbouring good entries."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], good, [False])).astype(np.int8)))
    return [slice(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def paint_sparkline(painter: QPainter, rect: QRectF, values: Values, line: QColor, dot: QColor | None) -> None:
    """Draw the line, scaled to its own extremes, and a dot at the last value if there is one."""
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        return
    inset = rect.adjusted(_DOT, _DOT, -_DOT, -_DOT)
    low, high = float(finite.min()), float(finite.max())
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(line, px(1.25)))
    painter.drawPath(line_path(values, inset, low, high))
    if dot is not None and np.isfinite(values[-1]):
        share = (float(values[-1]) - low) / (high - low) if high > low else 0.5
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(dot)
        painter.drawEllipse(QPointF(inset.right(), inset.bottom() - share * inset.height()), px(_DOT), px(_DOT))


class Sparkline(Painted):
    """A small line that says only where things are going."""

    def __init__(self, *, name: str, tone: Tone = Tone.NORMAL, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: Values = np.empty(0)
        self._tone = tone
        self.say(name)

    def show_values(self, values: Values, tone: Tone = Tone.NORMAL) -> None:
        """Show these values, oldest first; `tone` is that of the last one."""
        self._values = values
        self._tone = tone
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(_WIDTH), px(_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        with self.painter() as painter:
            paint_sparkline(painter, self.frame(), self._values, theme.text3, theme.mark(self._tone))
