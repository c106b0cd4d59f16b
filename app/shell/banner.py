"""The alarm banner, 64 px: mark and desk, counters, the two most urgent alarms, go to, acknowledge, silence, clock."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.formats import clock_time, day_text, shown
from app.shell.horn_button import HornButton
from app.shell.urgent import Urgent
from app.texts import _
from backend.model.alarm import AlarmRecord, Priority
from widgets.inputs import Button
from widgets.notices import BannerRow, ClockBlock, MarkBlock, PriorityCounter
from widgets.theme import current, px, space
from widgets.theme import metrics as m

SIMULATOR = "SIMULATOR 仿真"
_LONGEST_NAME = 32
_NARROW = 1600
_NARROWEST = 1280


class AlarmBanner(QWidget):
    """Never covered, dimmed or scrolled.

    Signals: silenced(); priority_chosen(int) when a counter was pressed.
    """

    silenced = Signal()
    priority_chosen = Signal(int)

    def __init__(self, urgent: Urgent, *, simulator: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._urgent = urgent
        self._simulator = simulator
        self._company = self._site = self._desk = ""
        self._mark = MarkBlock("", "", simulator=simulator)
        self._counters = {each: PriorityCounter(int(each), name="") for each in Priority}
        self._rows = (BannerRow(name=""), BannerRow(name=""))
        self._goto = Button(icon="goto", key="↵", height=m.BUTTON_PRIMARY)
        self._ack = Button(icon="ack", key="Space", height=m.BUTTON_PRIMARY)
        self._horn = HornButton()
        self._clock = ClockBlock(name="")
        self._lay_out()
        self._connect()
        self._fit()
        self.retranslate()

    def set_names(self, company: str, site: str, desk: str) -> None:
        """What the mark says: the console's own name, the site and the desk."""
        self._company, self._site, self._desk = company, site, desk
        self._show_words()

    def set_logo(self, picture: bytes) -> None:
        """Show a company's own sign in place of the product's; nothing takes it away."""
        self._mark.set_sign(picture)

    def retranslate(self) -> None:
        """Show every text anew."""
        self._show_words()
        self._horn.retranslate()
        self._ack.set_key(_("Space"))
        for priority, counter in self._counters.items():
            counter.setAccessibleName(_("Priority {number}").format(number=int(priority)))
        for row in self._rows:
            row.setAccessibleName(_("Most urgent alarm"))
        self._clock.setAccessibleName(_("Clock"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_words()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit()

    def show_clock(self, now: int) -> None:
        """Show the time of day; now: µs UTC."""
        self._clock.show_time(clock_time(now), day_text(now))

    def top(self) -> AlarmRecord | None:
        """The most urgent alarm shown."""
        return self._urgent.top()

    def rows_spoken(self) -> tuple[str, ...]:
        """What the rows say to a screen reader."""
        return tuple(row.spoken for row in self._urgent.rows())

    def spoken(self, record: AlarmRecord) -> str:
        """One alarm as a screen reader says it."""
        return self._urgent.spoken(record)

    def was_readable(self) -> bool:
        """Whether the alarm on top stands there long enough to have been read."""
        return self._urgent.was_readable()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme.bg0)
            painter.fillRect(0, self.height() - 1, self.width(), 1, theme.line1)

    def _show(self) -> None:
        for priority, count in self._urgent.counts().items():
            self._counters[priority].show_counts(count.active, count.new, _("{count} new").format(count=count.new))
        rows = self._urgent.rows()
        for place, row in enumerate(self._rows):
            row.show_alarm(rows[place] if place < len(rows) else None)
        self._goto.setEnabled(bool(rows))
        self._ack.setEnabled(self._urgent.may_acknowledge())
        self._horn.show_state(sounding=self._urgent.sounding(), waiting=self._urgent.waiting())

    def _show_words(self) -> None:
        """In a narrow window the alarms keep their room: the buttons show icon and key, the mark no desk."""
        narrow = self.width() < px(_NARROW)
        name = shown(self._site, _LONGEST_NAME // 2 if narrow else _LONGEST_NAME)
        desk = "" if narrow or not self._desk else f" · {shown(self._desk, _LONGEST_NAME)}"
        self._mark.set_words(SIMULATOR if self._simulator else shown(self._company, _LONGEST_NAME), f"{name}{desk}")
        for button, words in ((self._goto, _("Go to")), (self._ack, _("Ack"))):
            button.set_words("" if narrow else words)
            button.setAccessibleName(words)

    def _fit(self) -> None:
        self.setFixedHeight(px(m.BANNER))
        self.setMinimumWidth(px(_NARROWEST))

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        space(row, (0, 0, m.PAGE_INSET, 0), m.HALF)
        row.addWidget(self._mark)
        for counter in self._counters.values():
            row.addWidget(counter)
        rows = QVBoxLayout()
        space(rows, gap=1)
        for each in self._rows:
            rows.addWidget(each)
        row.addLayout(rows, 1)
        for button in (self._goto, self._ack, self._horn):
            row.addWidget(button)
        row.addWidget(self._clock)

    def _connect(self) -> None:
        self._urgent.changed.connect(self._show)
        for place, row in enumerate(self._rows):
            row.clicked.connect(lambda _checked=False, place=place: self._urgent.open(place))
        self._goto.clicked.connect(self._urgent.open_top)
        self._ack.clicked.connect(self._urgent.acknowledge)
        self._horn.clicked.connect(self.silenced)
        for priority, counter in self._counters.items():
            counter.clicked.connect(lambda _checked=False, p=int(priority): self.priority_chosen.emit(p))
