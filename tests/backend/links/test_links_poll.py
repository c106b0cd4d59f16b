"""Reads are merged without splitting a value or reading too far; polls keep their times without drift."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.errors import ConfigError
from backend.links.poll import Pace, Run, Span, by_period, merge
from backend.links.ports import Bound
from backend.model.form import DataType, ModbusForm, Space
from backend.model.plant import Point, QuantityKind


def _span(start: int, size: int = 1, key: int = 0) -> Span:
    return Span(start=start, size=size, key=key)


def _bound(number: int, period_s: float) -> Bound:
    point = Point(
        id=number,
        tag=f"R1.P{number}",
        device="R1",
        asset="R1",
        property="p",
        title="p",
        title_zh="",
        kind=QuantityKind.PRESSURE,
        unit="kPa",
        low=0,
        high=1,
        precision=1,
        period_s=period_s,
    )
    return Bound(point=point, form=ModbusForm(space=Space.HOLDING, address=number, type=DataType.INT16))


def _shape(runs: tuple[Run, ...]) -> list[tuple[int, int]]:
    return [(run.start, run.size) for run in runs]


@pytest.mark.parametrize(
    ("spans", "max_gap", "expected"),
    [
        ([], 0, []),
        ([_span(5)], 0, [(5, 1)]),
        ([_span(0, 2), _span(2, 2)], 0, [(0, 4)]),
        ([_span(0, 2), _span(3, 2)], 0, [(0, 2), (3, 2)]),
        ([_span(0, 2), _span(3, 2)], 1, [(0, 5)]),
        ([_span(10), _span(0)], 8, [(0, 1), (10, 1)]),
        ([_span(10), _span(0)], 9, [(0, 11)]),
        ([_span(4, 1, 1), _span(4, 1, 2)], 0, [(4, 1)]),
        ([_span(0, 4), _span(1, 1)], 0, [(0, 4)]),
        ([_span(0, 124), _span(124, 1)], 0, [(0, 125)]),
        ([_span(0, 124), _span(124, 2)], 0, [(0, 124), (124, 2)]),
    ],
)
def test_spans_become_the_fewest_reads(spans: list[Span], max_gap: int, expected: list[tuple[int, int]]) -> None:
    assert _shape(merge(spans, max_size=125, max_gap=max_gap)) == expected


@given(
    st.lists(st.tuples(st.integers(0, 3000), st.integers(1, 4)), max_size=60),
    st.integers(4, 125),
    st.integers(0, 20),
)
def test_every_span_is_read_whole_and_once_and_no_read_is_too_long(
    raw: list[tuple[int, int]], max_size: int, max_gap: int
) -> None:
    spans = [Span(start=start, size=size, key=key) for key, (start, size) in enumerate(raw)]
    runs = merge(spans, max_size=max_size, max_gap=max_gap)
    assert sorted(span.key for run in runs for span in run.spans) == list(range(len(spans)))
    assert all(run.size <= max_size for run in runs)
    assert all(
        run.start <= span.start and span.start + span.size <= run.start + run.size for run in runs for span in run.spans
    )


def test_a_value_longer_than_a_read_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        merge([_span(0, 5)], max_size=4, max_gap=0)


def test_points_are_grouped_by_period_shortest_first() -> None:
    groups = by_period([_bound(0, 60), _bound(1, 1), _bound(2, 60)])
    assert [(period, [each.point.id for each in group]) for period, group in groups.items()] == [(1, [1]), (60, [0, 2])]


@pytest.mark.parametrize("period_s", [0.0, -1.0, float("nan"), float("inf")])
def test_a_period_that_is_no_time_is_a_configuration_error(period_s: float) -> None:
    with pytest.raises(ConfigError, match=r"R1\.P0"):
        by_period([_bound(0, period_s)])


def test_polls_keep_their_times_however_long_each_takes() -> None:
    pace = Pace(1.0, 100.0)
    due = []
    skipped = []
    for end in (100.2, 101.9, 102.01, 103.999):
        due.append(pace.due)
        skipped.append(pace.polled(end))
    assert due == [100, 101, 102, 103]
    assert skipped == [0, 0, 0, 0]


def test_missed_polls_are_skipped_and_counted_not_piled_up() -> None:
    pace = Pace(1.0, 100.0)
    assert pace.polled(104.5) == 4
    assert pace.due == 105


def test_a_poll_that_ends_exactly_on_a_due_time_is_in_time() -> None:
    pace = Pace(1.0, 100.0)
    assert pace.polled(101.0) == 0
    assert pace.due == 101


@given(st.floats(0.1, 3600), st.lists(st.floats(0, 10_000), min_size=1, max_size=30))
def test_the_next_poll_is_never_in_the_past_and_never_drifts(period_s: float, steps: list[float]) -> None:
    pace = Pace(period_s, 0.0)
    now = 0.0
    for step in steps:
        now = max(now, pace.due) + step
        pace.polled(now)
        assert pace.due >= now - 1e-6
        assert abs(pace.due / period_s - round(pace.due / period_s)) < 1e-6


@given(st.floats(0.01, 1))
def test_a_link_that_comes_up_polls_at_once_and_then_in_its_own_phase(phase: float) -> None:
    pace = Pace(60.0, 0.0)
    pace.polled(0.1)
    pace.restart(7.0, phase)
    assert pace.due <= 7.0
    pace.polled(7.1)
    assert pace.due == pytest.approx(7.0 + 60.0 * phase)
