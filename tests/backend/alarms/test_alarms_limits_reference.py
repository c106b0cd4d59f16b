"""The vectorised limits against a plain per-sample reference that knows nothing of arrays."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from backend.alarms.findings import Change, Crossing, Finding
from backend.alarms.limits import LimitTable
from backend.alarms.undo import Undo
from backend.model.plant import Limits
from backend.model.sample import SampleBatch
from tests.support.naive_limits import GOOD, SECOND, UNCERTAIN, Naive, Told
from tests.support.points import point

BAD, RESERVED = 0x00, 0x80
BASE = 1_700_000_000 * SECOND
POINTS = (0, 1, 2)

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
values = st.integers(-10, 10).map(float) | st.sampled_from([math.nan, math.inf, 0.0, 1.0, 6.9])
qualities = st.sampled_from([GOOD] * 6 + [UNCERTAIN, BAD, RESERVED])
rows = st.lists(st.tuples(st.sampled_from(POINTS), st.integers(-2, 4), values, qualities), max_size=12)


class Comparison(RuleBasedStateMachine):
    """Both are told the same; each time they must have found the same."""

    @initialize(limits=st.tuples(limits_of, limits_of, limits_of))
    def begin(self, limits: tuple[Limits, ...]) -> None:
        self.table = LimitTable([replace(point(number), limits=each) for number, each in enumerate(limits)])
        self.naive = [Naive(each) for each in limits]
        self.device, self.mono, self.arrived = 100, 50.0, 0

    @rule(rows=rows, twice=st.booleans())
    def batch(self, rows: list[tuple[int, int, float, int]], twice: bool) -> None:
        ahead = np.cumsum([step for _, step, _, _ in rows])
        at = [BASE + (self.device + int(each)) * SECOND for each in ahead]
        self.device += int(sum(step for _, step, _, _ in rows))
        # A second before the newest device time: device clocks may be ahead of ours.
        received = max([BASE + self.device * SECOND, *at]) - SECOND
        number, _, value, quality = zip(*rows, strict=True) if rows else ([], [], [], [])
        expected: dict[int, list[Told]] = {each: [] for each in POINTS}
        for each in self.naive:
            each.arrive(received)
        for p, t, v, q in sorted(zip(number, at, value, quality, strict=True), key=lambda row: row[1]):
            self.naive[p].sample(t, v, q, received, self.mono, expected[p])
        batch = SampleBatch.of(number, at, value, quality, received_at=received, source="x")
        self.compare(lambda undo: self.table.evaluate(batch, self.mono, undo)[0], expected, twice)

    @rule(seconds=st.integers(0, 5), twice=st.booleans())
    def tick(self, seconds: int, twice: bool) -> None:
        self.mono += seconds
        expected: dict[int, list[Told]] = {each: [] for each in POINTS}
        for number in POINTS:
            self.naive[number].tick(self.mono, expected[number])
        self.compare(lambda undo: self.table.tick(self.mono, undo), expected, twice)

    @rule(number=st.sampled_from(POINTS), twice=st.booleans())
    def lose(self, number: int, twice: bool) -> None:
        self.naive[number].lose()
        nothing: dict[int, list[Told]] = {each: [] for each in POINTS}
        self.compare(lambda undo: self.table.lose(np.array([number]), BASE, undo), nothing, twice)

    @rule(by=st.integers(-30, 3))
    def device_clock(self, by: int) -> None:
        self.device = max(0, self.device + by)

    def compare(self, act: Callable[[Undo], list[Finding]], expected: dict[int, list[Told]], twice: bool) -> None:
        """twice: taken back once and done again, as the core does when a commit fails."""
        undo = Undo()
        found = told(act(undo))
        for _ in range(twice):
            undo.run()
            assert told(act(Undo())) == found
        assert found == {number: sorted(each, key=in_time) for number, each in expected.items()}


def in_time(row: Told) -> tuple[bool, int]:
    return row[1] != "late", row[3]


def told(findings: list[Finding]) -> dict[int, list[Told]]:
    crossings = [each for each in findings if isinstance(each, Crossing)]
    return {
        number: sorted(
            ((each.condition, str(each.change), each.level, each.at) for each in crossings if each.point == number),
            key=in_time,
        )
        for number in POINTS
    }


TestLimitsAgainstReference = Comparison.TestCase
TestLimitsAgainstReference.settings = settings(max_examples=150, stateful_step_count=20, deadline=None)


def test_an_unknown_switch_position_is_looked_at_again() -> None:
    """Found by the comparison: after an on-delay ran out by itself nothing was known of the value."""
    table = LimitTable([replace(point(0), limits=Limits(h=4.0, normal_state=0.0, on_delay_s=2.0))])
    one = {"quality": [GOOD], "received_at": BASE, "source": "x"}
    table.evaluate(SampleBatch.of([0], [BASE], [1.0], **one), 50.0, Undo())
    raised = table.tick(52.0, Undo())
    back, _ = table.evaluate(SampleBatch.of([0], [BASE], [0.0], **one), 52.0, Undo())
    assert [each.change for each in (*raised, *back) if isinstance(each, Crossing)] == [Change.RAISE, Change.CLEAR]


def test_a_fast_change_inside_a_batch_is_seen() -> None:
    """Slow against the sample before the batch, fast against the row before."""
    table = LimitTable([replace(point(0), limits=Limits(rate=3.0))])
    at = [BASE, BASE + 100 * SECOND, BASE + 101 * SECOND]
    first = SampleBatch.of([0], at[:1], [0.0], [GOOD], received_at=at[0], source="x")
    both = SampleBatch.of([0, 0], at[1:], [0.0, 5.0], [GOOD, GOOD], received_at=at[2], source="x")
    table.evaluate(first, 0.0, Undo())
    found, _ = table.evaluate(both, 1.0, Undo())
    assert told(found)[0] == [("rate", "raise", "", at[2])]
