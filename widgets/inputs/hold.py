"""The button that sends a command: it must be held, because a hand that slips must send nothing."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from widgets.inputs.button import Button, ButtonKind, Skin
from widgets.theme import current
from widgets.theme import metrics as m
from widgets.theme.strokes import box

TICK_MS = 40
LONGEST_STEP_S = 0.12
"""No tick counts for more: a frozen screen must not finish a hold whose release still waits in the queue."""

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class HoldButton(Button):
    """Confirms after ↵ or the left button was held for `seconds` without a break.

    Let go, leave it, lose focus or become disabled: the hold starts again from nothing. One press confirms once.
    Signals: confirmed(); progressed(float 0..1); abandoned() when a hold ended too early.
    """

    confirmed = Signal()
    progressed = Signal(float)
    abandoned = Signal()

    def __init__(
        self,
        words: str = "",
        *,
        seconds: float,
        key: str = "",
        icon: str = "",
        monotonic: Callable[[], float] = time.monotonic,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(words, key=key, icon=icon, kind=ButtonKind.COMMIT, height=m.COMMAND_BUTTON, parent=parent)
        self._seconds = seconds
        self._monotonic = monotonic
        self._held_s = 0.0
        self._last = 0.0
        self._by: object = None
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.tick)

    def accept_enter_from(self, field: QWidget) -> None:
        """Let a hold of ↵ inside a field (number, code) count, so that the focus can stay there."""
        field.installEventFilter(self)

    def holding(self) -> bool:
        """Whether a hold is running."""
        return self._by is not None

    def progress(self) -> float:
        """How far the hold is, 0 to 1."""
        return min(1.0, self._held_s / self._seconds)

    def set_seconds(self, seconds: float) -> None:
        """Change how long the hold takes; ends a running one."""
        self.release()
        self._seconds = seconds

    def tick(self) -> None:
        """Count the time since the last tick; called by the button's own timer."""
        if self._by is None:
            return
        now = self._monotonic()
        self._held_s += max(0.0, min(now - self._last, LONGEST_STEP_S))
        self._last = now
        self.progressed.emit(self.progress())
        self.update()
        if self._held_s >= self._seconds:
            self._stop()
            self.confirmed.emit()

    def release(self) -> None:
        """End a running hold without confirming."""
        if self._by is not None:
            self._stop()
            self.abandoned.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.key() in _ENTER:
            if event.type() == QEvent.Type.KeyPress:
                self._key_down(event, watched)
                return True
            if event.type() == QEvent.Type.KeyRelease:
                self._key_up(event, watched)
                return True
        if event.type() == QEvent.Type.FocusOut and self._by is watched:
            self.release()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Space is not a way to send: it means acknowledge elsewhere on the console.
        if event.key() in _ENTER:
            self._key_down(event, self)
        elif event.key() != Qt.Key.Key_Space:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER:
            self._key_up(event, self)
        elif event.key() != Qt.Key.Key_Space:
            super().keyReleaseEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._by is None:
            self.setDown(True)
            self._start(Qt.MouseButton.LeftButton)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._by is Qt.MouseButton.LeftButton and not self.rect().contains(event.position().toPoint()):
            self.release()
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._by is Qt.MouseButton.LeftButton:
            self.release()
        self.setDown(False)
        event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self._by is self:
            self.release()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.release()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        lost = {
            QEvent.Type.EnabledChange: not self.isEnabled(),
            QEvent.Type.ActivationChange: not self.isActiveWindow(),
        }
        if lost.get(event.type(), False):
            self.release()

    def paint_body(self, painter: QPainter, rect: QRectF, look: Skin) -> None:
        theme = current()
        if not self.holding():
            box(painter, rect, fill=look.fill, line=look.line)
            return
        box(painter, rect, fill=theme.you_bg, line=theme.you)
        done = QRectF(rect.left(), rect.top(), rect.width() * self.progress(), rect.height())
        painter.save()
        painter.setClipRect(done)
        box(painter, rect, fill=theme.you)
        painter.restore()

    def paint_content(self, painter: QPainter, rect: QRectF, look: Skin) -> None:
        if not self.holding():
            super().paint_content(painter, rect, look)
            return
        theme = current()
        edge = rect.left() + rect.width() * self.progress()
        ahead = QRectF(edge, 0, rect.width(), rect.height())
        done = QRectF(0, 0, edge, rect.height())
        for clip, ink in ((ahead, theme.on_you_bg), (done, look.ink)):
            painter.save()
            painter.setClipRect(clip)
            super().paint_content(painter, rect, Skin(fill=None, line=None, ink=ink, key_line=ink))
            painter.restore()

    def _key_down(self, event: QKeyEvent, source: QObject) -> None:
        # An auto-repeated press belongs to a key that was already down before: it never starts a hold.
        if not event.isAutoRepeat() and self._by is None:
            self._start(source)

    def _key_up(self, event: QKeyEvent, source: QObject) -> None:
        if not event.isAutoRepeat() and self._by is source:
            self.release()

    def _start(self, by: object) -> None:
        if not self.isEnabled() or not self.isVisible():
            return
        self._by = by
        self._held_s = 0.0
        self._last = self._monotonic()
        self._timer.start()
        self.update()

    def _stop(self) -> None:
        self._timer.stop()
        self._by = None
        self._held_s = 0.0
        self.setDown(False)
        self.update()
