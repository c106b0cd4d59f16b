"""A value as it must be read: quality badge, number, unit, and the age when it matters."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.readouts.ages import NO_VALUE, number_text
from widgets.readouts.bar import HEIGHT as BAR_HEIGHT
from widgets.readouts.bar import Span, paint_bar
from widgets.readouts.mark import FADED, Mark, paint_mark
from widgets.theme import Painted, Role, Tone, Weight, current, font, px
from widgets.theme import metrics as m
from widgets.theme.strokes import box, text, text_width


def value_font(role: Role, mark: Mark) -> QFont:
    """The font of a value of this quality: bad ones are struck out."""
    return font(role, Weight.SEMIBOLD, struck=mark is Mark.BAD)


def value_width(number: str, unit: str, role: Role, mark: Mark) -> float:
    """Width of badge, number and unit together."""
    badge = 0 if mark is Mark.GOOD else px(m.BADGE) + px(m.QUARTER + 2)
    unit_width = px(m.QUARTER + 1) + text_width(unit, font(_unit_role(role))) if unit else 0.0
    return badge + text_width(number, value_font(role, mark)) + unit_width


def paint_value(painter: QPainter, rect: QRectF, number: str, unit: str, role: Role, mark: Mark) -> float:
    """Draw badge, number and unit from the left of a one-line rectangle; returns the width used."""
    theme = current()
    x = rect.left()
    if mark is not Mark.GOOD:
        size = px(m.BADGE)
        paint_mark(painter, QRectF(x, rect.center().y() - size / 2, size, size), mark)
        x += size + px(m.QUARTER + 2)
    face = value_font(role, mark)
    width = text_width(number, face)
    ink = theme.text3 if mark in FADED else theme.text1
    text(painter, QRectF(x, rect.top(), width, rect.height()), number, ink, face)
    # Number and unit stand on one base line, though their sizes differ.
    base = rect.center().y() + px(role.size) * 0.36
    if mark is Mark.UNCERTAIN:
        painter.setPen(QPen(theme.text2, px(1), Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(x, base + px(3)), QPointF(x + width, base + px(3)))
    x += width
    if unit:
        unit_role = _unit_role(role)
        x += px(m.QUARTER + 1)
        unit_width = text_width(unit, font(unit_role))
        middle = base - px(unit_role.size) * 0.36
        line = px(unit_role.line)
        text(painter, QRectF(x, middle - line / 2, unit_width, line), unit, theme.text3, font(unit_role))
        x += unit_width
    return x - rect.left()


def _unit_role(role: Role) -> Role:
    return Role.HINT if role.size <= Role.BODY.size else Role.LABEL


class ValueReadout(Painted):
    """A label above a value; under it a bar if a span was given; an age beside it when stale."""

    def __init__(
        self,
        label: str = "",
        *,
        role: Role = Role.VALUE,
        span: Span | None = None,
        boxed: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._label = label
        self._role = role
        self._span = span
        self._boxed = boxed
        self._value: float | None = None
        self._number = NO_VALUE
        self._unit = ""
        self._mark = Mark.GOOD
        self._tone = Tone.NORMAL
        self._age = ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.say(label, NO_VALUE)

    def set_label(self, label: str) -> None:
        """Change the label (another language)."""
        self._label = label
        self.say(label)
        self.updateGeometry()
        self.update()

    def set_span(self, span: Span | None) -> None:
        """Give the bar its range; None takes the bar away."""
        self._span = span
        self.updateGeometry()
        self.update()

    def show_value(
        self,
        value: float | None,
        *,
        unit: str = "",
        digits: int = 0,
        signed: bool = False,
        mark: Mark = Mark.GOOD,
        tone: Tone = Tone.NORMAL,
        age: str = "",
        mark_word: str = "",
    ) -> None:
        """Show a number. `tone` colours the bar's pointer, never the digits; `age` stands beside a
        stale value; `mark_word` is the quality in words, for screen readers.
        """
        self._value = value
        self._show(number_text(value, digits, signed=signed), unit, mark, tone, age, mark_word)

    def show_text(self, words: str, *, mark: Mark = Mark.GOOD, age: str = "", mark_word: str = "") -> None:
        """Show a state in words, such as "tripped"."""
        self._value = None
        self._show(words, "", mark, Tone.NORMAL, age, mark_word)

    def sizeHint(self) -> QSize:
        pad = 2 * px(m.HALF) if self._boxed else 0
        age = text_width(self._age, font(Role.HINT)) + px(m.HALF) if self._age else 0.0
        line = value_width(self._number, self._unit, self._role, self._mark) + age
        width = max(line, text_width(self._label, font(Role.LABEL)))
        return QSize(round(width + 0.5) + pad, self._height() + pad - (px(m.QUARTER) if self._boxed else 0))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        rect = self.frame()
        with self.painter() as painter:
            if self._boxed:
                box(painter, rect, fill=theme.bg1)
                rect = rect.adjusted(px(m.HALF), px(m.HALF) - px(2), -px(m.HALF), -px(m.HALF) + px(2))
            top = rect.top()
            if self._label:
                line = px(Role.LABEL.line)
                text(painter, QRectF(rect.left(), top, rect.width(), line), self._label, theme.text2, font(Role.LABEL))
                top += line
            line = px(self._role.line)
            where = QRectF(rect.left(), top, rect.width(), line)
            used = paint_value(painter, where, self._number, self._unit, self._role, self._mark)
            if self._age:
                beside = where.adjusted(used + px(m.HALF), 0, 0, 0)
                text(painter, beside, self._age, theme.text3, font(Role.HINT))
            if self._span is not None:
                bar = QRectF(rect.left(), top + line, rect.width(), px(BAR_HEIGHT))
                paint_bar(painter, bar, self._span, self._value, self._tone, self._mark)

    def _height(self) -> int:
        label = px(Role.LABEL.line) if self._label else 0
        return label + px(self._role.line) + (px(BAR_HEIGHT) if self._span is not None else 0)

    def _show(self, number: str, unit: str, mark: Mark, tone: Tone, age: str, mark_word: str) -> None:
        shown = (number, unit, mark, tone, age)
        if shown == (self._number, self._unit, self._mark, self._tone, self._age) and self._span is None:
            return
        wider = len(number) + len(unit) + len(age) != len(self._number) + len(self._unit) + len(self._age)
        resized = wider or mark is not self._mark
        self._number, self._unit, self._mark, self._tone, self._age = shown
        spoken = " ".join(part for part in (number, unit, mark_word, age) if part)
        self.setAccessibleDescription(spoken)
        if resized:
            self.updateGeometry()
        self.update()
