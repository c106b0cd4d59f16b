"""Parts of the alarm banner: the row of one alarm, the mark with the desk, the clock."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from widgets.notices.blink import shared_blink
from widgets.notices.glyph import BLINKING, GlyphState, paint_glyph
from widgets.theme import Painted, Role, Weight, current, font, px
from widgets.theme import metrics as m
from widgets.theme.strokes import LEFT, RIGHT, box, focus_ring, text, text_width

_GLYPH = 22
_TIME = 76
_TAG = 122
_SIGN = 30
_CLOCK = 104


@dataclass(frozen=True, slots=True, kw_only=True)
class BannerAlarm:
    """What a row of the banner says; all texts are ready to show."""

    priority: int
    state: GlyphState
    time: str
    tag: str
    words: str
    value: str = ""
    age: str = ""
    spoken: str = ""


class BannerRow(QAbstractButton):
    """Glyph, time, tag, text, value, age in 27 px; empty without an alarm. Signals: clicked = go to its place."""

    def __init__(self, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._alarm: BannerAlarm | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        self.setEnabled(False)
        shared_blink().changed.connect(self._beat)

    def show_alarm(self, alarm: BannerAlarm | None) -> None:
        """Show this alarm, or nothing."""
        if alarm == self._alarm:
            return
        self._alarm = alarm
        self.setEnabled(alarm is not None)
        spoken = "" if alarm is None else alarm.spoken or f"P{alarm.priority} {alarm.tag} {alarm.words} {alarm.value}"
        self.setAccessibleDescription(spoken)
        shared_blink().need(self, alarm is not None and alarm.state in BLINKING)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(_TIME + _TAG) * 3, px(m.ROW_BANNER))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(_TIME + _TAG) * 2, px(m.ROW_BANNER))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._alarm is None:
            return
        alarm, theme, rect = self._alarm, current(), QRectF(self.rect())
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if alarm.state is GlyphState.UNACKNOWLEDGED:
                box(painter, rect, fill=theme.bg2, radius=3)
            size = px(_GLYPH)
            glyph = QRectF(px(m.HALF), rect.center().y() - size / 2, size, size)
            paint_glyph(painter, glyph, alarm.priority, alarm.state)
            x = glyph.right() + px(m.HALF)
            x = self._cell(painter, x, px(_TIME), alarm.time, mono=True)
            right = self._right(painter, rect, alarm)
            tag = self._tag_width(right - px(m.GAP) - x, alarm)
            text(painter, QRectF(x, 0, tag, rect.height()), alarm.tag, theme.text1, font(Role.LABEL, mono=True))
            x += tag
            words = QRectF(x, 0, right - x - px(m.GAP), rect.height())
            elide = Qt.TextElideMode.ElideRight
            text(painter, words, alarm.words, theme.text1, font(Role.BODY), LEFT, elide)
            if self.hasFocus():
                focus_ring(painter, rect)

    @staticmethod
    def _tag_width(room: float, alarm: BannerAlarm) -> float:
        """Of the room for tag and words: where it is enough tags stand in a column, else the words come first."""
        needed = text_width(alarm.tag, font(Role.LABEL, mono=True)) + px(m.GAP)
        aligned = max(px(_TAG), needed)
        return aligned if aligned + text_width(alarm.words, font(Role.BODY)) <= room else needed

    def _cell(self, painter: QPainter, x: float, width: float, words: str, *, mono: bool) -> float:
        text(painter, QRectF(x, 0, width, self.height()), words, current().text2, font(Role.LABEL, mono=mono))
        return x + width

    def _right(self, painter: QPainter, rect: QRectF, alarm: BannerAlarm) -> float:
        """Draw age and value from the right; returns where they begin."""
        theme = current()
        age_width = max(px(_TIME - m.HALF), text_width(alarm.age, font(Role.HINT)) + px(m.GAP))
        age = QRectF(rect.right() - px(m.HALF) - age_width, 0, age_width, rect.height())
        text(painter, age, alarm.age, theme.text3, font(Role.HINT), RIGHT)
        face = font(Role.BODY, Weight.SEMIBOLD)
        width = text_width(alarm.value, face)
        text(painter, QRectF(age.left() - width, 0, width, rect.height()), alarm.value, theme.text1, face, RIGHT)
        return age.left() - width

    def _beat(self) -> None:
        if self._alarm is not None and self._alarm.state in BLINKING:
            self.update()


class MarkBlock(Painted):
    """The product's mark, its name and the desk; teal in the simulator."""

    def __init__(self, name: str, desk: str, *, simulator: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._desk = desk
        self._simulator = simulator
        self._picture = QPixmap()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.set_words(name, desk)

    def set_words(self, name: str, desk: str) -> None:
        """Change both lines."""
        self._name, self._desk = name, desk
        self.say(name, desk)
        self.updateGeometry()
        self.update()

    def set_sign(self, picture: bytes) -> None:
        """Show a company's own sign (PNG, JPEG or SVG) in place of the product's; b"" or no picture: the product's."""
        self._picture = QPixmap()
        self._picture.loadFromData(picture)
        self.update()

    def has_sign(self) -> bool:
        """Whether a company's own sign is shown."""
        return not self._picture.isNull()

    def sizeHint(self) -> QSize:
        words = max(text_width(self._name, font(Role.BODY, Weight.SEMIBOLD)), text_width(self._desk, font(Role.HINT)))
        return QSize(round(words) + px(m.GAP * 5 + _SIGN), px(m.BANNER))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        rect = self.frame()
        with self.painter() as painter:
            if self._simulator:
                painter.fillRect(rect, theme.not_field_bg)
            middle = rect.center().y()
            sign = QRectF(px(m.GAP * 2), middle - px(_SIGN) / 2, px(_SIGN), px(_SIGN))
            self._paint_sign(painter, sign)
            left = sign.right() + px(m.GAP)
            top = QRectF(left, middle - px(19), rect.width() - left, px(Role.BODY.line))
            text(painter, top, self._name, theme.text1, font(Role.BODY, Weight.SEMIBOLD))
            below = QRectF(left, top.bottom(), top.width(), px(Role.HINT.line))
            text(painter, below, self._desk, theme.text2 if self._simulator else theme.text3, font(Role.HINT))

    def _paint_sign(self, painter: QPainter, sign: QRectF) -> None:
        if self.has_sign():
            size = QSizeF(self._picture.size()).scaled(sign.size(), Qt.AspectRatioMode.KeepAspectRatio)
            where = QRectF(sign.topLeft(), size)
            where.moveCenter(sign.center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(where, self._picture, QRectF(self._picture.rect()))
            return
        theme = current()
        box(painter, sign, fill=theme.bg3, radius=m.RADIUS_CARD)
        for index, (width, ink) in enumerate(((20, theme.emphasis), (14, theme.text2), (9, theme.line3))):
            stripe = QRectF(sign.left() + px(5), sign.top() + px(7 + 6 * index), px(width), px(4))
            box(painter, stripe, fill=ink, radius=2)


class ClockBlock(Painted):
    """Time above date, right-aligned; told both as text."""

    def __init__(self, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._time = ""
        self._date = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.say(name)

    def show_time(self, time: str, date: str) -> None:
        """Show a time such as 18:33:18 and a date."""
        if (time, date) != (self._time, self._date):
            self._time, self._date = time, date
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        needed = max(text_width(self._time, font(Role.KEY, Weight.SEMIBOLD)), text_width(self._date, font(Role.HINT)))
        return QSize(max(px(_CLOCK), round(needed)), px(m.BANNER))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        middle = self.height() / 2
        with self.painter() as painter:
            time = QRectF(0, middle - px(22), self.width(), px(Role.KEY.line))
            text(painter, time, self._time, theme.text1, font(Role.KEY, Weight.SEMIBOLD), RIGHT)
            date = QRectF(0, time.bottom(), self.width(), px(Role.HINT.line))
            text(painter, date, self._date, theme.text2, font(Role.HINT), RIGHT)
