"""What the alarm journal adds up to, counted by hand and against a slow count."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from backend.alarms.figures import figures
from backend.model.alarm import AlarmName, Occurrence, Priority
from backend.model.flood import FloodWatch

S = 1_000_000
MIN = 60 * S
DAY = 24 * 3600 * S


def line(
    key: str,
    event: str,
    at: int,
    occurrence: int = 1,
    name: AlarmName = AlarmName.UNACK,
    priority: Priority = Priority.P3,
) -> Occurrence:
    return Occurrence(key=key, occurrence=occurrence, event=event, at=at, recorded_at=at, name=name, priority=priority)


def test_raises_fall_into_their_ten_minutes() -> None:
    lines = [line("a", "raise", 5 * MIN), line("b", "raise", 15 * MIN), line("c", "escalate", 19 * MIN)]
    assert figures(lines, 0, 20 * MIN).buckets == (1, 2)


def test_what_is_held_back_is_not_counted() -> None:
    lines = [line("a", "raise", MIN, name=AlarmName.SHLVD), line("b", "clear", MIN), line("c", "raise", MIN)]
    found = figures(lines, 0, 10 * MIN)
    assert found.sources == (("c", 1),)
    assert found.raised_at == (MIN,)


def test_a_flood_starts_above_ten_and_lasts_until_fewer_than_five() -> None:
    lines = [line(str(i), "raise", i * S) for i in range(11)]
    found = figures(lines, 0, 9 * MIN)
    assert found.flood_since == 10 * S
    assert found.flood_us == 9 * MIN - 10 * S
    assert figures(lines, 0, 20 * MIN).flood_since == 0


def test_ten_are_not_a_flood() -> None:
    assert figures([line(str(i), "raise", i * S) for i in range(10)], 0, MIN).flood_since == 0


def test_more_than_three_changes_in_ten_minutes_are_chattering() -> None:
    calm = [line("calm", event, i * 4 * MIN) for i, event in enumerate(("raise", "clear", "raise", "clear"))]
    busy = [line("busy", event, i * MIN) for i, event in enumerate(("raise", "clear", "raise", "clear"))]
    assert figures(sorted(calm + busy, key=lambda each: each.at), 0, DAY).chattering == (("busy", 4),)


def test_answers_are_timed_for_the_occurrence_they_answer() -> None:
    lines = [
        line("a", "raise", 0),
        line("a", "ack", 30 * S),
        line("b", "raise", 0),
        line("b", "ack", 90 * S),
        line("c", "ack", 5 * S, occurrence=7),
    ]
    (answered,) = figures(lines, 0, DAY).answered
    assert (answered.priority, answered.count, answered.median_s) == (Priority.P3, 2, 60.0)


def test_nothing_adds_up_to_nothing() -> None:
    found = figures([], 0, DAY)
    assert sum(found.buckets) == 0
    assert len(found.buckets) == 144
    assert found.answered == ()


@given(st.lists(st.integers(0, 60 * MIN), max_size=60).map(sorted))
def test_every_raise_is_in_exactly_one_bucket_and_one_priority(times: list[int]) -> None:
    found = figures([line(str(i), "raise", at) for i, at in enumerate(times)], 0, 60 * MIN)
    assert sum(found.buckets) == len(times) == sum(found.mix.values())


@given(st.lists(st.integers(0, 60 * MIN), max_size=60).map(sorted), st.integers(0, 60 * MIN))
def test_the_rate_is_what_a_slow_count_gives(times: list[int], later: int) -> None:
    watch = FloodWatch()
    for at in times:
        watch.raised(at)
    now = max(times, default=0) + later
    assert watch.rate(now) == sum(now - 10 * MIN < at <= now for at in times)
