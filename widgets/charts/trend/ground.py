"""The layer under the lines: plot areas, grid, normal band, min-max bands, hatched gaps, dotted stale time."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from widgets.charts.trend.parts import Look, Span
from widgets.charts.trend.picture import Picture
from widgets.charts.trend.scales import time_ticks, value_ticks
from widgets.charts.trend.strokes import band_brush, dots, draw_boxes, pen_colour
from widgets.readouts.ages import number_text
from widgets.theme import Role, current, font, px
from widgets.theme.strokes import RIGHT, hatch, text

_TICK_ROOM = 130
_VALUE_ROOM = 24
_BANDS = 8
"""Lines of a chart up to which each has its band; beyond, only those in front: more is a fog."""
_NORMAL = 0.22
_LABEL_GAP = 8


def ticks_across(picture: Picture) -> int:
    """How many time ticks have room."""
    return max(2, int(picture.places.plot.width() // px(_TICK_ROOM)))


def paint_ground(painter: QPainter, picture: Picture, area: QRectF) -> None:
    """Draw everything that lies under the lines."""
    theme = current()
    painter.fillRect(area, theme.bg2)
    ticks = time_ticks(picture.start, picture.end, ticks_across(picture))
    for place, pane in enumerate(picture.panes):
        rect = picture.places.panes[place]
        painter.fillRect(rect, theme.bg1)
        painter.save()
        painter.setClipRect(rect)
        _normal_band(painter, picture, place)
        painter.setPen(QPen(theme.line1, 1))
        for tick in ticks:
            x = round(picture.x(tick.at)) + 0.5
            painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()))
        painter.restore()
        _values(painter, picture, place)
        painter.save()
        painter.setClipRect(rect)
        for pen in pane.pens:
            if picture.band and (pen.front or picture.pens() <= _BANDS):
                _band(painter, picture, place, pen.key, pen.number)
        for pen in pane.pens:
            for span in picture.spans.get(pen.key, ()):
                _shade(painter, picture, place, span, pen.number)
        painter.restore()


def _values(painter: QPainter, picture: Picture, place: int) -> None:
    """The value axis: numbers at the left, hairlines across."""
    theme = current()
    pane, rect = picture.panes[place], picture.places.panes[place]
    if not pane.pens:
        return
    most = max(1, int(rect.height() // px(_VALUE_ROOM)))
    values, digits = value_ticks(pane.low, pane.high, most)
    height = px(Role.LABEL.line)
    for value in values:
        y = picture.y(place, value)
        painter.setPen(QPen(theme.line1, 1))
        painter.drawLine(QPointF(rect.left(), round(y) + 0.5), QPointF(rect.right(), round(y) + 0.5))
        where = QRectF(0, y - height / 2, rect.left() - px(_LABEL_GAP), height)
        text(painter, where, number_text(value, digits), theme.text2, font(Role.LABEL), RIGHT)


def _normal_band(painter: QPainter, picture: Picture, place: int) -> None:
    pane, rect = picture.panes[place], picture.places.panes[place]
    if pane.band is None:
        return
    top, bottom = (min(max(picture.y(place, each), rect.top()), rect.bottom()) for each in reversed(pane.band))
    colour = QColor(current().band)
    colour.setAlphaF(_NORMAL)
    painter.fillRect(QRectF(rect.left(), top, rect.width(), bottom - top), colour)


def _band(painter: QPainter, picture: Picture, place: int, key: str, number: int) -> None:
    """From the smallest to the largest value of each column; it vanishes where a row is one sample."""
    curve = picture.thin.get(key)
    if curve is None or not len(curve.at) or not (curve.high > curve.low).any():
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(band_brush(number))
    # Smooth edges would cost ten times as much and cannot be seen at this opacity.
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    tops, feet = picture.ys(place, curve.high), picture.ys(place, curve.low)
    # As wide as a row, so that the peak of a single column covers that column.
    sides = picture.xs(curve.at)
    wide = np.diff(sides, append=sides[-1] + 1.0)
    whole = np.isfinite(tops) & np.isfinite(feet) & (feet > tops)
    draw_boxes(painter, np.stack([sides, tops, wide, feet - tops], 1)[whole])


def _shade(painter: QPainter, picture: Picture, place: int, span: Span, number: int) -> None:
    rect = picture.places.panes[place]
    left, right = max(picture.x(span.start), rect.left()), min(picture.x(span.end), rect.right())
    if right <= left:
        return
    area = QRectF(left, rect.top(), right - left, rect.height())
    if span.look is Look.GAP:
        painter.fillRect(area, hatch(current().line2))
    elif span.look is Look.STALE:
        painter.fillRect(area, dots())
        if np.isfinite(span.level):
            y = picture.y(place, span.level)
            pen = QPen(pen_colour(number), px(1), Qt.PenStyle.DotLine)
            painter.setPen(pen)
            painter.drawLine(QPointF(left, y), QPointF(right, y))
