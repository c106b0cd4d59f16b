"""A window beside the main one: alarm strip, header, one page, status bar; simulator frame over all."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.shell.banner import SIMULATOR
from app.shell.console import Console
from app.shell.host import PageHost
from app.shell.status_bar import StatusBar
from app.shell.strip import AlarmStrip
from widgets.notices import FrozenNotice, SimulatorFrame
from widgets.theme import current, px, space
from widgets.theme import metrics as m

_SMALLEST = (900, 560)


class PageWindow(QWidget):
    """One page on a monitor of its own; the alarm keys work here too.

    Signals: closing(object PageWindow) while the page can still be taken back; pressed(object QKeyEvent) for a key
    that neither the page nor a field has used.
    """

    closing = Signal(object)
    pressed = Signal(object)

    def __init__(self, console: Console, *, own: bool) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self._console = console
        self.own = own
        """Whether the page was built for this window and goes with it; else it came from the main window."""
        self.strip = AlarmStrip(console.urgent, console.bridge.turns)
        self.host = PageHost(console)
        self.host.set_detachable(False)
        self.status = StatusBar()
        edge = m.FRAME if console.simulator else 0
        column = QVBoxLayout(self)
        space(column, (edge, edge, edge, edge))
        column.addWidget(self.strip)
        column.addWidget(self.host, 1)
        column.addWidget(self.status)
        self.setMinimumSize(px(_SMALLEST[0]), px(_SMALLEST[1]))
        self._frame = SimulatorFrame(self, SIMULATOR) if console.simulator else None
        self.frozen = FrozenNotice(self)
        self.strip.silenced.connect(console.silence)
        self.retranslate()

    def retranslate(self) -> None:
        """Show every text anew."""
        self.setWindowTitle(self._console.window_title(self.host.current()))
        self.strip.retranslate()
        self.status.retranslate()
        self.host.retranslate()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.pressed.emit(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closing.emit(self)
        super().closeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), current().bg1)


def alarm_key(console: Console, event: QKeyEvent) -> bool:
    """What no page has used is the banner's: the keys its buttons name. Whether the key was one of them."""
    match event.key():
        case Qt.Key.Key_Return | Qt.Key.Key_Enter:
            console.urgent.open_top()
        case Qt.Key.Key_Space if not event.modifiers() and not event.isAutoRepeat():
            console.urgent.acknowledge()
        case _:
            return False
    return True
