"""Filter, convert, clean and compute against naive per-sample references, over many batches."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from backend.model.expression import read
from backend.model.plant import Limits, Point, QuantityKind, Registry
from backend.model.quality import GOOD, Cause, Status, quality
from backend.processing.compute import Compute
from backend.processing.rows import US, Facts, Rows
from backend.processing.steps import Clean, Convert, Filter, Step

POINTS = 4
BAD = quality(Status.BAD, Cause.COMMS)
UNSURE = quality(Status.UNCERTAIN, Cause.CLOCK)
SPIKE = quality(Status.UNCERTAIN, Cause.SPIKE)
PERIOD_S = 10.0
Sample = tuple[int, int, float, int]
"""Point, µs, value, quality."""


def point(number: int) -> Point:
    return Point(
        id=number,
        tag=f"T-{number}",
        device="D",
        asset="A",
        property=f"p{number}",
        title="",
        title_zh="",
        kind=QuantityKind.PRESSURE,
        unit="kPa",
        low=0.0,
        high=100.0,
        precision=0,
        period_s=PERIOD_S,
        limits=Limits(hh=95.0, h=90.0, l=5.0),
    )


FACTS = Facts.of(Registry(points=tuple(point(number) for number in range(POINTS))))
VALUES = st.one_of(
    st.integers(0, 100).map(float), st.sampled_from([49.0, 50.0, 51.0, 52.0, 90.0, 4.0]), st.just(math.nan)
)
SAMPLES = st.tuples(
    st.integers(0, POINTS - 1), st.integers(0, 60), VALUES, st.sampled_from([GOOD, GOOD, GOOD, GOOD, UNSURE, BAD])
)
BATCHES = st.lists(st.lists(SAMPLES, min_size=1, max_size=30), min_size=1, max_size=4)


def rows_of(batch: Sequence[Sample]) -> Rows:
    return Rows(
        point=np.array([one[0] for one in batch], np.int32),
        at=np.array([one[1] * US for one in batch], np.int64),
        value=np.array([one[2] for one in batch], np.float64),
        quality=np.array([one[3] for one in batch], np.uint8),
    )


def told(rows: Rows) -> list[tuple[int, int, str, int]]:
    columns = (rows.point.tolist(), (rows.at // US).tolist(), rows.value.tolist(), rows.quality.tolist())
    return [(point, at, repr(value), code) for point, at, value, code in zip(*columns, strict=True)]


def spoken(samples: Sequence[Sample]) -> list[tuple[int, int, str, int]]:
    return [(point, at, repr(value), code) for point, at, value, code in samples]


def by_time(batch: Sequence[Sample], number: int) -> list[int]:
    """Places of a point's samples in time order."""
    return sorted((place for place, one in enumerate(batch) if one[0] == number), key=lambda place: batch[place][1])


class NaiveFilter:
    """One sample at a time, as a person would write it down."""

    def __init__(self, band: float | None, low: float, high: float) -> None:
        self.band, self.low, self.high = band, low, high
        self.last: dict[int, tuple[int, float, bool]] = {}

    def run(self, batch: Sequence[Sample]) -> list[Sample]:
        kept: set[int] = set()
        for number in range(POINTS):
            before = self.last.get(number)
            kept |= {place for place in by_time(batch, number) if self.keeps(batch[place], before)}
        return [one for place, one in enumerate(batch) if place in kept]

    def keeps(self, sample: Sample, before: tuple[int, float, bool] | None) -> bool:
        number, at, value, code = sample
        forced = code != GOOD or math.isnan(value) or value <= 5.0 or value >= 90.0
        if not forced and not self.low <= value <= self.high:
            return False
        if self.band is None or (before is not None and at <= before[0]):
            return True
        last = self.last.get(number)
        new = last is None or forced or last[2] or abs(value - last[1]) > self.band or at - last[0] >= 2 * PERIOD_S
        self.last = {**self.last, number: (at, value, forced)} if new else self.last
        return new


class NaiveSpike:
    """Accept or mark one sample at a time."""

    def __init__(self, limit: float, within: int) -> None:
        self.limit, self.within = limit, within
        self.last: dict[int, tuple[int, float]] = {}

    def run(self, batch: Sequence[Sample]) -> list[Sample]:
        made = list(batch)
        for number in range(POINTS):
            before = self.last.get(number, (-1, 0.0))[0]
            for place in by_time(batch, number):
                made[place] = self.one(batch[place], before)
        return made

    def one(self, sample: Sample, before: int) -> Sample:
        number, at, value, code = sample
        if code != GOOD or math.isnan(value) or at <= before:
            return sample
        last = self.last.get(number)
        if last is not None and at - last[0] <= self.within and abs(value - last[1]) > self.limit:
            return number, at, value, SPIKE
        self.last[number] = (at, value)
        return sample


def agree(step: Step, naive: NaiveFilter | NaiveSpike, batches: Sequence[Sequence[Sample]]) -> None:
    for batch in batches:
        again = step.run(rows_of(batch), FACTS)
        made = step.run(rows_of(batch), FACTS)
        assert told(again) == told(made), "a batch taken twice before it counts gives the same twice"
        assert told(made) == spoken(naive.run(batch))
        step.commit()


@given(BATCHES, st.sampled_from([0.0, 1.0, 5.0]))
def test_a_dead_band_keeps_what_the_naive_one_keeps(batches: list[list[Sample]], band: float) -> None:
    agree(Filter(np.arange(POINTS), POINTS, band=band), NaiveFilter(band, -math.inf, math.inf), batches)


@given(BATCHES, st.sampled_from([None, 1.0]))
def test_a_window_drops_what_is_outside_but_never_an_alarm(batches: list[list[Sample]], band: float | None) -> None:
    agree(Filter(np.arange(POINTS), POINTS, band=band, low=20.0, high=60.0), NaiveFilter(band, 20.0, 60.0), batches)


@given(BATCHES, st.sampled_from([1.0, 10.0]), st.sampled_from([5, 20]))
def test_jumps_are_marked_as_the_naive_one_marks_them(batches: list[list[Sample]], limit: float, within: int) -> None:
    agree(Clean(np.arange(POINTS), POINTS, spike=limit, within_us=within * US), NaiveSpike(limit, within), batches)


@given(st.lists(SAMPLES, min_size=1, max_size=30))
def test_clamping_sets_to_the_nearer_end_and_says_so_but_hides_no_alarm(batch: list[Sample]) -> None:
    made = Clean(np.arange(POINTS), POINTS, low=20.0, high=60.0).run(rows_of(batch), FACTS)
    marked = {GOOD: quality(Status.UNCERTAIN, Cause.RANGE), UNSURE: UNSURE}
    wanted = [
        (number, at, min(max(value, 20.0), 60.0), marked[code])
        if code != BAD and (5.0 < value < 20.0 or 60.0 < value < 90.0)
        else (number, at, value, code)
        for number, at, value, code in batch
    ]
    assert told(made) == spoken(wanted)


@given(st.lists(SAMPLES, min_size=1, max_size=30))
def test_converting_touches_its_points_alone(batch: list[Sample]) -> None:
    made = Convert(np.array([1, 2]), POINTS, scale=0.001, offset=3.0).run(rows_of(batch), FACTS)
    wanted = [
        (number, at, value * 0.001 + 3.0 if number in (1, 2) else value, code) for number, at, value, code in batch
    ]
    assert told(made) == spoken(wanted)


class NaiveDifference:
    """p3 = p0 - p1, held inputs, one sample at a time."""

    def __init__(self) -> None:
        self.held: dict[int, Sample] = {}
        self.computed_at = -1

    def run(self, batch: Sequence[Sample]) -> list[Sample]:
        made: dict[int, Sample] = {}
        known = dict(self.held)
        inputs = [one for one in batch if one[0] in (0, 1) and one[1] > known.get(one[0], (0, -1))[1]]
        for sample in sorted(inputs, key=lambda one: one[1]):
            self.held[sample[0]] = sample
            if len(self.held) == 2 and sample[1] > self.computed_at:
                made[sample[1]] = self.value(sample[1])
        self.computed_at = max([self.computed_at, *made])
        return [*batch, *(made[at] for at in sorted(made))]

    def value(self, at: int) -> Sample:
        parts = (self.held[0], self.held[1])
        codes = [self.code(part, at) for part in parts]
        bad = [code for code in codes if code & 0xC0 == Status.BAD]
        unsure = [code for code in codes if code & 0xC0 == Status.UNCERTAIN]
        return 3, at, parts[0][2] - parts[1][2], [*bad, *unsure, GOOD][0]

    def code(self, part: Sample, at: int) -> int:
        stale = quality(Status.BAD, Cause.STALE) if at - part[1] > 3 * PERIOD_S else part[3]
        code = part[3] if part[3] & 0xC0 == Status.BAD else stale
        return quality(Status.BAD, Cause.RANGE) if math.isnan(part[2]) and code & 0xC0 != Status.BAD else code


@given(BATCHES)
def test_a_computed_value_is_what_the_naive_one_computes(batches: list[list[Sample]]) -> None:
    expression = read("p0 - p1", {"p0": "kPa", "p1": "kPa"})
    step, naive = Compute(expression, np.array([3], np.int32), [[0, 1]], POINTS), NaiveDifference()
    for batch in batches:
        assert told(step.run(rows_of(batch), FACTS)) == told(step.run(rows_of(batch), FACTS))
        assert told(step.run(rows_of(batch), FACTS)) == spoken(naive.run(batch))
        step.commit()


def test_devices_do_not_see_each_others_inputs() -> None:
    expression = read("p0 * 2", {"p0": "kPa"})
    step = Compute(expression, np.array([2, 3], np.int32), [[0], [1]], POINTS)
    made = step.run(rows_of([(0, 1, 10.0, GOOD), (1, 1, 30.0, BAD)]), FACTS)
    assert told(made)[2:] == [(2, 1, "20.0", GOOD), (3, 1, "60.0", BAD)]


def test_a_jump_beyond_an_alarm_limit_is_never_bad() -> None:
    step = Clean(np.arange(POINTS), POINTS, spike=10.0, within_us=60 * US, bad=True)
    made = step.run(rows_of([(0, 1, 50.0, GOOD), (0, 2, 70.0, GOOD), (0, 3, 95.0, GOOD)]), FACTS)
    assert made.quality.tolist() == [GOOD, quality(Status.BAD, Cause.SPIKE), SPIKE]
