"""The lines of one pane as pyqtgraph draws them, clipped to the pane; x is px from its left edge."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QPen

from widgets.charts.trend.columns import columns_of, peaks_of
from widgets.charts.trend.parts import Curve, Pane, PenLook, Times, Values
from widgets.charts.trend.picture import Picture
from widgets.charts.trend.strokes import compare_pen, dashes_across, line_pen
from widgets.theme import px

_BEHIND: Final = -1
_FRONT: Final = 1
_DOT: Final = 2
_DENSE: Final = 0.9
"""Rows a pixel column from which a wide dashed line is broken into its dashes before it is drawn."""
_SMOOTH: Final = 6
"""Lines of a chart up to which edges are smoothed: it costs half as much again as the line."""


class PaneLines:
    """A view box with one line for each pen, and one for the other day of the pen in front."""

    def __init__(self, pane: Pane) -> None:
        self.box = pg.ViewBox(enableMenu=False, enableMouse=False, border=None)
        self.box.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.box.disableAutoRange()
        self._lines: dict[str, pg.PlotCurveItem] = {pen.key: self._line() for pen in pane.pens}
        self._ranges = (0.0, 0.0, 0.0)
        self._compare = self._line()
        self._compare.setZValue(_BEHIND)

    def show(self, picture: Picture, place: int) -> None:
        """Give the lines what they show now."""
        pane, rect = picture.panes[place], picture.places.panes[place]
        ranges = (rect.width(), pane.low, pane.high)
        if ranges != self._ranges:
            self._ranges = ranges
            self.box.setRange(xRange=(0, rect.width()), yRange=(pane.low, pane.high), padding=0)
        for pen in pane.pens:
            line = self._lines[pen.key]
            line.setZValue(_FRONT if pen.front else 0)
            xs, values, broken = self._drawn(picture, pen, rect.left())
            stroke = line_pen(pen.number, front=pen.front, dashed=not broken)
            _stroke(line, stroke, smooth=picture.pens() <= _SMOOTH)
            line.setData(*_with_dots(xs, values), connect="finite", skipFiniteCheck=False)
        front = next((pen for pen in pane.pens if pen.front), None)
        other = picture.compare.get(front.key) if front is not None else None
        if other is None:
            self._compare.setData(np.empty(0), np.empty(0))
            return
        thin = columns_of(other, picture.start, picture.end, picture.columns())
        _stroke(self._compare, compare_pen(), smooth=False)
        self._compare.setData(picture.xs(thin.at) - rect.left(), thin.mid, connect="finite", skipFiniteCheck=False)

    def _drawn(self, picture: Picture, pen: PenLook, left: float) -> tuple[Values, Values, bool]:
        """px and values of a line, and whether its dashes are in them."""
        thin: Curve | None = picture.thin.get(pen.key)
        if thin is None:
            return np.empty(0), np.empty(0), False
        at: Times = thin.at
        values: Values = thin.mid
        if not picture.band:
            at, values = peaks_of(picture.curves[pen.key], picture.start, picture.end, picture.columns())
        xs = picture.xs(at)
        if not pen.front or len(xs) < _DENSE * picture.columns():
            return xs - left, values, False
        # Qt takes 20 ms for dashes along a line that is wide and has a row in every column. Here they are counted
        # across, from the beginning of time: they move with the line.
        beginning = picture.start / max(1, picture.end - picture.start) * picture.places.plot.width()
        on = dashes_across(pen.number, xs - picture.places.plot.left() + beginning, front=pen.front)
        return (xs - left, values, False) if on is None else (xs - left, np.where(on, values, np.nan), True)

    def _line(self) -> pg.PlotCurveItem:
        line = pg.PlotCurveItem()
        self.box.addItem(line, ignoreBounds=True)
        return line


def _with_dots(xs: Values, values: Values) -> tuple[Values, Values]:
    """A number between two breaks would draw nothing: it becomes a dash as long as a dot."""
    drawn = np.concatenate(([False], np.isfinite(values), [False]))
    alone = np.flatnonzero(drawn[1:-1] & ~drawn[:-2] & ~drawn[2:])
    if not len(alone):
        return xs, values
    return np.insert(xs, alone + 1, xs[alone] + px(_DOT)), np.insert(values, alone + 1, values[alone])


def _stroke(line: pg.PlotCurveItem, pen: QPen, *, smooth: bool) -> None:
    """Whole lines as segments are several times faster to draw, but dashes would begin anew in each."""
    whole = pen.style() == Qt.PenStyle.SolidLine
    if line.opts["pen"] != pen or line.opts["antialias"] is not (smooth and whole):
        line.setPen(pen)
        line.opts["antialias"] = smooth and whole
        line.setSegmentedLineMode("on" if whole else "off")
