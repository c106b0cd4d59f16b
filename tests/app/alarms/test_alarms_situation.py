"""What the page knows: views, held-back alarms, chattering, rates, and time left, step by step."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from app.models.alarms import Words
from app.pages.alarms.board import Order
from app.pages.alarms.filters import Filter
from app.pages.alarms.grouping import GROUP
from app.pages.alarms.rates import Rates
from app.pages.alarms.situation import Situation
from app.pages.alarms.telling import time_left, why_not_shelvable
from app.pages.alarms.trace import limit_lines, stretched
from backend.alarms.figures import figures
from backend.alarms.logic import name_of
from backend.model.alarm import (
    AlarmClass,
    AlarmConfig,
    AlarmFacts,
    AlarmRecord,
    Occurrence,
    Priority,
    Suppressed,
    Suppression,
)
from backend.model.plant import Limits
from backend.model.response import LikelyCause, Response, Wording
from backend.model.trend import Thinned
from tests.support.points import point, registry
from widgets.theme import Tone

S = 1_000_000
MIN = 60 * S
NOW = 7_200 * S
WORDS = Wording(en="x", zh="x")
RESPONSE = Response(respond_s=240, consequence=WORDS, causes=(LikelyCause(words=WORDS),), steps=(WORDS,))


def record(key: str = "T0:high", priority: int = 3, area: str = "north", at: int = NOW, **facts: object) -> AlarmRecord:
    config = AlarmConfig(
        key=key,
        source=key.split(":", maxsplit=1)[0],
        condition="high",
        message="{title} {level}",
        alarm_class=AlarmClass.PROCESS,
        priorities=(("H", Priority(priority)),),
        area=area,
    )
    standing = {"cond": True, "ack": False, "occurrence": 1, "level": "H", "raised_at": at} | facts
    made = AlarmFacts(**standing)  # type: ignore[arg-type]
    return AlarmRecord(
        config=config, facts=made, name=name_of(made), priority=Priority(priority), horn=False, changed_at=at
    )


class Desk:
    """A situation with a clock that a test moves."""

    def __init__(self, *records: AlarmRecord) -> None:
        self.now = NOW
        self.situation = Situation(Words(registry(point(0))), lambda: self.now)
        self.situation.load(records)

    def flips(self, of: AlarmRecord, times: int, step: int = 10 * S) -> AlarmRecord:
        """It goes and comes so often."""
        for turn in range(times):
            self.now += step
            facts = replace(of.facts, cond=not of.facts.cond, occurrence=of.facts.occurrence + turn % 2)
            of = replace(of, facts=facts, name=name_of(facts), changed_at=self.now)
            self.situation.take((of,))
        return of


def test_what_is_acknowledged_and_gone_leaves_the_list() -> None:
    desk = Desk(record())
    gone = record(cond=False, ack=True)
    desk.situation.take((gone,))
    assert desk.situation.lines() == []
    assert desk.situation.tally.views()["active"] == 0
    assert desk.situation.records["T0:high"] is gone
    desk.situation.forget(lambda _key: False)
    assert desk.situation.records == {}


def test_what_a_held_row_shows_is_not_forgotten() -> None:
    desk = Desk(record())
    desk.situation.take((record(cond=False, ack=True),))
    desk.situation.forget(lambda key: key == "T0:high")
    assert "T0:high" in desk.situation.records


def test_a_shelved_alarm_moves_to_its_view() -> None:
    shelf = Suppressed(kind=Suppression.SHELVED, by="p", reason="r", since=NOW, until=NOW + 60 * S)
    desk = Desk(record())
    desk.situation.take((record(suppressed=(shelf,)),))
    assert desk.situation.lines() == []
    assert [each.config.key for each in desk.situation.held()] == ["T0:high"]
    desk.situation.narrow(Filter(view="shelved"))
    assert desk.situation.lines() == ["T0:high"]


def test_what_chatters_stands_alone_until_it_is_quiet() -> None:
    group = [record(f"T{number}:high", at=NOW + number) for number in range(4)]
    desk = Desk(*group)
    assert desk.situation.grouped() == (1, 0)
    desk.flips(group[3], 4)
    assert desk.situation.changes("T3:high") == 4
    assert desk.situation.grouped() == (1, 1)
    desk.now += 11 * MIN
    desk.situation.settle()
    assert desk.situation.changes("T3:high") == 0
    assert desk.situation.grouped() == (1, 0)


def test_what_chatters_is_held_on_while_it_is_normal_and_goes_when_it_is_quiet() -> None:
    desk = Desk(record())
    last = desk.flips(record(), 4)
    desk.situation.take((replace(last, facts=replace(last.facts, cond=False, ack=True), name=name_of(AlarmFacts())),))
    assert desk.situation.lines() == ["T0:high"]
    assert desk.situation.tally.views()["active"] == 0
    desk.now += 11 * MIN
    desk.situation.settle()
    assert desk.situation.lines() == []


def test_three_changes_are_not_chattering() -> None:
    desk = Desk(record())
    desk.flips(record(), 3)
    assert desk.situation.changes("T0:high") == 0


def test_the_journal_tells_of_chattering_before_the_page_was_opened() -> None:
    desk = Desk(record())
    lines = [
        Occurrence(
            key="T0:high",
            occurrence=1,
            event=event,
            at=NOW - number * MIN,
            recorded_at=NOW,
            name=record().name,
            priority=Priority.P3,
        )
        for number, event in enumerate(("raise", "clear", "raise", "clear", "ack"))
    ]
    desk.situation.remember(lines)
    assert desk.situation.changes("T0:high") == 4


def test_an_acknowledgement_is_no_change_of_the_process() -> None:
    desk = Desk(record())
    for _ in range(6):
        desk.situation.take((record(ack=True), record()))
    assert desk.situation.changes("T0:high") == 0


def test_by_place_every_place_has_a_header_and_all_its_rows() -> None:
    desk = Desk(record("T0:high"), record("T1:high", area="south"))
    desk.situation.lay_out(Order.PLACE)
    lines = desk.situation.lines()
    assert {"T0:high", "T1:high"} <= set(lines)
    assert lines[0].startswith(GROUP)


def test_rates_go_on_from_what_the_journal_says() -> None:
    rates = Rates()
    rates.follow(figures([], NOW - 60 * MIN, NOW))
    assert rates.usual(NOW) == 0
    for number in range(11):
        rates.note(None, record(f"T{number}:high", at=NOW + number * S))
    assert rates.rate(NOW + MIN) == 11
    assert rates.flood_since(NOW + MIN) == NOW + 10 * S
    assert rates.usual(NOW + MIN) is not None
    assert rates.flood_since(NOW + 20 * MIN) == 0


def test_an_acknowledgement_is_no_raise() -> None:
    rates = Rates()
    rates.note(record(), record(ack=True))
    assert rates.rate(NOW + S) == 0


def test_time_left_runs_down_and_over() -> None:
    assert time_left(record(), RESPONSE, NOW + 93 * S) == (147.0, 240)
    over = time_left(record(), RESPONSE, NOW + 300 * S)
    assert over is not None
    assert over[0] == -60.0


def test_nothing_is_counted_down_for_what_is_gone_or_unanswered() -> None:
    assert time_left(record(cond=False), RESPONSE, NOW) is None
    assert time_left(record(), None, NOW) is None


def test_why_an_alarm_cannot_be_shelved() -> None:
    leak = replace(record(), config=replace(record().config, alarm_class=AlarmClass.GAS_LEAK))
    assert why_not_shelvable(leak).startswith("Gas leak alarms cannot be shelved")
    assert why_not_shelvable(record(priority=1)) == "Priority 1 cannot be shelved from the desk."
    assert why_not_shelvable(record()) == ""


def test_the_trend_holds_values_and_leaves_gaps() -> None:
    at = np.array([10, 30, 50], np.int64)
    last = np.array([1.0, 2.0, 3.0])
    thinned = Thinned(
        point=0,
        tier="raw",
        at=at,
        last_at=at,
        low=last,
        high=last,
        mean=np.array([1.0, np.nan, 3.0]),
        first=last,
        last=last,
        count=np.ones(3, np.int32),
        worst=np.zeros(3, np.uint8),
    )
    values = stretched(thinned, 0, 60, 6)
    np.testing.assert_array_equal(values, [1.0, 1.0, np.nan, np.nan, 3.0, 3.0])


def test_limit_lines_carry_the_tone_of_their_priority() -> None:
    lines = limit_lines(point(0, limits=Limits(hh=9, h=5, priority_h=4)))
    assert [(line.value, line.words, line.tone) for line in lines] == [(9, "HH 9.0", Tone.P1), (5, "H 5.0", Tone.P4)]
