"""A day's curve against its forecast: what was, what is expected with its band, and now."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.charts.sparkline import runs
from widgets.readouts.ages import number_text
from widgets.theme import Painted, Role, current, font, px
from widgets.theme import metrics as m
from widgets.theme.strokes import CENTRE, RIGHT, text

Values = NDArray[np.float64]
_HOURS = 24
_AXIS_WIDTH = 44
_TICKS = 5
_LEAST_SPAN = 0.2
"""Of the highest value: a curve of a few minutes is no mountain."""
_DOT = 4
_LABEL_HALF = 20


def nice_range(low: float, high: float, ticks: int = _TICKS) -> tuple[float, float, float]:
    """(low, high, step) rounded outwards to a step of 1, 2 or 5 times a power of ten."""
    span = max(high - low, abs(high) * _LEAST_SPAN, 1e-9)
    raw = span / (ticks - 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * 0.999)
    return math.floor(low / step) * step, math.ceil(high / step) * step, step


class DayCurve(Painted):
    """Hours 0 to 24 across; NaN is a gap."""

    def __init__(self, *, name: str, now: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._now_word = now
        self._values: Values = np.empty(0)
        self._forecast: Values = np.empty(0)
        self._band = 0.0
        self._hour = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.say(name)

    def set_words(self, name: str, now: str) -> None:
        """Another language."""
        self._now_word = now
        self.say(name)
        self.update()

    def show_day(self, values: Values, forecast: Values, *, hour: float, band: float = 0.0) -> None:
        """values, forecast: equal steps of the whole day, NaN where there is none. band: share of the forecast."""
        self._values, self._forecast, self._hour, self._band = values, forecast, hour, band
        known = values[np.isfinite(values)]
        self.setAccessibleDescription(number_text(float(known[-1]), 0) if known.size else "")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(m.RAIL) * 5, px(m.RAIL) * 3)

    def minimumSizeHint(self) -> QSize:
        return QSize(px(m.RAIL) * 3, px(m.RAIL) * 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        everything = np.concatenate(
            [self._values, self._forecast * (1 + self._band), self._forecast * (1 - self._band)]
        )
        known = everything[np.isfinite(everything)]
        plot = self.frame().adjusted(px(_AXIS_WIDTH), px(m.HALF), -px(m.HALF), -px(Role.HINT.line + m.HALF))
        with self.painter() as painter:
            low, high, step = nice_range(float(known.min()), float(known.max())) if known.size else (0.0, 1.0, 0.5)
            self._paint_axes(painter, plot, low, high, step, numbers=bool(known.size))
            if self._band and self._forecast.size:
                self._paint_band(painter, plot, low, high)
            self._paint_line(
                painter, plot, self._forecast, low, high, QPen(theme.text3, px(1.25), Qt.PenStyle.DashLine)
            )
            self._paint_line(painter, plot, self._values, low, high, QPen(theme.text1, px(2)))
            self._paint_last(painter, plot, low, high)
            x = plot.left() + self._hour / _HOURS * plot.width()
            painter.setPen(QPen(theme.text3, px(1)))
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
            word = QRectF(x + px(m.QUARTER), plot.top() - px(2), px(m.RAIL), px(Role.HINT.line))
            text(painter, word, self._now_word, theme.text2, font(Role.HINT))

    def _paint_axes(
        self, painter: QPainter, plot: QRectF, low: float, high: float, step: float, *, numbers: bool
    ) -> None:
        theme = current()
        for count in range(round((high - low) / step) + 1):
            y = plot.bottom() - count * step / (high - low) * plot.height()
            painter.setPen(QPen(theme.line1, px(1)))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            if numbers:
                label = QRectF(0, y - px(Role.HINT.line) / 2, px(_AXIS_WIDTH - m.HALF), px(Role.HINT.line))
                digits = 0 if step >= 1 else 1
                text(painter, label, number_text(low + count * step, digits), theme.text3, font(Role.HINT), RIGHT)
        for hour in range(0, _HOURS + 1, 6):
            x = plot.left() + hour / _HOURS * plot.width()
            x = min(x, self.width() - px(_LABEL_HALF))
            label = QRectF(x - px(_LABEL_HALF), plot.bottom() + px(m.QUARTER), px(2 * _LABEL_HALF), px(Role.HINT.line))
            text(painter, label, f"{hour:02d}:00", theme.text3, font(Role.HINT), CENTRE)

    def _points(self, plot: QRectF, values: Values, low: float, high: float) -> list[QPointF]:
        places = np.linspace(plot.left(), plot.right(), len(values)) if len(values) > 1 else np.zeros(len(values))
        heights = plot.bottom() - (values - low) / (high - low) * plot.height()
        return [QPointF(float(x), float(y)) for x, y in zip(places, heights, strict=True)]

    def _paint_line(self, painter: QPainter, plot: QRectF, values: Values, low: float, high: float, pen: QPen) -> None:
        points = self._points(plot, values, low, high)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for run in runs(np.isfinite(values)):
            painter.drawPolyline(QPolygonF(points[run]))

    def _paint_last(self, painter: QPainter, plot: QRectF, low: float, high: float) -> None:
        """A dot where the curve has come to; after a first quarter of an hour it is all there is."""
        known = np.flatnonzero(np.isfinite(self._values))
        if known.size:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(current().text1)
            painter.drawEllipse(self._points(plot, self._values, low, high)[int(known[-1])], px(_DOT), px(_DOT))

    def _paint_band(self, painter: QPainter, plot: QRectF, low: float, high: float) -> None:
        over = self._points(plot, self._forecast * (1 + self._band), low, high)
        under = self._points(plot, self._forecast * (1 - self._band), low, high)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(current().bg3)
        for run in runs(np.isfinite(self._forecast)):
            painter.drawPolygon(QPolygonF([*over[run], *reversed(under[run])]))
