"""What is known at one moment, as a mimic and its faceplate are drawn from it. Plain Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.formats import point_title, quality_word, shown, value_text
from app.pages.stations.presenter import urgency
from app.tones import glyph_of, mark_of
from backend.clock import US
from backend.model.alarm import AlarmRecord
from backend.model.command import TERMINAL, Command, CommandState
from backend.model.live import TagSnapshot
from backend.model.plant import Point
from widgets.mimic.look import Glyph
from widgets.readouts import Mark
from widgets.readouts.ages import short_age

WAITING = frozenset(
    {CommandState.REQUESTED, CommandState.CONFIRMED, CommandState.AWAITING_APPROVAL, CommandState.APPROVED}
)
"""Nothing has been sent yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Values, alarms by point (the most urgent one), and by point the latest command."""

    snapshot: TagSnapshot
    alarms: Mapping[int, AlarmRecord]
    commands: Mapping[int, Command]

    @property
    def now(self) -> int:
        """µs UTC."""
        return self.snapshot.taken_at

    def value(self, point: Point) -> float:
        """The last number; NaN = never."""
        return float(self.snapshot.value[point.id])

    def quality(self, point: Point) -> int:
        """The quality byte."""
        return int(self.snapshot.quality[point.id])

    def mark(self, point: Point) -> Mark:
        """The badge of its quality."""
        return mark_of(self.quality(point))

    def age_s(self, point: Point) -> float | None:
        """How old the number is; None = never."""
        at = int(self.snapshot.at[point.id])
        return max(0.0, (self.now - at) / US) if at else None

    def alarm(self, points: Iterable[Point]) -> AlarmRecord | None:
        """The most urgent alarm of these points."""
        return min((self.alarms[each.id] for each in points if each.id in self.alarms), key=urgency, default=None)

    def glyph(self, points: Iterable[Point]) -> Glyph | None:
        """Its glyph."""
        record = self.alarm(points)
        return (int(record.priority), glyph_of(record)) if record is not None else None

    def tip(self, point: Point) -> str:
        """Tag, title, value, quality and age in a line."""
        age = self.age_s(point)
        parts = (
            shown(point.tag),
            point_title(point),
            value_text(point, self.value(point)),
            quality_word(self.quality(point)),
            short_age(age) if age is not None else "",
        )
        return " · ".join(part for part in parts if part)


def latest(commands: Iterable[Command]) -> dict[int, Command]:
    """The command of each point that matters most: an open one, else the newest."""
    found: dict[int, Command] = {}
    for command in sorted(commands, key=lambda each: (each.state not in TERMINAL, each.content.requested_at)):
        found[command.content.point] = command
    return found
