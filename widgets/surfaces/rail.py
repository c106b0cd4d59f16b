"""The navigation rail: one page a key, F1 to F12, with an icon, a word and a badge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from widgets.notices.glyph import GlyphState, paint_glyph
from widgets.theme import Role, Weight, current, font, paint_icon, px, set_tip, space
from widgets.theme import metrics as m
from widgets.theme.strokes import CENTRE, focus_ring, text, text_width

_BAR = 3
_BADGE = 18
_GLYPH = 18
_MARK = 46
_LEADING = 3
_LOWEST = 28
"""Height of the smallest target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RailEntry:
    """One place of the rail."""

    key: str
    words: str
    icon: str
    hint: str = ""


class RailItem(QAbstractButton):
    """One page in the rail. Signals: clicked (from QAbstractButton)."""

    def __init__(self, entry: RailEntry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entry = entry
        self._count = 0
        self._alarm: tuple[int, GlyphState] | None = None
        self._height = px(m.RAIL_ITEM)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.set_entry(entry)

    def set_entry(self, entry: RailEntry) -> None:
        """Change words (another language)."""
        self._entry = entry
        self.setAccessibleName(entry.words)
        set_tip(self, f"{entry.words} {entry.hint}".strip())
        self._announce()
        self.update()

    def set_count(self, count: int) -> None:
        """Show how many things wait for me; 0 takes the badge away."""
        self._count = count
        self._announce()
        self.update()

    def set_alarm(self, alarm: tuple[int, GlyphState] | None) -> None:
        """Show the highest alarm as (priority, state)."""
        self._alarm = alarm
        self._announce()
        self.update()

    def set_height(self, height: int) -> None:
        """Be so many px high; below the height of icon and word the word goes to the tip."""
        if height != self._height:
            self._height = height
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(m.RAIL), self._height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        rect = QRectF(self.rect())
        on = self.isChecked()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if on or self.underMouse():
                painter.fillRect(rect, theme.bg2 if on else theme.bg1)
            if on:
                bar = min(px(_MARK), rect.height() - px(m.HALF))
                painter.fillRect(QRectF(0, (rect.height() - bar) / 2, px(_BAR), bar), theme.you)
            ink = theme.text1 if on else theme.text2
            size = px(m.ICON_RAIL)
            line = px(Role.HINT.line + 2)
            worded = rect.height() >= size + line
            top = min(px(m.GAP), (rect.height() - size - (line if worded else 0)) / 2)
            hint = QRectF(px(m.QUARTER + 2), max(0.0, top - px(m.QUARTER) - 1), px(m.TARGET), px(Role.MICRO.line))
            # A key with modifiers has no room beside the icon; the tip and screen readers still say it.
            if text_width(self._entry.hint, font(Role.MICRO)) <= hint.width():
                text(painter, hint, self._entry.hint, theme.text3, font(Role.MICRO))
            paint_icon(painter, QRectF(rect.center().x() - size / 2, top, size, size), self._entry.icon, ink)
            if worded:
                room = min(px(_LEADING), (rect.height() - top - size - line) / 2)
                words = QRectF(0, top + size + room, rect.width(), line)
                text(painter, words, self._entry.words, ink, font(Role.HINT), CENTRE, Qt.TextElideMode.ElideRight)
            self._paint_badge(painter, rect, top)
            if self.hasFocus():
                focus_ring(painter, rect)

    def _paint_badge(self, painter: QPainter, rect: QRectF, top: float) -> None:
        theme = current()
        centre = QPointF(rect.right() - px(17), max(top + px(5), px(_BADGE) / 2))
        if self._alarm is not None:
            size = px(_GLYPH)
            where = QRectF(centre.x() - size / 2, centre.y() - size / 2, size, size)
            paint_glyph(painter, where, self._alarm[0], self._alarm[1])
        elif self._count:
            words = str(self._count) if self._count < 100 else "99+"
            face = font(Role.MICRO, Weight.SEMIBOLD)
            width = max(px(_BADGE), text_width(words, face) + px(m.HALF))
            pill = QRectF(centre.x() - width / 2, centre.y() - px(_BADGE) / 2, width, px(_BADGE))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.you)
            painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2)
            text(painter, pill, words, theme.on_you, face, CENTRE)

    def _announce(self) -> None:
        parts = [self._entry.hint]
        if self._alarm is not None:
            parts.append(f"P{self._alarm[0]}")
        if self._count:
            parts.append(str(self._count))
        self.setAccessibleDescription(" ".join(part for part in parts if part))


class Rail(QWidget):
    """76 px: entries from the top, a few more at the foot.

    Signals: chosen(str key) when a person pressed an entry.
    """

    chosen = Signal(str)

    def __init__(
        self, entries: Sequence[RailEntry], foot: Sequence[RailEntry] = (), *, name: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._items: dict[str, RailItem] = {}
        layout = QVBoxLayout(self)
        space(layout)
        for entry in entries:
            layout.addWidget(self._make(entry))
        layout.addStretch(1)
        for entry in foot:
            layout.addWidget(self._make(entry))

    def set_current(self, key: str) -> None:
        """Mark the page in view."""
        for item_key, item in self._items.items():
            item.setChecked(item_key == key)

    def set_entry(self, entry: RailEntry) -> None:
        """Change the words of an entry (another language)."""
        self._items[entry.key].set_entry(entry)

    def set_count(self, key: str, count: int) -> None:
        """Put a blue count on an entry; 0 takes it away."""
        self._items[key].set_count(count)

    def set_alarm(self, key: str, alarm: tuple[int, GlyphState] | None) -> None:
        """Put the highest alarm (priority, state) on an entry."""
        self._items[key].set_alarm(alarm)

    def item(self, key: str) -> RailItem:
        """The item of an entry."""
        return self._items[key]

    def minimumSizeHint(self) -> QSize:
        return QSize(px(m.RAIL), px(_LOWEST) * len(self._items))

    def sizeHint(self) -> QSize:
        return QSize(px(m.RAIL), px(m.RAIL_ITEM) * len(self._items))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()
            self._share()

    def _share(self) -> None:
        """In a low window every entry gives way alike, down to the smallest target."""
        fair = self.height() // max(1, len(self._items))
        for item in self._items.values():
            item.set_height(max(px(_LOWEST), min(px(m.RAIL_ITEM), fair)))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme.bg0)
            painter.fillRect(self.width() - 1, 0, 1, self.height(), theme.line1)

    def _make(self, entry: RailEntry) -> RailItem:
        item = RailItem(entry)
        self._items[entry.key] = item
        item.clicked.connect(lambda _checked=False, key=entry.key: self._press(key))
        return item

    def _press(self, key: str) -> None:
        # The check mark says which page is in view, so it waits for set_current.
        self._items[key].setChecked(not self._items[key].isChecked())
        self.chosen.emit(key)
