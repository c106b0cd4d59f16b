"""The most urgent alarms of a desk: one truth for the banner and for the strip of every other window."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QObject, Signal

from app.formats import clock_time
from app.models.alarms import READING_S, Count, Words, banner_rows, counts, state_word
from app.texts import _
from app.tones import glyph_of
from backend.api import Backend
from backend.clock import US
from backend.model.alarm import AlarmRecord, Priority
from widgets.notices import BannerAlarm
from widgets.readouts.ages import short_age

_APART_S: Final = 0.25
"""Thousands of alarms are gone through for two rows and four counters."""


class Urgent(QObject):
    """Counters, the two most urgent alarms, and whether the first can have been read.

    Signals: changed() when the windows must show it anew; hasty() when the alarm to acknowledge came too late to have
    been read; opened(object AlarmRecord) to go to its place; acknowledged(str alarm key, int occurrence) as shown.
    """

    changed = Signal()
    hasty = Signal()
    opened = Signal(object)
    acknowledged = Signal(str, int)

    def __init__(
        self, backend: Backend, *, monotonic: Callable[[], float] = time.monotonic, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._backend = backend
        self._monotonic = monotonic
        self._words = Words(backend.registry, backend.links.snapshot())
        self._rows: tuple[AlarmRecord, ...] = ()
        self._counts: dict[Priority, Count] = counts(())
        self._said: tuple[BannerAlarm, ...] | None = None
        """The rows in words, once for all windows."""
        self._first_since = 0.0
        self._sounding = False
        self._behind = False
        self._looked = -math.inf

    def came(self) -> None:
        """Alarms have changed: one is shown at once; of a flood, ten times a second, the next beat tells."""
        self._behind = True
        if self._monotonic() - self._looked >= _APART_S:
            self.refresh()

    def catch_up(self) -> None:
        """The beat: what came since is shown now."""
        if self._behind:
            self.refresh()

    def refresh(self) -> None:
        """Look at the alarms again; ages grow even when nothing came."""
        self._behind, self._looked = False, self._monotonic()
        self.show_alarms(self._backend.alarms.snapshot())

    def show_alarms(self, records: Sequence[AlarmRecord]) -> None:
        """Take these alarms for what there is."""
        before = self._identity()
        self._rows = banner_rows(records)
        self._said = None
        self._counts = counts(records)
        self._sounding = self._backend.alarms.sounding() is not None
        if self._identity() != before:
            self._first_since = self._monotonic()
        self.changed.emit()

    def top(self) -> AlarmRecord | None:
        """The most urgent alarm."""
        return self._rows[0] if self._rows else None

    def counts(self) -> dict[Priority, Count]:
        """Active and new alarms by priority."""
        return self._counts

    def sounding(self) -> bool:
        """Whether an alarm wants the horn now; false once it was silenced or acknowledged."""
        return self._sounding

    def waiting(self) -> bool:
        """Whether any alarm is not acknowledged."""
        return any(count.new for count in self._counts.values())

    def may_acknowledge(self) -> bool:
        """Whether the alarm on top waits for somebody."""
        return bool(self._rows) and not self._rows[0].facts.ack

    def was_readable(self) -> bool:
        """Whether the alarm on top stands there long enough to have been read."""
        return self._monotonic() - self._first_since >= READING_S

    def open_top(self) -> None:
        """Go to the place of the most urgent alarm."""
        self.open(0)

    def open(self, place: int) -> None:
        """Go to the place of an alarm that is shown; 0 is the most urgent."""
        if place < len(self._rows):
            self.opened.emit(self._rows[place])

    def acknowledge(self) -> None:
        """Acknowledge the most urgent alarm as it is shown, unless it came too late to have been read."""
        if not self.may_acknowledge():
            return
        if not self.was_readable():
            self.hasty.emit()
            return
        self.acknowledged.emit(self._rows[0].config.key, self._rows[0].facts.occurrence)

    def rows(self) -> tuple[BannerAlarm, ...]:
        """What the rows say now."""
        if self._said is None:
            now = self._backend.now()
            self._said = tuple(self._alarm(record, now) for record in self._rows)
        return self._said

    def spoken(self, record: AlarmRecord) -> str:
        """One alarm as a screen reader says it."""
        message = self._words.line(record)
        return f"P{int(record.priority)} {state_word(record)}: {message} {self._words.value(record)}".rstrip()

    def asset(self, record: AlarmRecord) -> str:
        """Id of the asset the alarm is about; "" where there is none."""
        return self._words.asset(record)

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

    def _identity(self) -> tuple[str, int]:
        """Which occurrence of which alarm is on top."""
        return (self._rows[0].config.key, self._rows[0].facts.occurrence) if self._rows else ("", 0)
