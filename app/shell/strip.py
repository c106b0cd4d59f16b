"""The alarm strip, 32 px, of every window beside the main one: counters, the most urgent alarm, its two keys, horn."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.shell.horn_button import HornButton
from app.shell.urgent import Urgent
from app.texts import _
from app.turns import Turns
from backend.model.alarm import Priority
from widgets.inputs import Button
from widgets.notices import BannerRow, SmallCounter
from widgets.theme import current, px, space
from widgets.theme import metrics as m

_BUTTON = m.STRIP - m.QUARTER


class AlarmStrip(QWidget):
    """Never covered, like the banner. Signals: silenced()."""

    silenced = Signal()

    def __init__(self, urgent: Urgent, turns: Turns, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._urgent = urgent
        self._turns = turns
        self._counters = {each: SmallCounter(int(each), name="") for each in Priority}
        self._row = BannerRow(name="")
        self._goto = Button(icon="goto", key="↵", height=_BUTTON)
        self._ack = Button(icon="ack", key="Space", height=_BUTTON)
        self._horn = HornButton(height=_BUTTON)
        row = QHBoxLayout(self)
        space(row, (m.HALF, 0, m.HALF, 0), m.QUARTER)
        for counter in self._counters.values():
            row.addWidget(counter)
        row.addWidget(self._row, 1)
        for button in (self._goto, self._ack, self._horn):
            row.addWidget(button)
        urgent.changed.connect(self._ask)
        self._row.clicked.connect(urgent.open_top)
        self._goto.clicked.connect(urgent.open_top)
        self._ack.clicked.connect(urgent.acknowledge)
        self._horn.clicked.connect(self.silenced)
        self.setFixedHeight(px(m.STRIP))
        self.retranslate()
        self._show()

    def retranslate(self) -> None:
        """Show every text anew."""
        for priority, counter in self._counters.items():
            counter.setAccessibleName(_("Priority {number}").format(number=int(priority)))
        self._row.setAccessibleName(_("Most urgent alarm"))
        for button, words in ((self._goto, _("Go to")), (self._ack, _("Ack"))):
            button.setAccessibleName(words)
        self._horn.retranslate()
        self._ack.set_key(_("Space"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.setFixedHeight(px(m.STRIP))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme.bg0)
            painter.fillRect(0, self.height() - 1, self.width(), 1, theme.line1)

    def _ask(self) -> None:
        # The banner shows it at once; a dozen strips take their turns.
        self._turns.ask(self, self._show)

    def _show(self) -> None:
        for priority, count in self._urgent.counts().items():
            self._counters[priority].show_counts(count.active, count.new, _("{count} new").format(count=count.new))
        rows = self._urgent.rows()
        self._row.show_alarm(rows[0] if rows else None)
        self._goto.setEnabled(bool(rows))
        self._ack.setEnabled(self._urgent.may_acknowledge())
        self._horn.show_state(sounding=self._urgent.sounding(), waiting=self._urgent.waiting())
