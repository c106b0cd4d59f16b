"""What all exchanges of one head-end share, and what keeps strangers cheap: limits, deadlines, quarantine.

A connection that has not shown a meter's key holds one frame's octets and a deadline of seconds, however slowly it
speaks; beyond `most_unknown` of them the next is hung up on at once. What is wrong ends the connection, is counted and
kept raw, a few of each source a minute.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from backend import logs
from backend.clock import Clock
from backend.drivers.meters.gathering import Gathering
from backend.drivers.meters.options import HeadEndOptions
from backend.drivers.meters.roster import Roster
from backend.drivers.meters.tally import Tally
from backend.links.ration import Ration
from backend.model.event import Quarantined
from backend.model.exchange import KINDS
from backend.model.metering import Bill
from backend.protocols.meter.frame import Frame

if TYPE_CHECKING:
    from backend.drivers.meters.session import Session

_BUFFER: Final = 2048
_log = logs.get(__name__)
_ASIDE: Final = 1000
"""Quarantined messages that may wait for the core; more are only counted."""


class House:
    """Field loop only, but for the counters, which anyone may read."""

    def __init__(
        self,
        options: HeadEndOptions,
        roster: Roster,
        *,
        clock: Clock,
        bill: Callable[[str], Bill | None],
        order_comes: Callable[[str], bool],
        reading_came: Callable[[], object],
    ) -> None:
        """bill: how a device's account stands. order_comes: whether an approved order waits for a device to wake.
        reading_came: called when the first of a new gathering is there."""
        self.options = options
        self.roster = roster
        self.clock = clock
        self.bill = bill
        self.order_comes = order_comes
        self.reading_came = reading_came
        self.buffer = memoryview(bytearray(_BUFFER))
        """What the socket is read into, one connection after the other."""
        self.sessions: set[Session] = set()
        self.known: dict[str, Session] = {}
        """Exchanges whose meter has proved itself, by device."""
        self.waiting: set[Session] = set()
        """Exchanges that are kept open for an order."""
        self.unknown = 0
        """Connections that have not said who they are."""
        self.heard: set[str] = set()
        self.frames = 0
        """Since `counted` was asked last."""
        self._refused: Counter[str] = Counter()
        self.turned_away = self.put_aside = self.timed_out = 0
        self.tallies: Mapping[str, Tally] = {kind: Tally(kind) for kind in KINDS}
        self.gathering = Gathering()
        self.aside: deque[Quarantined] = deque()
        self._ration = Ration()
        self._minors: set[tuple[int, int]] = set()

    def full(self) -> bool:
        """Whether the next connection is one too many."""
        return len(self.sessions) >= self.options.most or self.unknown >= self.options.most_unknown

    def quarantine(self, source: str, stage: str, reason: str, raw: bytes) -> None:
        """Keep what cannot be used, or only count it."""
        self.put_aside += 1
        self._refused[stage] += 1
        if len(self.aside) < _ASIDE and self._ration.admit(source, stage, self.clock.mono()):
            self._keep(source, stage, reason, raw)

    def notice_minor(self, frame: Frame) -> None:
        """A minor version nobody has told of: taken, and said once for each maker's meters."""
        if (frame.application, frame.version) not in self._minors:
            self._minors.add((frame.application, frame.version))
            _log.warning("unknown minor version", application=frame.application, version=frame.major_minor)

    def look(self, now: float) -> None:
        """End what has taken too long; now: monotonic s."""
        for session in [session for session in self.sessions if now >= session.deadline]:
            session.too_late(now)
        for session in tuple(self.waiting):
            session.look()
        for surplus in self._ration.ended(now):
            self._keep(surplus.source, surplus.stage, f"{surplus.count} more of this kind were not kept", b"")

    def counted(self) -> tuple[int, Mapping[str, int]]:
        """Frames heard since this was asked last, and how many of them each stage refused."""
        counted, self.frames, self._refused = (self.frames, self._refused), 0, Counter()
        return counted

    def take_readings(self) -> Gathering:
        """Everything gathered; a new gathering begins."""
        gathered, self.gathering = self.gathering, Gathering()
        return gathered

    def _keep(self, source: str, stage: str, reason: str, raw: bytes) -> None:
        self.aside.append(
            Quarantined(source=source, stage=stage, reason=reason, raw=raw, received_at=self.clock.wall_us())
        )
