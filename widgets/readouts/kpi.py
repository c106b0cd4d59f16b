"""A key figure of the overview: label, value, its last hours, where it stands, and one plain sentence."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.charts.sparkline import Values, paint_sparkline
from widgets.notices.blink import shared_blink
from widgets.notices.glyph import BLINKING, GlyphState, paint_glyph
from widgets.readouts.ages import NO_VALUE, number_text
from widgets.readouts.bar import HEIGHT as BAR_HEIGHT
from widgets.readouts.bar import Span, paint_bar
from widgets.readouts.mark import Mark
from widgets.readouts.value import paint_value, value_width
from widgets.theme import Painted, Role, Tone, alarm_tone, current, font, px
from widgets.theme import metrics as m
from widgets.theme.strokes import box, text

_WIDTH = 210
_HEIGHT = 98
_LINE_WIDTH = 74
_GLYPH = 20


class KpiTile(Painted):
    """A card with one key figure. The alarm glyph sits beside it; the digits keep their colour."""

    def __init__(self, label: str, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = label
        self._value: float | None = None
        self._number = NO_VALUE
        self._unit = ""
        self._mark = Mark.GOOD
        self._span: Span | None = None
        self._trend: Values = np.empty(0)
        self._sentence = ""
        self._alarm: tuple[int, GlyphState] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        shared_blink().changed.connect(self._beat)
        self.say(label, NO_VALUE)

    def set_label(self, label: str) -> None:
        """Change the label (another language)."""
        self._label = label
        self.say(label)
        self.update()

    def set_span(self, span: Span | None) -> None:
        """Give the bar its range."""
        self._span = span
        self.update()

    def show_value(
        self,
        value: float | None,
        *,
        unit: str = "",
        digits: int = 0,
        signed: bool = False,
        mark: Mark = Mark.GOOD,
        sentence: str = "",
    ) -> None:
        """Show the figure and its sentence."""
        self._value = value
        self._number = number_text(value, digits, signed=signed)
        self._unit = unit
        self._mark = mark
        self._sentence = sentence
        self.setAccessibleDescription(" ".join(part for part in (self._number, unit, sentence) if part))
        self.updateGeometry()
        self.update()

    def show_trend(self, values: Values) -> None:
        """Show the last hours as a line, oldest first."""
        self._trend = values
        self.update()

    def set_alarm(self, alarm: tuple[int, GlyphState] | None) -> None:
        """Put the glyph of an alarm (priority, state) beside the figure."""
        self._alarm = alarm
        shared_blink().need(self, alarm is not None and alarm[1] in BLINKING)
        self.update()

    def sizeHint(self) -> QSize:
        content = value_width(self._number, self._unit, Role.KPI, self._mark) + px(_LINE_WIDTH + m.HALF)
        return QSize(max(px(_WIDTH), round(content) + 2 * px(m.INSET)), px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        width = value_width(self._number, self._unit, Role.KPI, self._mark)
        return QSize(round(width) + 2 * px(m.INSET), px(_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        inside = self.frame().adjusted(px(m.INSET), px(m.GAP) - 1, -px(m.INSET), -px(m.HALF))
        with self.painter() as painter:
            box(painter, self.frame(), fill=theme.bg2, radius=m.RADIUS_CARD)
            line = px(Role.LABEL.line)
            label = QRectF(inside.left(), inside.top(), inside.width(), line)
            text(painter, label, self._label, theme.text2, font(Role.LABEL))
            value = QRectF(inside.left(), label.bottom(), inside.width(), px(Role.KPI.line))
            used = paint_value(painter, value, self._number, self._unit, Role.KPI, self._mark)
            self._paint_trend(painter, value, used)
            bar = QRectF(inside.left(), value.bottom(), inside.width(), px(BAR_HEIGHT))
            if self._span is not None:
                paint_bar(painter, bar, self._span, self._value, self._tone(), self._mark)
            foot = QRectF(inside.left(), bar.bottom() + 2, inside.width(), px(Role.HINT.line))
            elide = Qt.TextElideMode.ElideRight
            text(painter, foot, self._sentence, theme.text3, font(Role.HINT), elide=elide)
            if self._alarm is not None:
                size = px(_GLYPH)
                where = QRectF(inside.right() - size, label.center().y() - size / 2, size, size)
                paint_glyph(painter, where, *self._alarm)

    def _paint_trend(self, painter: QPainter, value: QRectF, used: float) -> None:
        theme = current()
        room = value.width() - used - px(m.HALF)
        width = min(px(_LINE_WIDTH), room)
        if self._trend.size and width > px(m.TARGET):
            where = QRectF(value.right() - width, value.top() + px(4), width, value.height() - px(6))
            paint_sparkline(painter, where, self._trend, theme.text3, theme.mark(self._tone()))

    def _tone(self) -> Tone:
        return Tone.NORMAL if self._alarm is None else alarm_tone(self._alarm[0])

    def _beat(self) -> None:
        if self._alarm is not None and self._alarm[1] in BLINKING:
            self.update()
