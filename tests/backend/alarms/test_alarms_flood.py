"""Many at once: a flood, a chattering point, whole batches without news."""

from __future__ import annotations

import time

import numpy as np

from backend.alarms.limits import LimitTable
from backend.alarms.undo import Undo
from backend.model.alarm import Priority
from backend.model.plant import Limits
from backend.model.sample import SampleBatch
from tests.support.alarm_desk import AlarmDesk
from tests.support.points import point, registry

MANY = 10_000


def test_a_flood_of_ten_thousand_is_complete_and_the_top_sounds() -> None:
    points = [point(number, limits=Limits(h=4.0)) for number in range(MANY)]
    points[7_777] = point(7_777, limits=Limits(h=4.0, priority_h=1))
    desk = AlarmDesk(registry(*points))
    for start in range(0, MANY, 1_000):
        desk.hears(*((number, 5.0, 0) for number in range(start, start + 1_000)))
    assert len(desk.occurrences) == MANY
    assert len(desk.engine.records()) == MANY
    assert desk.engine.rate(desk.now) == MANY
    assert desk.engine.horn_wish() is Priority.P1
    begun = time.perf_counter()
    for _ in range(1_000):
        desk.engine.records()
    assert time.perf_counter() - begun < 0.1, "records() is cheap to call again"


def test_a_chattering_point_is_one_line_with_a_count() -> None:
    desk = AlarmDesk(registry(point(0, limits=Limits(h=4.0))))
    for _ in range(60):
        desk.hears(*((0, 5.0 - 2 * (step % 2), step / 10) for step in range(100)))
        desk.clock.tick(10)
    (record,) = desk.engine.records()
    assert record.facts.occurrence == 3_000
    assert desk.events("T0:high").count("raise") == 3_000
    assert desk.events("T0:high").count("clear") == 3_000


def test_a_calm_batch_costs_no_python_per_sample() -> None:
    """Ten times the rows take far less than ten times the time; an absolute figure would depend on the machine."""
    table = LimitTable([point(number, limits=Limits(h=4.0, l=0.0, on_delay_s=2)) for number in range(MANY)])

    def fastest(rows: int) -> float:
        spans = []
        for turn in range(1, 30):
            at = np.full(rows, turn * 1_000_000)
            batch = SampleBatch.of(
                np.arange(rows), at, np.ones(rows), np.full(rows, 0xC0), received_at=turn * 1_000_000, source="x"
            )
            begun = time.perf_counter()
            found, _ = table.evaluate(batch, 0.0, Undo())
            spans.append(time.perf_counter() - begun)
            assert found == []
        return min(spans)

    assert fastest(10_000) < 0.01, "a microsecond a sample would be Python"
