"""Alarms and commands in view: asked from the alarm journal, and again when one changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.models.alarms import Words
from app.page import PageContext
from app.pages.trends.events import Event, Relation, events
from app.pages.trends.panes import Pen
from backend.model.alarm import Occurrence

_SETTLE_MS: Final = 300
_MOST: Final = 2000


class Happenings(QObject):
    """What happened to the pens between two moments.

    Signals: changed() when there is something else to tell.
    """

    changed = Signal()

    def __init__(self, context: PageContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._pens: tuple[Pen, ...] = ()
        self._relation: Relation | None = None
        self._start = self._end = 0
        self._asked: tuple[int, int] = (0, 0)
        self._found: tuple[Occurrence, ...] = ()
        self._told: tuple[Event, ...] | None = None
        self._asking = False
        self._again = False
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._ask)

    def start(self) -> None:
        """Listen."""
        self._context.bridge.alarms.connect(self._on_alarms)
        self._context.bridge.commands.connect(self._on_commands)
        self._asked = (0, 0)

    def stop(self) -> None:
        """Listen no more."""
        self._context.bridge.alarms.disconnect(self._on_alarms)
        self._context.bridge.commands.disconnect(self._on_commands)
        self._settle.stop()

    def about(self, pens: Sequence[Pen]) -> None:
        """The pens in view."""
        self._pens = tuple(pens)
        self.forget()

    def between(self, start: int, end: int) -> None:
        """The stretch in view; asked anew when it is not inside what is known."""
        self._start, self._end = start, end
        self._told = None
        known = self._asked[0] <= start and (self._asked[1] >= end or self._asked[1] >= self._context.backend.now())
        if not known and not self._settle.isActive():
            self._settle.start()

    def forget(self) -> None:
        """Words and relations are made anew: other pens, another language."""
        self._relation = None
        self._told = None

    def events(self) -> Sequence[Event]:
        """Oldest first."""
        if self._told is None:
            self._told = events(
                self._found, self._context.backend.commands.snapshot(), self._related(), self._start, self._end
            )
        return self._told

    def _related(self) -> Relation:
        if self._relation is None:
            backend = self._context.backend
            links = backend.links.snapshot()
            self._relation = Relation(self._pens, Words(backend.registry, links), links)
        return self._relation

    def _on_alarms(self, _records: object) -> None:
        # The journal has it before anybody is told, so asking again finds it.
        self._again = True
        if not self._settle.isActive():
            self._settle.start()

    def _on_commands(self, _commands: object) -> None:
        self._told = None
        self.changed.emit()

    def _ask(self) -> None:
        if self._asking:
            self._again = True
            return
        self._asking, self._again = True, False
        span = max(1, self._end - self._start)
        start, end = self._start - span // 2, self._end + span // 2
        future = self._context.backend.alarms.past(start=start, end=end, limit=_MOST)
        self._context.actions.ask(
            future, lambda found: self._on_found((start, end), found), owner=self, failed=self._on_failed
        )

    def _on_failed(self, _words: str) -> None:
        self._asking = False

    def _on_found(self, asked: tuple[int, int], found: tuple[Occurrence, ...]) -> None:
        self._asking = False
        self._asked, self._found, self._told = asked, found, None
        self.changed.emit()
        if self._again:
            self._settle.start()
