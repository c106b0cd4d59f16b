"""A tile that says how many there are and which share of them is well; pressed, it filters."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from widgets.theme import Role, Weight, current, font, px
from widgets.theme import metrics as m
from widgets.theme.strokes import LEFT, box, focus_ring, text, text_width

_WIDTH = 132
_HEIGHT = 74
_BAR_WIDTH = 52
_BAR = 6


class ShareTile(QAbstractButton):
    """A card with a label, a number, a small bar and a note. Signals: toggled(bool) (from QAbstractButton)."""

    def __init__(self, label: str = "", *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value = ""
        self._share = math.nan
        self._note = ""
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_share(label, "", math.nan, "")

    def show_share(self, label: str, value: str, share: float, note: str) -> None:
        """share: 0-1, NaN = none to show."""
        self.setText(label)
        self._value, self._share, self._note = value, share, note
        self.setAccessibleName(label)
        self.setAccessibleDescription(" ".join(part for part in (value, note) if part))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(_WIDTH), px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        # The number is never cut; its note may be.
        width = text_width(self._value, font(Role.KEY, Weight.SEMIBOLD))
        return QSize(round(width) + 2 * px(m.GAP), px(_HEIGHT))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            whole = QRectF(self.rect())
            on = self.isChecked()
            box(painter, whole, fill=theme.you_bg if on else theme.bg2, radius=m.RADIUS_CARD)
            inside = whole.adjusted(px(m.GAP), px(m.HALF), -px(m.GAP), -px(m.QUARTER))
            label = QRectF(inside.left(), inside.top(), inside.width(), px(Role.HINT.line))
            elide = Qt.TextElideMode.ElideRight
            text(painter, label, self.text(), theme.text2, font(Role.HINT, Weight.MEDIUM), elide=elide)
            value = QRectF(inside.left(), label.bottom(), inside.width(), px(Role.KEY.line))
            text(painter, value, self._value, theme.text1, font(Role.KEY, Weight.SEMIBOLD))
            foot = QRectF(inside.left(), value.bottom(), inside.width(), px(Role.HINT.line))
            used = self._paint_bar(painter, foot)
            text(painter, foot.adjusted(used, 0, 0, 0), self._note, theme.text3, font(Role.HINT), LEFT, elide)
            if self.hasFocus():
                focus_ring(painter, whole, radius=m.RADIUS_CARD)

    def _paint_bar(self, painter: QPainter, foot: QRectF) -> float:
        """Draw it where there is room beside the note; the width it took."""
        theme = current()
        room = foot.width() - text_width(self._note, font(Role.HINT)) - px(m.HALF)
        width = min(px(_BAR_WIDTH), room)
        if math.isnan(self._share) or width < px(m.GAP):
            return 0.0
        track = QRectF(foot.left(), foot.center().y() - px(_BAR) / 2, width, px(_BAR))
        box(painter, track, fill=theme.bg4, radius=1)
        if self._share > 0:
            filled = QRectF(track.left(), track.top(), width * min(1.0, self._share), track.height())
            box(painter, filled, fill=theme.text2, radius=1)
        return width + px(m.HALF)
