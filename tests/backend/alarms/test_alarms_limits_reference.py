"""The vectorised limits against a plain per-sample reference that knows nothing of arrays."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.alarms.findings import Crossing
from backend.alarms.limits import LimitTable
from backend.alarms.undo import Undo
from backend.model.plant import Limits, Point, QuantityKind
from backend.model.sample import SampleBatch

SECOND = 1_000_000
GOOD, UNCERTAIN, BAD, RESERVED = 0xC0, 0x40, 0x00, 0x80
BASE = 1_700_000_000 * SECOND


def point(number: int, limits: Limits) -> Point:
    return Point(
        id=number,
        tag=f"T{number}",
        device="D",
        asset="A",
        property="p",
        title="p",
        title_zh="",
        kind=QuantityKind.PRESSURE,
        unit="kPa",
        low=-1000,
        high=1000,
        precision=1,
        period_s=1,
        limits=limits,
    )


@dataclass
class Level:
    """One limit, as a person would do it by hand."""

    condition: str
    level: str
    active: bool = False
    since: int | None = None
    since_mono: float = 0.0
    since_value: float = 0.0


@dataclass
class Naive:
    """One point, sample by sample, straight from the rules."""

    limits: Limits
    last_at: int = -1
    worth: str = "unknown"
    previous: tuple[int, float] | None = None
    levels: list[Level] = field(default_factory=list)
    late_levels: list[Level] = field(default_factory=list)
    late_at: int | None = None
    late_worth: str = ""
    late_previous: tuple[int, float] | None = None

    def __post_init__(self) -> None:
        self.levels, self.late_levels = self.fresh(), self.fresh()

    def fresh(self) -> list[Level]:
        li = self.limits
        wanted = [("high", "H", li.h), ("high", "HH", li.hh), ("low", "L", li.l), ("low", "LL", li.ll)]
        wanted += [("rate", "", li.rate), ("state", "", li.normal_state)]
        return [Level(condition, level) for condition, level, limit in wanted if limit is not None]

    def asks(self, level: Level, value: float, rate: float | None) -> bool | None:
        li = self.limits
        band = li.deadband if level.active else 0.0
        match level.condition, level.level:
            case "high", "H":
                return value >= li.h + -band
            case "high", "HH":
                return value >= li.hh + -band
            case "low", "L":
                return value <= li.l + band
            case "low", "LL":
                return value <= li.ll + band
            case "rate", _:
                return None if rate is None else rate >= li.rate
        return value != li.normal_state

    def standing(self, levels: list[Level]) -> dict[str, str]:
        return {level.condition: level.level for level in levels if level.active}

    def told(self, before: dict[str, str], after: dict[str, str], at: int, out: list) -> None:
        for condition in {**before, **after}:
            was, now = before.get(condition), after.get(condition)
            if was == now:
                continue
            if was is None:
                out.append((condition, "raise", now, at))
            elif now is None:
                out.append((condition, "clear", was, at))
            else:
                worse = len(now) > len(was)
                out.append((condition, "escalate" if worse else "de-escalate", now, at))

    def run_out(self, levels: list[Level], ends: list[int], out: list) -> None:
        for end in sorted(set(ends)):
            before = self.standing(levels)
            for level in levels:
                if level.since is not None and not level.active and level.since + self.on_us() <= end:
                    level.active, level.since = True, None
            self.told(before, self.standing(levels), end, out)

    def on_us(self) -> int:
        return round(self.limits.on_delay_s * SECOND)

    def pending_on(self, levels: list[Level]) -> list[Level]:
        return [level for level in levels if level.since is not None and not level.active]

    def tick(self, mono: float, out: list) -> None:
        if self.worth not in ("good", "uncertain"):
            return
        waiting = [lv for lv in self.pending_on(self.levels) if lv.since_mono + self.limits.on_delay_s <= mono]
        self.run_out(self.levels, [level.since + self.on_us() for level in waiting], out)

    def advance(self, levels, at, value, worth, was, previous, mono, out) -> None:
        if was in ("good", "uncertain"):
            ends = [level.since + self.on_us() for level in self.pending_on(levels)]
            self.run_out(levels, [end for end in ends if end <= at], out)
        if worth == "bad":
            for level in levels:
                if level.active:
                    level.since = None
            return
        rate = None
        if previous is not None and at > previous[0]:
            rate = abs(value - previous[1]) * 1e6 / (at - previous[0])
        before = self.standing(levels)
        for level in levels:
            asks = self.asks(level, value, rate)
            if asks is None:
                continue
            if asks == level.active:
                if level.active or worth == "good":
                    level.since = None
                continue
            if not asks and worth == "uncertain":
                level.since = None
                continue
            if level.since is None:
                level.since, level.since_mono, level.since_value = at, mono, value
            delay = self.on_us() if asks else round(self.limits.off_delay_s * SECOND)
            if at - level.since >= delay:
                level.active, level.since = asks, None
        self.told(before, self.standing(levels), at, out)

    def sample(self, at: int, value: float, quality: int, received_at: int, mono: float, late: list, out: list) -> None:
        worth = {GOOD: "good", UNCERTAIN: "uncertain"}.get(quality, "bad")
        if not math.isfinite(value):
            worth = "bad"
        if at < self.last_at:
            if self.late_at is None or at < self.late_at:
                self.late_levels, self.late_previous, self.late_worth = self.fresh(), None, worth
            found: list = []
            self.advance(self.late_levels, at, value, worth, self.late_worth, self.late_previous, mono, found)
            late += [("late", c, level, when) for c, change, level, when in found if change in ("raise", "escalate")]
            self.late_at, self.late_worth = at, worth
            if worth != "bad":
                self.late_previous = (at, value)
            return
        self.advance(self.levels, at, value, worth, self.worth, self.previous, mono, out)
        self.worth, self.last_at = worth, min(at, received_at)
        if worth != "bad":
            self.previous = (at, value)


small = st.integers(-10, 10).map(float)
limits_of = st.builds(
    Limits,
    h=st.sampled_from([None, 4.0]),
    hh=st.sampled_from([None, 7.0]),
    l=st.sampled_from([None, -4.0]),
    ll=st.sampled_from([None, -7.0]),
    deadband=st.sampled_from([0.0, 0.1, 2.0]),
    on_delay_s=st.sampled_from([0.0, 2.0]),
    off_delay_s=st.sampled_from([0.0, 3.0]),
    rate=st.sampled_from([None, None, 3.0]),
    normal_state=st.sampled_from([None, None, 0.0]),
)
rows = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.integers(-2, 4),
        small | st.sampled_from([math.nan, math.inf, 0.0, 1.0, 6.9]),
        st.sampled_from([GOOD] * 6 + [UNCERTAIN, BAD, RESERVED]),
    ),
    max_size=12,
)
moves = st.lists(
    st.one_of(
        st.tuples(st.just("batch"), rows, st.booleans()),
        st.tuples(st.just("tick"), st.integers(0, 5), st.booleans()),
        st.tuples(st.just("lose"), st.integers(0, 2), st.booleans()),
        st.tuples(st.just("clock"), st.integers(-30, 3), st.booleans()),
    ),
    min_size=1,
    max_size=12,
)


def told(findings) -> dict[int, list]:
    by_point: dict[int, list] = {0: [], 1: [], 2: []}
    for each in findings:
        if isinstance(each, Crossing):
            name = (
                ("late", each.condition, each.level, each.at)
                if each.change == "late"
                else (each.condition, str(each.change), each.level, each.at)
            )
            by_point[each.point].append(name)
    return {number: sorted(list_, key=lambda row: row[-1]) for number, list_ in by_point.items()}


@settings(max_examples=600, deadline=None)
@given(limits=st.tuples(limits_of, limits_of, limits_of), moves=moves)
def test_batches_find_what_a_sample_by_sample_reference_finds(limits, moves) -> None:
    table = LimitTable([point(number, each) for number, each in enumerate(limits)])
    naive = [Naive(each) for each in limits]
    device, mono, arrived = 100, 50.0, 0
    for kind, what, twice in moves:
        expected: dict[int, tuple[list, list]] = {number: ([], []) for number in range(3)}
        undo = Undo()
        match kind:
            case "batch":
                timed = []
                for number, step, value, quality in what:
                    device += step
                    timed.append((number, BASE + device * SECOND, value, quality))
                received = max([BASE + device * SECOND, *(row[1] for row in timed)]) - 1 * SECOND
                for each in naive:
                    each.last_at = min(each.last_at, received) if received < arrived else each.last_at
                arrived = received
                for number, at, value, quality in sorted(timed, key=lambda row: row[1]):
                    late, live = expected[number]
                    naive[number].sample(at, value, quality, received, mono, late, live)
                batch = SampleBatch.of(*(zip(*timed, strict=True) if timed else ([], [], [], [])),
                                       received_at=received, source="x")  # fmt: skip
                run = lambda undo, batch=batch, mono=mono: table.evaluate(batch, mono, undo)[0]  # noqa: E731
            case "tick":
                mono += what
                for number in range(3):
                    naive[number].tick(mono, expected[number][1])
                run = lambda undo, mono=mono: table.tick(mono, undo)  # noqa: E731
            case "lose":
                naive[what].worth = "lost"
                for level in naive[what].levels:
                    level.since = level.since if not level.active else None
                run = lambda undo, what=what: table.lose(np.array([what]), BASE, undo)  # noqa: E731
            case "clock":
                device = max(0, device + what)
                continue
        findings = run(undo)
        if twice:
            undo.run()
            findings = run(Undo())
        wanted = {number: sorted(late + live, key=lambda row: row[-1]) for number, (late, live) in expected.items()}
        assert told(findings) == wanted
