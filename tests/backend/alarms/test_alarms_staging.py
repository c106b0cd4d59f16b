"""Staged changes: invisible until committed, gone when abandoned, the same when decided again."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.alarms import Changes
from backend.model.event import LinkHealth, LinkState
from backend.model.plant import Limits
from tests.support.alarm_desk import AlarmDesk
from tests.support.points import point, registry

LIMITS = Limits(h=4.0, hh=7.0, deadband=1.0, off_delay_s=2.0, rate=6.0, priority_hh=2)
PLANT = registry(
    point(0, limits=LIMITS),
    point(1, limits=Limits(l=0.0, on_delay_s=3.0, latching=True)),
    point(2, device="G", limits=Limits(normal_state=0.0)),
)
KEYS = ("T0:high", "T0:rate", "T1:low", "T2:state", "D:bad-input", "link/modbus/a:lost")


def test_nothing_is_seen_before_the_commit() -> None:
    desk = AlarmDesk(PLANT)
    changes = desk.engine.evaluate(desk.batch((0, 5.0, 0)), desk.now)
    assert [each.name for each in changes.records] == ["UNACK"]
    assert desk.engine.records() == ()
    assert desk.engine.horn_wish() is None
    assert desk.engine.rate(desk.now) == 0
    desk.keep(changes)
    assert desk.names == {"T0:high": "UNACK"}
    assert desk.engine.horn_wish() is not None
    assert desk.engine.rate(desk.now) == 1


def test_abandoned_changes_are_decided_again() -> None:
    desk = AlarmDesk(PLANT)
    batch = desk.batch((0, 5.0, 0))
    first = desk.engine.evaluate(batch, desk.now)
    desk.engine.abandon(first)
    assert desk.keep(desk.engine.evaluate(batch, desk.now)).occurrences == first.occurrences
    assert desk.record("T0:high").facts.occurrence == 1


def test_a_later_batch_builds_on_one_that_is_only_staged() -> None:
    desk = AlarmDesk(PLANT)
    raised = desk.engine.evaluate(desk.batch((2, 1.0, 0)), desk.now)
    cleared = desk.engine.evaluate(desk.batch((2, 0.0, 1)), desk.now)
    desk.keep(raised)
    assert desk.names == {"T2:state": "UNACK"}
    desk.keep(cleared)
    assert desk.names == {"T2:state": "RTNUN"}


def test_abandoning_takes_back_what_was_staged_after_it() -> None:
    desk = AlarmDesk(PLANT)
    first = desk.engine.evaluate(desk.batch((2, 1.0, 0)), desk.now)
    second = desk.engine.evaluate(desk.batch((2, 0.0, 1)), desk.now)
    desk.engine.abandon(first)
    with pytest.raises(ValueError, match="staged"):
        desk.engine.commit(second)
    assert desk.hears((2, 1.0, 2)).occurrences[0].occurrence == 1


def test_changes_are_committed_once_and_in_order() -> None:
    desk = AlarmDesk(PLANT)
    first = desk.engine.evaluate(desk.batch((2, 1.0, 0)), desk.now)
    second = desk.engine.tick(desk.now, desk.clock.mono())
    with pytest.raises(ValueError, match="order"):
        desk.engine.commit(second)
    desk.engine.commit(first)
    with pytest.raises(ValueError, match="once"):
        desk.engine.commit(first)
    desk.engine.commit(second)
    with pytest.raises(ValueError, match="not staged"):
        desk.engine.abandon(second)


def test_a_defect_on_the_way_leaves_nothing_half_done(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = AlarmDesk(PLANT)
    with monkeypatch.context() as patch:
        patch.setattr("backend.alarms.book.step", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            desk.engine.evaluate(desk.batch((2, 1.0, 0)), desk.now)
    assert [each.event for each in desk.hears((2, 1.0, 0)).occurrences] == ["raise"]


values = st.integers(-3, 9).map(float) | st.just(math.nan)
qualities = st.sampled_from([0xC0, 0xC0, 0xC0, 0x40, 0x03, 0x05])
rows = st.lists(st.tuples(st.integers(0, 2), values, st.integers(-9, 1), qualities), max_size=6)
keys = st.sampled_from(KEYS)
moves = st.lists(
    st.one_of(
        st.tuples(st.just("hear"), rows),
        st.tuples(st.just("tick"), st.integers(1, 1000)),
        st.tuples(st.just("jump"), st.integers(-5000, 5000)),
        st.tuples(st.just("link"), st.sampled_from(LinkState)),
        st.tuples(st.just("stale"), st.integers(0, 2)),
        st.tuples(st.just("ack"), keys),
        st.tuples(st.just("shelve"), keys),
        st.tuples(st.just("one-shot"), keys),
        st.tuples(st.just("unshelve"), keys),
        st.tuples(st.just("oos"), keys),
        st.tuples(st.just("design"), keys),
    ),
    max_size=25,
)


def decide(desk: AlarmDesk, kind: str, what: object) -> Changes:
    """One move, decided but not committed."""
    engine, now = desk.engine, desk.now
    match kind, what:
        case "hear", list(rows):
            return engine.evaluate(desk.batch(*rows), now)
        case "link", LinkState() as state:
            devices = ("D",)
            health = LinkHealth(link="modbus/a", protocol="modbus", state=state, since=now, devices=devices)
            return engine.link(health, now)
        case "stale", int(number):
            return engine.stale(desk.batch((number, 0.0, 0)).point, now)
        case "ack", str(key):
            return engine.acknowledge(key, desk.alarms[key][1].occurrence if key in desk.alarms else 0, "li", "d", now)
        case "shelve" | "one-shot", str(key):
            return engine.shelve(key, 900, "noisy", "li", "d", now, one_shot=kind == "one-shot")
        case "unshelve", str(key):
            return engine.unshelve(key, "li", "d", now)
        case "oos", str(key):
            return engine.out_of_service(key, "li", "wu", "repair", "patrol", now + 600_000_000, "d", now)
        case "design", str(key):
            return engine.suppress(key, "RULE-7", "valve closed", now, on=True)
    return engine.tick(now, desk.clock.mono())


@settings(max_examples=100, deadline=None)
@given(moves=moves)
def test_abandoning_leaves_no_trace_and_a_restart_changes_no_fact(moves: list[tuple[str, object]]) -> None:
    calm, troubled = AlarmDesk(PLANT), AlarmDesk(PLANT)
    for kind, what in moves:
        for desk in (calm, troubled):
            desk.clock.tick(what * (kind == "tick") if isinstance(what, int) else 0)
            desk.clock.jump(what * (kind == "jump") if isinstance(what, int) else 0)
        calm.keep(decide(calm, kind, what))
        dropped = decide(troubled, kind, what)
        troubled.engine.abandon(dropped)
        troubled.keep(decide(troubled, kind, what))
    assert troubled.engine.records() == calm.engine.records()
    assert troubled.occurrences == calm.occurrences
    assert troubled.journal == calm.journal
    assert troubled.engine.horn_wish() == calm.engine.horn_wish()
    assert stored(calm) == shown(calm), "what is written is what is shown"
    calm.restart(last_seen=calm.now)
    assert {each: facts[:-1] for each, facts in shown(calm).items()} == {
        each: facts[:-1] for each, facts in shown(troubled).items()
    }, "A8"


def shown(desk: AlarmDesk) -> dict[str, tuple[object, ...]]:
    return {each.config.key: facts_of(each.facts) for each in desk.engine.records()}


def stored(desk: AlarmDesk) -> dict[str, tuple[object, ...]]:
    standing = {each.config.key for each in desk.engine.records()}
    return {key: facts_of(facts) for key, (_, facts) in desk.alarms.items() if key in standing}


def facts_of(facts: object) -> tuple[object, ...]:
    """Without the ends of shelves, last the input: what a restart must not change."""
    names = ("cond", "ack", "latched", "occurrence", "level", "peak", "raised_at", "late", "hidden_count", "acked_by")
    held = tuple((each.kind, each.by, each.reason) for each in facts.suppressed)  # type: ignore[attr-defined]
    return (*(getattr(facts, name) for name in names), held, facts.input)  # type: ignore[attr-defined]
