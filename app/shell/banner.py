"""The alarm banner, 64 px: mark and desk, counters, the two most urgent alarms, go to, acknowledge, silence, clock."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.formats import clock_time, date_text, shown
from app.models.alarms import Words, banner_rows, counts, state_word
from app.texts import _, bilingual
from app.tones import glyph_of
from backend.api import Backend
from backend.clock import US
from backend.model.alarm import AlarmRecord, Priority
from widgets.inputs import Button
from widgets.notices import BannerAlarm, BannerRow, ClockBlock, MarkBlock, PriorityCounter
from widgets.readouts.ages import short_age
from widgets.theme import current, px, space
from widgets.theme import metrics as m

SIMULATOR = "SIMULATOR 仿真"
READING_S = 0.5
"""An alarm that came to the top less than this ago cannot have been read by whoever presses Space."""
_LONGEST_NAME = 32
_NARROW = 1600
_NARROWEST = 1280


class AlarmBanner(QWidget):
    """Never covered, dimmed or scrolled.

    Signals: opened(str alarm key) to go to its place; acknowledged(str alarm key, int occurrence) as it was shown;
    hasty() when the alarm to acknowledge came too late to have been read; silenced(); priority_chosen(int) when a
    counter was pressed.
    """

    opened = Signal(str)
    acknowledged = Signal(str, int)
    hasty = Signal()
    silenced = Signal()
    priority_chosen = Signal(int)

    def __init__(
        self,
        backend: Backend,
        workstation: str,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._site = backend.site
        self._workstation = workstation
        self._monotonic = monotonic
        self._top_since = 0.0
        self._words = Words(backend.registry, backend.links.snapshot())
        self._top: tuple[AlarmRecord, ...] = ()
        self._mark = MarkBlock("", "", simulator=backend.site.mode == "simulator")
        self._counters = {each: PriorityCounter(int(each), name="") for each in Priority}
        self._rows = (BannerRow(name=""), BannerRow(name=""))
        self._goto = Button(icon="goto", key="↵", height=m.BUTTON_PRIMARY)
        self._ack = Button(icon="ack", key="Space", height=m.BUTTON_PRIMARY)
        self._horn = Button(icon="horn", height=m.BUTTON_PRIMARY)
        self._clock = ClockBlock(name="")
        self._lay_out()
        self._connect()
        self.setFixedHeight(px(m.BANNER))
        self.setMinimumWidth(px(_NARROWEST))
        self.retranslate()

    def retranslate(self) -> None:
        """Show every text anew."""
        self._show_words()
        self._horn.setAccessibleName(_("Silence the horn"))
        self._horn.setToolTip(_("Silence the horn (Pause)"))
        for priority, counter in self._counters.items():
            counter.setAccessibleName(_("Priority {number}").format(number=int(priority)))
        for row in self._rows:
            row.setAccessibleName(_("Most urgent alarm"))
        self._clock.setAccessibleName(_("Clock"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_words()

    def _show_words(self) -> None:
        """In a narrow window the alarms keep their room: the buttons show icon and key, the mark no desk."""
        narrow = self.width() < px(_NARROW)
        name = shown(bilingual(self._site.name, self._site.name_zh), _LONGEST_NAME // 2 if narrow else _LONGEST_NAME)
        desk = "" if narrow else f" · {shown(self._workstation, _LONGEST_NAME)}"
        self._mark.set_words(SIMULATOR if self._site.mode == "simulator" else "Linepack", f"{name}{desk}")
        for button, words in ((self._goto, _("Go to")), (self._ack, _("Ack"))):
            button.set_words("" if narrow else words)
            button.setAccessibleName(words)

    def show_alarms(self, records: tuple[AlarmRecord, ...], now: int) -> None:
        """Show counters and the two most urgent alarms; now: µs UTC."""
        for priority, count in counts(records).items():
            self._counters[priority].show_counts(count.active, count.new, _("{count} new").format(count=count.new))
        before = self._identity()
        self._top = banner_rows(records)
        if self._identity() != before:
            self._top_since = self._monotonic()
        for place, row in enumerate(self._rows):
            row.show_alarm(self._alarm(self._top[place], now) if place < len(self._top) else None)
        self._goto.setEnabled(bool(self._top))
        self._ack.setEnabled(bool(self._top) and not self._top[0].facts.ack)

    def show_clock(self, now: int) -> None:
        """Show the time of day; now: µs UTC."""
        self._clock.show_time(clock_time(now), date_text(now))

    def top(self) -> AlarmRecord | None:
        """The most urgent alarm shown."""
        return self._top[0] if self._top else None

    def rows_spoken(self) -> tuple[str, ...]:
        """What the rows say to a screen reader."""
        return tuple(self.spoken(record) for record in self._top)

    def spoken(self, record: AlarmRecord) -> str:
        """One alarm as a screen reader says it."""
        message = self._words.line(record)
        return f"P{int(record.priority)} {state_word(record)}: {message} {self._words.value(record)}".rstrip()

    def was_readable(self) -> bool:
        """Whether the alarm on top stands there long enough to have been read."""
        return self._monotonic() - self._top_since >= READING_S

    def open_top(self) -> None:
        """Go to the place of the most urgent alarm."""
        self._open(0)

    def acknowledge_top(self) -> None:
        """Acknowledge the most urgent alarm as it is shown, unless it came too late to have been read."""
        if not self._top or self._top[0].facts.ack:
            return
        if not self.was_readable():
            self.hasty.emit()
            return
        self.acknowledged.emit(self._top[0].config.key, self._top[0].facts.occurrence)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme.bg0)
            painter.fillRect(0, self.height() - 1, self.width(), 1, theme.line1)

    def _alarm(self, record: AlarmRecord, now: int) -> BannerAlarm:
        acked = _("ack {time}").format(time=clock_time(record.facts.acked_at)) if record.facts.ack else ""
        return BannerAlarm(
            priority=int(record.priority),
            state=glyph_of(record),
            time=clock_time(record.facts.raised_at),
            tag=self._words.tag(record),
            words=self._words.line(record),
            value=self._words.value(record),
            age=acked or short_age((now - record.facts.raised_at) / US),
            spoken=self.spoken(record),
        )

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        space(row, (m.INSET, 0, m.PAGE_INSET, 0), m.HALF)
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
        for place, row in enumerate(self._rows):
            row.clicked.connect(lambda _checked=False, place=place: self._open(place))
        self._goto.clicked.connect(lambda: self._open(0))
        self._ack.clicked.connect(self.acknowledge_top)
        self._horn.clicked.connect(self.silenced)
        for priority, counter in self._counters.items():
            counter.clicked.connect(lambda _checked=False, p=int(priority): self.priority_chosen.emit(p))

    def _identity(self) -> tuple[str, int]:
        """Which occurrence of which alarm is on top."""
        return (self._top[0].config.key, self._top[0].facts.occurrence) if self._top else ("", 0)

    def _open(self, place: int) -> None:
        if place < len(self._top):
            self.opened.emit(self._top[place].config.key)
