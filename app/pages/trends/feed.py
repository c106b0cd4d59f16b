"""Where the lines come from: asks the history for what is in view, hears what comes live, and joins both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.page import PageContext
from app.pages.trends.series import NOTHING, Series, joined, of_history, shifted
from app.pages.trends.tail import Tail
from app.pages.trends.window import Window, asked_of
from backend.clock import US
from backend.model.live import TagSnapshot
from backend.model.trend import Thinned

_SETTLE_MS: Final = 60
"""Turning a wheel asks once, not once for each notch."""
_OFTEN_US: Final = 30 * US
_SELDOM_US: Final = 600 * US
"""How often a live view asks anew: what came late, or twice between two snapshots, is then there too."""
_CLOCKS_US: Final = US
"""A device's clock may be ahead by that much."""
_SEAM_US: Final = 5 * US
_FINER: Final = 1.6
"""An answer is too coarse when the window is so much narrower than the one it was made for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question to the history."""

    points: tuple[int, ...]
    start: int
    end: int
    buckets: int
    span: int
    """Of the window it was asked for, µs."""
    at: int
    """When it was asked: what was stored by then is in the answer."""
    shift: int = 0

    def covers(self, points: Sequence[int], window: Window, now: int) -> bool:
        """Whether its answer still is good enough for this window."""
        again = min(max(_OFTEN_US, window.span // 100), _SELDOM_US)
        late = self.end >= min(window.end, now) or (not self.shift and self.end >= now - again)
        inside = self.start <= window.start and late
        fine = window.span * _FINER >= self.span and window.span <= self.span * _FINER
        return tuple(points) == self.points and inside and fine


class Feed(QObject):
    """The series of some points in a window, and of the same points another day.

    Signals: changed() when a series is another than before; failed(str why) when the history cannot be read.
    """

    changed = Signal()
    failed = Signal(str)

    def __init__(self, context: PageContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._points: tuple[int, ...] = ()
        self._tails: dict[int, Tail] = {}
        self._window = Window(start=0, end=1)
        self._columns = 1
        self._shift = 0
        self._since = 0
        self._answered: dict[bool, Asked] = {}
        self._history: dict[bool, dict[int, Series]] = {False: {}, True: {}}
        self._pending: dict[bool, Asked] = {}
        self._joined: dict[int, Series] = {}
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._ask)

    # -- what is wanted -------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Listen; before the first question, so that nothing falls between."""
        self._context.bridge.values.connect(self._on_values)
        self._since = self._context.backend.now()
        self._answered = {}
        self._tails = {}
        self._begin_tails()

    def stop(self) -> None:
        """Listen no more; what was heard is forgotten, for there will be a hole behind it."""
        self._context.bridge.values.disconnect(self._on_values)
        self._settle.stop()
        self._tails = {}
        self._joined = {}
        self._answered = {}

    def want(self, points: Sequence[int], window: Window, columns: int, shift: int, *, at_once: bool = False) -> None:
        """Have these points in this window, thinned to so many pixel columns; and `shift` µs earlier, 0 for not."""
        changed = tuple(points) != self._points
        self._points, self._window, self._columns = tuple(points), window, columns
        if shift != self._shift:
            self._shift = shift
            self._history[True] = {}
            self._answered.pop(True, None)
        if changed:
            self._begin_tails()
            self._joined = {}
        if self._due():
            if at_once or changed:
                self._settle.stop()
                self._ask()
            elif not self._settle.isActive():
                self._settle.start()

    # -- what there is --------------------------------------------------------------------------------------------

    def series(self, point: int) -> Series:
        """The point's rows: history, and what came since."""
        if point not in self._joined:
            asked = self._answered.get(False)
            history = self._history[False].get(point, NOTHING)
            tail = self._tails.get(point)
            self._joined[point] = joined(history, asked.end if asked is not None else 0, tail)
        return self._joined[point]

    def other(self, point: int) -> Series:
        """The point's rows of the other day, moved to this one."""
        return self._history[True].get(point, NOTHING)

    def answered(self) -> bool:
        """Whether the history has answered for these points."""
        asked = self._answered.get(False)
        return asked is not None and set(self._points) <= set(asked.points)

    def tier(self) -> str:
        """What the lines are made from: the coarsest tier of them."""
        tiers = [self._history[False][point].tier for point in self._points if point in self._history[False]]
        order = ("raw", "1 min", "15 min", "1 h")
        return max(tiers, key=lambda tier: order.index(tier) if tier in order else 0, default="")

    # -- asking ---------------------------------------------------------------------------------------------------

    def _due(self) -> bool:
        now = self._context.backend.now()
        main = self._answered.get(False)
        other = self._answered.get(True)
        stale = main is None or not main.covers(self._points, self._window, now)
        if self._shift and (other is None or not other.covers(self._points, self._window, now)):
            return True
        return stale and bool(self._points)

    def _ask(self) -> None:
        if not self._points:
            return
        now = self._context.backend.now()
        start, wanted_end, wanted = asked_of(self._window, self._columns)
        for compare in (False, True) if self._shift else (False,):
            held = self._answered.get(compare)
            if compare in self._pending or (held and held.covers(self._points, self._window, now)):
                continue
            shift = self._shift if compare else 0
            end = wanted_end if compare else min(wanted_end, now + _CLOCKS_US)
            buckets = max(200, round(wanted * (end - start) / (wanted_end - start)))
            asked = Asked(
                points=self._points,
                start=start,
                end=end,
                buckets=buckets,
                span=self._window.span,
                at=now,
                shift=shift,
            )
            self._pending[compare] = asked
            history = self._context.backend.history
            future = history.thinned(self._points, start - shift, end - shift, buckets)
            self._context.actions.follow(
                future,
                partial(self._on_answer, compare, asked),
                failed=partial(self._on_failed, compare),
                owner=self,
            )

    def _on_failed(self, compare: bool, words: str) -> None:
        self._pending.pop(compare, None)
        self.failed.emit(words)

    def _on_answer(self, compare: bool, asked: Asked, found: tuple[Thinned, ...]) -> None:
        self._pending.pop(compare, None)
        # An answer to a question from before the page was left has a hole behind it.
        fresh = asked.at >= self._since
        if fresh and asked.points == self._points and (not compare or asked.shift == self._shift):
            self._answered[compare] = asked
            self._history[compare] = {each.point: shifted(of_history(each), asked.shift) for each in found}
            if not compare:
                self._joined = {}
                self._trim(asked)
            self.changed.emit()
        # What was wanted meanwhile may be something else.
        if self._due():
            self._settle.start()

    def _trim(self, asked: Asked) -> None:
        """What the history has now, the tails need no longer, but for the seam."""
        for point, tail in self._tails.items():
            if point in self._history[False] and asked.end >= tail.began:
                tail.forget(min(asked.end, asked.at) - _SEAM_US)

    def _begin_tails(self) -> None:
        now = self._context.backend.now()
        snapshot = self._context.bridge.snapshot()
        self._tails = {point: self._tails.get(point) or Tail(point, now) for point in self._points}
        for tail in self._tails.values():
            if not len(tail):
                tail.hear(snapshot)

    def _on_values(self, snapshot: TagSnapshot) -> None:
        for point, tail in self._tails.items():
            if tail.hear(snapshot):
                self._joined.pop(point, None)
