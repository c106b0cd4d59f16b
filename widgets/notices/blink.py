"""One shared beat for everything that blinks, at most 1 Hz, and still when a person wants less motion."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

BEAT_MS = 500


class Blink(QObject):
    """Beats twice a second while somebody needs it.

    Signals: changed() when a ring has to be drawn anew.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._beat = 0
        self._steady = False
        self._needed: set[int] = set()
        self._timer = QTimer(self)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self.beat)

    @property
    def steady(self) -> bool:
        """Whether rings are thick and still instead of blinking."""
        return self._steady

    def set_steady(self, steady: bool) -> None:
        """Replace blinking by a steady thick ring (reduced motion)."""
        self._steady = steady
        self._run()
        self.changed.emit()

    def fast(self) -> bool:
        """Whether a ring at 1 Hz is lit now."""
        return self._steady or self._beat % 2 == 0

    def slow(self) -> bool:
        """Whether a ring at 0.5 Hz is lit now."""
        return self._steady or self._beat // 2 % 2 == 0

    def need(self, who: QObject, needed: bool) -> None:
        """Say whether this object shows something that blinks; the beat stops when nobody does."""
        key = id(who)
        if needed and key not in self._needed:
            self._needed.add(key)
            who.destroyed.connect(lambda: self._forget(key))
        elif not needed:
            self._needed.discard(key)
        self._run()

    def beat(self) -> None:
        """Go one half second on; called by the timer."""
        self._beat = (self._beat + 1) % 4
        self.changed.emit()

    def running(self) -> bool:
        """Whether the beat runs."""
        return self._timer.isActive()

    def _forget(self, key: int) -> None:
        self._needed.discard(key)
        self._run()

    def _run(self) -> None:
        wanted = bool(self._needed) and not self._steady
        if wanted and not self._timer.isActive():
            self._timer.start()
        elif not wanted:
            self._timer.stop()
            self._beat = 0


class _Holder:
    """One beat per process: rings that blink out of step would catch the eye for nothing."""

    blink: Blink | None = None


def shared_blink() -> Blink:
    """The beat of this process."""
    if _Holder.blink is None:
        _Holder.blink = Blink(QCoreApplication.instance())
        _Holder.blink.destroyed.connect(_drop)
    return _Holder.blink


def _drop() -> None:
    _Holder.blink = None
