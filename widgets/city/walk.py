"""Painted things that can be walked and opened: one is current, arrows move, ↵ or a double click opens."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QToolTip, QWidget

from widgets.theme import Painted

_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class Walked(Painted):
    """Subclasses say which keys there are, where each lies and what it says.

    Signals: chosen(str key) when another one became current; opened(str key).
    """

    chosen = Signal(str)
    opened = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._current = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)

    def keys(self) -> Sequence[str]:
        """In the order of walking. For subclasses."""
        raise NotImplementedError

    def area(self, key: str) -> QRectF:
        """Where it lies. For subclasses."""
        raise NotImplementedError

    def words(self, key: str) -> str:
        """What it shows, for the tip and for screen readers. For subclasses."""
        raise NotImplementedError

    def current_key(self) -> str:
        """The one that is current, or empty."""
        return self._current

    def choose(self, key: str) -> None:
        """Make it current without telling."""
        if key != self._current:
            self._current = key
            self.setAccessibleDescription(self.words(key) if key in self.keys() else "")
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = list(self.keys())
        key = Qt.Key(event.key())
        if keys and key in _STEPS and not event.modifiers():
            at = keys.index(self._current) if self._current in keys else (-1 if _STEPS[key] > 0 else 0)
            self._go(keys[(at + _STEPS[key]) % len(keys)])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current in keys:
            self.opened.emit(self._current)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position())
        if found:
            self._go(found)
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position())
        if found:
            self.opened.emit(found)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            found = self._at(QPointF(event.pos()))
            # Plain text, whatever a device is called: Qt takes a tip for markup when it looks like it.
            words = self.words(found).replace("<", "‹").replace(">", "›") if found else ""
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    def _go(self, key: str) -> None:
        self.choose(key)
        self.chosen.emit(key)

    def _at(self, place: QPointF) -> str:
        return next((key for key in self.keys() if self.area(key).contains(place)), "")
