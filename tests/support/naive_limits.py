"""Limits of one point judged sample by sample, as a person would do it by hand; knows nothing of arrays."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from backend.model.plant import Limits

SECOND = 1_000_000
GOOD, UNCERTAIN = 0xC0, 0x40
Told = tuple[str, str, str, int]
"""(condition, change, level, at)"""


@dataclass
class Level:
    """One limit and where it stands."""

    condition: str
    level: str
    active: bool = False
    since: int | None = None
    since_mono: float = 0.0


@dataclass
class Naive:
    """One point, sample by sample, straight from the rules."""

    limits: Limits
    last_at: int = -1
    arrived: int = 0
    worth: str = "unknown"
    previous: tuple[int, float] | None = None
    levels: list[Level] = field(default_factory=list)
    late_levels: list[Level] = field(default_factory=list)
    late_at: int | None = None
    late_worth: str = ""
    late_previous: tuple[int, float] | None = None

    def __post_init__(self) -> None:
        self.levels, self.late_levels = self._fresh(), self._fresh()

    def arrive(self, received_at: int) -> None:
        """A batch arrives; when our clock was set back nothing in it is late."""
        if received_at < self.arrived:
            self.last_at = min(self.last_at, received_at)
        self.arrived = received_at

    def sample(self, at: int, value: float, quality: int, received_at: int, mono: float, out: list[Told]) -> None:
        """The next sample in order of device time."""
        worth = {GOOD: "good", UNCERTAIN: "uncertain"}.get(quality, "bad")
        if not math.isfinite(value):
            worth = "bad"
        if at < self.last_at:
            self._late(at, value, worth, mono, out)
            return
        self._advance(self.levels, at, value, worth, self.worth, self.previous, mono, out)
        self.worth, self.last_at = worth, min(at, received_at)
        if worth != "bad":
            self.previous = (at, value)

    def tick(self, mono: float, out: list[Told]) -> None:
        """No sample comes."""
        if self.worth in ("good", "uncertain"):
            waiting = [each for each in self._pending(self.levels) if each.since_mono + self.limits.on_delay_s <= mono]
            self._run_out(self.levels, [self._end(each) for each in waiting], out)

    def lose(self) -> None:
        """The link is lost."""
        self.worth = "lost"
        self._stop_off_delays(self.levels)

    def _late(self, at: int, value: float, worth: str, mono: float, out: list[Told]) -> None:
        if self.late_at is None or at < self.late_at:
            self.late_levels, self.late_previous, self.late_worth = self._fresh(), None, worth
        found: list[Told] = []
        self._advance(self.late_levels, at, value, worth, self.late_worth, self.late_previous, mono, found)
        out += [(c, "late", level, when) for c, change, level, when in found if change in ("raise", "escalate")]
        self.late_at, self.late_worth = at, worth
        if worth != "bad":
            self.late_previous = (at, value)

    def _advance(
        self,
        levels: list[Level],
        at: int,
        value: float,
        worth: str,
        was: str,
        previous: tuple[int, float] | None,
        mono: float,
        out: list[Told],
    ) -> None:
        if was in ("good", "uncertain"):
            self._run_out(levels, [end for end in map(self._end, self._pending(levels)) if end <= at], out)
        if worth == "bad":
            self._stop_off_delays(levels)
            return
        rate = None
        if previous is not None and at > previous[0]:
            rate = abs(value - previous[1]) * 1e6 / (at - previous[0])
        before = _standing(levels)
        for level in levels:
            self._hear(level, at, value, worth, rate, mono)
        _tell(before, _standing(levels), at, out)

    def _hear(self, level: Level, at: int, value: float, worth: str, rate: float | None, mono: float) -> None:
        asks = self._asks(level, value, rate)
        if asks is None:
            return
        if asks == level.active:
            if level.active or worth == "good":
                level.since = None
            return
        if not asks and worth == "uncertain":
            level.since = None
            return
        if level.since is None:
            level.since, level.since_mono = at, mono
        delay_s = self.limits.on_delay_s if asks else self.limits.off_delay_s
        if at - level.since >= delay_s * SECOND:
            level.active, level.since = asks, None

    def _asks(self, level: Level, value: float, rate: float | None) -> bool | None:
        """Whether the value asks for this alarm; None where it says nothing."""
        limits = self.limits
        band = limits.deadband if level.active else 0.0
        match level.condition, level.level:
            case "high", "H":
                return value >= limits.h - band
            case "high", "HH":
                return value >= limits.hh - band
            case "low", "L":
                return value <= limits.l + band
            case "low", "LL":
                return value <= limits.ll + band
            case "rate", _:
                return None if rate is None else rate >= limits.rate
        return value != limits.normal_state

    def _fresh(self) -> list[Level]:
        limits = self.limits
        wanted = [("high", "H", limits.h), ("high", "HH", limits.hh), ("low", "L", limits.l), ("low", "LL", limits.ll)]
        wanted += [("rate", "", limits.rate), ("state", "", limits.normal_state)]
        return [Level(condition, level) for condition, level, limit in wanted if limit is not None]

    def _pending(self, levels: list[Level]) -> list[Level]:
        return [each for each in levels if each.since is not None and not each.active]

    def _end(self, level: Level) -> int:
        return level.since + round(self.limits.on_delay_s * SECOND)

    def _run_out(self, levels: list[Level], ends: list[int], out: list[Told]) -> None:
        for end in sorted(set(ends)):
            before = _standing(levels)
            for level in self._pending(levels):
                if self._end(level) <= end:
                    level.active, level.since = True, None
            _tell(before, _standing(levels), end, out)

    def _stop_off_delays(self, levels: list[Level]) -> None:
        for level in levels:
            if level.active:
                level.since = None


def _standing(levels: list[Level]) -> dict[str, str]:
    return {each.condition: each.level for each in levels if each.active}


def _tell(before: dict[str, str], after: dict[str, str], at: int, out: list[Told]) -> None:
    for condition in {**before, **after}:
        was, now = before.get(condition), after.get(condition)
        if was == now:
            continue
        if was is None:
            out.append((condition, "raise", now, at))
        elif now is None:
            out.append((condition, "clear", was, at))
        else:
            out.append((condition, "escalate" if len(now) > len(was) else "de-escalate", now, at))
