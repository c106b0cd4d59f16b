"""The layer over the lines: titles, limits, reasons of gaps, strips, end tags, lanes, alarm foot, axis, cursors."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from widgets.charts.trend.ground import ticks_across
from widgets.charts.trend.parts import Cursor, Fill, Lane, Look, Pane, PenLook
from widgets.charts.trend.picture import Picture
from widgets.charts.trend.places import spread
from widgets.charts.trend.scales import time_ticks
from widgets.charts.trend.strokes import limit_pen, pen_colour
from widgets.notices.glyph import GlyphState, glyph_pixmap
from widgets.readouts.ages import number_text
from widgets.theme import Role, Weight, current, font, px
from widgets.theme import metrics as m
from widgets.theme.strokes import CENTRE, LEFT, RIGHT, box, hatch, text, text_width

_TAG_HEIGHT = 20
_TAG_WIDTH = 22
_GLYPH = 18
_STRIP = 3
_DOT = 3.5
_END = 3.0
_TICK = 4
_PATCH = 0.8


def paint_overlay(painter: QPainter, picture: Picture) -> None:
    """Draw everything that lies over the lines."""
    for place, pane in enumerate(picture.panes):
        _limits(painter, picture, place)
        _title(painter, picture.places.panes[place], pane, inside=picture.places.inside)
        _reasons(painter, picture, place)
        _tags(painter, picture, place)
    for lane, rect in zip(picture.lanes, picture.places.lanes, strict=True):
        _lane(painter, picture, lane, rect)
    _now(painter, picture)
    _foot(painter, picture)
    _axis(painter, picture)
    shown = [
        each
        for each in (picture.second, picture.cursor)
        if each is not None and picture.start <= each.at <= picture.end
    ]
    for cursor, flag in zip(shown, _flags(picture, shown), strict=True):
        _cursor(painter, picture, cursor, flag)
    if picture.box is not None:
        theme = current()
        fill = QColor(theme.you)
        fill.setAlphaF(0.12)
        box(painter, picture.box, fill=fill, line=theme.you, radius=1)


def _title(painter: QPainter, rect: QRectF, pane: Pane, *, inside: bool) -> None:
    theme = current()
    height = px(Role.LABEL.line)
    strong = font(Role.LABEL, Weight.SEMIBOLD)
    top = rect.top() - height - px(2)
    if inside:
        # At the right, where no limit has its name; the end of the line is further right still.
        wide = text_width(pane.title, strong) + text_width(pane.unit, font(Role.LABEL)) + px(m.GAP)
        rect = QRectF(rect.right() - wide - px(m.HALF), rect.top() + 1, wide, height)
        top = rect.top()
        patch = QColor(theme.bg1)
        patch.setAlphaF(_PATCH)
        painter.fillRect(rect, patch)
    text(painter, QRectF(rect.left(), top, rect.width(), height), pane.title, theme.text1, strong)
    left = rect.left() + text_width(pane.title, strong) + px(m.QUARTER)
    text(painter, QRectF(left, top, rect.width(), height), pane.unit, theme.text2, font(Role.LABEL))


def _limits(painter: QPainter, picture: Picture, place: int) -> None:
    theme = current()
    pane, rect = picture.panes[place], picture.places.panes[place]
    height = px(Role.HINT.line)
    written: list[float] = []
    for limit in pane.limits:
        y = picture.y(place, limit.value)
        if not rect.top() <= y <= rect.bottom():
            continue
        if theme.glyph_outline is not None:
            painter.setPen(limit_pen(theme.glyph_outline, wider=1))
            painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))
        painter.setPen(limit_pen(theme.mark(limit.tone)))
        painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))
        words = f"{limit.name} {number_text(limit.value, pane.digits)}"
        above = y - height - 1 if y - height > rect.top() else y + 1
        if all(abs(above - other) >= height for other in written):
            written.append(above)
            _label(painter, QRectF(rect.left() + px(m.HALF), above, rect.width(), height), words)


def _label(painter: QPainter, rect: QRectF, words: str) -> None:
    """Words at the left of a rectangle on a patch of the plot's colour, so that lines do not cut through them."""
    theme = current()
    face = font(Role.HINT)
    patch = QColor(theme.bg1)
    patch.setAlphaF(_PATCH)
    wide = text_width(words, face) + px(m.QUARTER)
    painter.fillRect(QRectF(rect.left() - px(2), rect.top(), wide, rect.height()), patch)
    text(painter, rect, words, theme.text2, face, LEFT)


def _reasons(painter: QPainter, picture: Picture, place: int) -> None:
    """Why a stretch is hatched or dotted, and strips at the foot of the pane for what is uncertain or not measured."""
    theme = current()
    pane, rect = picture.panes[place], picture.places.panes[place]
    taken: list[tuple[float, float, float]] = []
    strips = {
        Look.UNCERTAIN: (theme.text2, Qt.PenStyle.DotLine),
        Look.NOT_FIELD: (theme.not_field, Qt.PenStyle.SolidLine),
    }
    for pen in sorted(pane.pens, key=lambda each: not each.front):
        for span in picture.spans.get(pen.key, ()):
            left, right = max(picture.x(span.start), rect.left()), min(picture.x(span.end), rect.right())
            if right <= left:
                continue
            if span.look in strips:
                ink, style = strips[span.look]
                y = rect.bottom() - px(_STRIP)
                painter.setPen(QPen(ink, px(_STRIP - 1), style))
                painter.drawLine(QPointF(left, y), QPointF(max(right, left + 1), y))
                lines = [span.words] if span.words else []
                y -= px(Role.HINT.line) + px(1)
            else:
                lines = span.words.split("\n") if span.words else []
                y = rect.bottom() - px(m.HALF) - px(Role.HINT.line) * len(lines)
            _reason(painter, rect, (left, right), y, lines, taken, inside=span.look not in strips)


def _reason(
    painter: QPainter,
    rect: QRectF,
    stretch: tuple[float, float],
    top: float,
    lines: list[str],
    taken: list[tuple[float, float, float]],
    *,
    inside: bool,
) -> None:
    """Write the lines over a stretch if they have room there and nothing is written there yet."""
    if not lines:
        return
    face, height = font(Role.HINT), px(Role.HINT.line)
    wide = max(text_width(line, face) for line in lines) + px(m.HALF)
    middle = (stretch[0] + stretch[1]) / 2
    left = min(max(middle - wide / 2, rect.left()), rect.right() - wide)
    if inside and wide > stretch[1] - stretch[0]:
        return
    if any(left < end and start < left + wide and abs(top - other) < height for start, end, other in taken):
        return
    taken.append((left, left + wide, top))
    patch = QColor(current().bg1)
    patch.setAlphaF(_PATCH)
    painter.fillRect(QRectF(left, top, wide, height * len(lines)), patch)
    for number, line in enumerate(lines):
        text(painter, QRectF(left, top + number * height, wide, height), line, current().text2, face, CENTRE)


def _ends(picture: Picture, place: int) -> list[tuple[PenLook, float, float]]:
    """Each pen that ends in view: (pen, x, y) of its last number."""
    ends: list[tuple[PenLook, float, float]] = []
    for pen in picture.panes[place].pens:
        curve = picture.thin.get(pen.key)
        last = len(curve.at) - 1 if curve is not None else -1
        while curve is not None and last >= 0 and (math.isnan(curve.mid[last]) or curve.at[last] > picture.end):
            last -= 1
        if curve is not None and last >= 0 and curve.at[last] >= picture.start:
            ends.append((pen, picture.x(int(curve.at[last])), picture.y(place, float(curve.mid[last]))))
    return ends


def _tags(painter: QPainter, picture: Picture, place: int) -> None:
    """Number and value at the right end of each line, moved apart where lines end close together."""
    theme = current()
    rect = picture.places.panes[place]
    ends = _ends(picture, place)
    height = px(_TAG_HEIGHT)
    wanted = [min(max(y, rect.top()), rect.bottom()) for _pen, _x, y in ends]
    middles = spread(wanted, height, rect.top() + height / 2 - px(m.HALF), rect.bottom() - height / 2 + px(m.HALF))
    left = rect.right() + px(m.HALF)
    for (pen, x, y), middle in zip(ends, middles, strict=True):
        ink = pen_colour(pen.number)
        if rect.top() <= y <= rect.bottom():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink)
            painter.drawEllipse(QPointF(x, y), px(_END), px(_END))
        tag = QRectF(left, middle - height / 2 + 1, px(_TAG_WIDTH), height - 2)
        box(painter, tag, fill=theme.bg3, radius=3)
        strong = font(Role.LABEL, Weight.SEMIBOLD if pen.front else Weight.REGULAR)
        text(painter, tag, str(pen.number), ink, strong, CENTRE)
        value = QRectF(tag.right() + px(m.QUARTER), tag.top(), px(m.ROW_LIST * 2), tag.height())
        text(painter, value, pen.now, theme.text3 if pen.faded else theme.text1, strong, LEFT)


def _lane(painter: QPainter, picture: Picture, lane: Lane, rect: QRectF) -> None:
    theme = current()
    face = font(Role.LABEL)
    label = QRectF(0, rect.top(), rect.left() - px(m.HALF), rect.height())
    text(painter, label, lane.label, theme.text2, face, RIGHT)
    painter.save()
    painter.setClipRect(rect.adjusted(0, -1, 1, 1))
    full = theme.pipes["mpa"].colour
    for run in lane.runs:
        left, right = max(picture.x(run.start), rect.left()), min(picture.x(run.end), rect.right())
        if right <= left:
            continue
        bar = QRectF(left, rect.top(), max(1.0, right - left), rect.height())
        if run.fill is Fill.UNKNOWN:
            painter.fillRect(bar, hatch(theme.line3))
        elif run.fill is Fill.HOLLOW:
            box(painter, bar, line=full, radius=0)
        else:
            painter.fillRect(bar, theme.you if run.fill is Fill.TRAVEL else full)
        small = font(Role.HINT, Weight.MEDIUM)
        if text_width(run.words, small) + px(m.HALF) * 2 < bar.width():
            ink = theme.text1 if run.fill in (Fill.HOLLOW, Fill.UNKNOWN) else _on(theme.dark)
            text(painter, bar.adjusted(px(m.HALF), 0, 0, 0), run.words, ink, small, LEFT)
    painter.restore()
    now = QRectF(rect.right() + px(m.HALF), rect.top(), px(m.ROW_LIST * 2), rect.height())
    text(painter, now, lane.now, theme.text1, face, LEFT)


def _on(dark: bool) -> QColor:
    """Ink on a full lane."""
    theme = current()
    return theme.bg0 if dark else theme.bg4


def _now(painter: QPainter, picture: Picture) -> None:
    """The right edge of what has been, where it is in view."""
    if picture.start < picture.now < picture.end:
        plot = picture.places.plot
        x = round(picture.x(picture.now)) + 0.5
        painter.setPen(QPen(current().line3, 1))
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))


def _foot(painter: QPainter, picture: Picture) -> None:
    """Alarm glyphs at their time, merged to glyph and count."""
    theme = current()
    rect = picture.places.foot
    middle = rect.center().y()
    text(
        painter,
        QRectF(0, rect.top(), rect.left() - px(m.HALF), rect.height()),
        picture.foot,
        theme.text2,
        font(Role.LABEL),
        RIGHT,
    )
    painter.setPen(QPen(theme.line3, 1))
    y = round(middle) + 0.5
    painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))
    for tick in time_ticks(picture.start, picture.end, ticks_across(picture) * 2):
        x = round(picture.x(tick.at)) + 0.5
        painter.drawLine(QPointF(x, y), QPointF(x, y + px(_TICK)))
    ratio = painter.device().devicePixelRatio()
    size = px(_GLYPH)
    for cluster in picture.clusters():
        left = round(cluster.x - size / 2)
        count = str(len(cluster.marks)) if len(cluster.marks) > 1 else ""
        strong = font(Role.LABEL, Weight.SEMIBOLD)
        wide = size + (text_width(count, strong) + px(m.QUARTER) if count else 0)
        painter.fillRect(QRectF(left - px(1), middle - size / 2, wide + px(2), size), theme.bg2)
        picture_of = glyph_pixmap(cluster.top.priority, GlyphState.ACKNOWLEDGED, size, ratio, ring_lit=False)
        painter.drawPixmap(QPointF(left, round(middle - size / 2)), picture_of)
        if count:
            where = QRectF(left + size + px(2), rect.top(), px(m.ROW_LIST), rect.height())
            text(painter, where, count, theme.text1, strong, LEFT)


def _axis(painter: QPainter, picture: Picture) -> None:
    theme = current()
    rect = picture.places.axis
    made = QRectF(0, rect.top(), rect.left() - px(m.BANNER) / 2, rect.height())
    text(painter, made, picture.tier, theme.text3, font(Role.HINT), RIGHT)
    for tick in time_ticks(picture.start, picture.end, ticks_across(picture)):
        x = picture.x(tick.at)
        wide = px(m.BANNER * 2)
        face = font(Role.LABEL, Weight.SEMIBOLD if tick.strong else Weight.REGULAR)
        text(painter, QRectF(x - wide / 2, rect.top(), wide, rect.height()), tick.words, theme.text2, face, CENTRE)


def _flags(picture: Picture, cursors: list[Cursor]) -> list[QRectF]:
    """Where the flags stand: over their line, moved apart where two would lie on one another."""
    face = font(Role.LABEL, Weight.SEMIBOLD)
    right = picture.places.plot.right() + px(m.BANNER)
    flags: list[QRectF] = []
    for cursor in cursors:
        wide = text_width(cursor.words, face) + px(m.HALF) * 2
        left = min(max(picture.x(cursor.at) - wide / 2, 0.0), right - wide)
        flags.append(QRectF(left, 0, wide, px(m.ROW_DENSE - 6)))
    if len(flags) == 2 and flags[0].adjusted(-px(m.QUARTER), 0, px(m.QUARTER), 0).intersects(flags[1]):
        first, second = sorted((0, 1), key=lambda place: cursors[place].at)
        both = flags[0].width() + flags[1].width() + px(m.QUARTER)
        middle = (picture.x(cursors[0].at) + picture.x(cursors[1].at)) / 2
        left = min(max(middle - both / 2, 0.0), right - both)
        flags[first].moveLeft(left)
        flags[second].moveRight(left + both)
    return flags


def _cursor(painter: QPainter, picture: Picture, cursor: Cursor, flag: QRectF) -> None:
    theme = current()
    plot = picture.places.plot
    x = round(picture.x(cursor.at)) + 0.5
    painter.setPen(QPen(theme.you, px(1.5)))
    painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
    face = font(Role.LABEL, Weight.SEMIBOLD)
    box(painter, flag, fill=theme.you, radius=3)
    text(painter, flag, cursor.words, theme.on_you, face, CENTRE)
    values = dict(cursor.values)
    for place, pane in enumerate(picture.panes):
        rect = picture.places.panes[place]
        for pen in pane.pens:
            value = values.get(pen.key, math.nan)
            y = picture.y(place, value) if math.isfinite(value) else math.nan
            if rect.top() <= y <= rect.bottom():
                painter.setPen(QPen(theme.you, px(1.5)))
                painter.setBrush(theme.bg1)
                painter.drawEllipse(QPointF(x, y), px(_DOT), px(_DOT))
