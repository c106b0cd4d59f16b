"""The alarm engine on samples, time and people: what stands, what sounds, what is written."""

from __future__ import annotations

import math

import pytest

from backend.model.alarm import AlarmClass, AlarmConfig, InputQuality, Priority
from backend.model.plant import Limits
from backend.model.quality import Cause, Status, quality
from tests.support.alarm_desk import US, AlarmDesk
from tests.support.points import point, registry

BAD_RANGE = quality(Status.BAD, Cause.RANGE)
UNCERTAIN = quality(Status.UNCERTAIN, Cause.CLOCK)
HIGH = "PT-1:high"
STATE = "XS-2:state"


@pytest.fixture
def desk() -> AlarmDesk:
    pressure = Limits(h=400.0, hh=450.0, l=300.0, ll=250.0, deadband=5.0, priority_hh=2, priority_ll=1)
    return AlarmDesk(
        registry(
            point(0, "PT-1", limits=pressure),
            point(1, "PT-9", limits=Limits(h=400.0, hh=450.0, on_delay_s=10, off_delay_s=5)),
            point(2, "XS-2", limits=Limits(normal_state=0.0, latching=True, priority_state=3)),
            point(3, "QT-3", limits=Limits(h=25.0, hh=50.0, gas_leak=True)),
        )
    )


def test_a_raise_is_written_shown_and_sounds(desk: AlarmDesk) -> None:
    desk.hears((0, 380.0, 0))
    changes = desk.hears((0, 410.0, 1))
    (line,) = changes.occurrences
    assert (line.event, line.occurrence, line.value, line.limit, line.level) == ("raise", 1, 410.0, 400.0, "H")
    assert line.at == desk.now + US
    assert changes.journal == ()
    record = desk.record(HIGH)
    assert (record.name, record.priority, record.horn) == ("UNACK", Priority.P3, True)
    assert desk.engine.horn_wish() is Priority.P3


def test_acknowledged_and_cleared_it_is_gone(desk: AlarmDesk) -> None:
    desk.hears((0, 410.0, 0))
    changes = desk.acknowledges(HIGH)
    assert desk.names == {HIGH: "ACKED"}
    assert desk.engine.horn_wish() is None
    (draft,) = changes.journal
    assert (draft.kind, draft.subject, draft.person, draft.session, draft.workstation) == (
        "alarm.ack",
        HIGH,
        "li",
        "s-1",
        "desk-1",
    )
    assert ("occurrence", 1) in draft.fields
    desk.hears((0, 396.0, 1))
    assert desk.names == {HIGH: "ACKED"}, "inside the dead band"
    desk.hears((0, 394.0, 2))
    assert desk.names == {}
    assert desk.events(HIGH) == ["raise", "ack", "clear"]


def test_an_excursion_inside_one_batch_is_an_occurrence(desk: AlarmDesk) -> None:
    desk.hears((0, 380.0, 0.0), (0, 410.0, 0.1), (0, 380.0, 0.2))
    assert desk.names == {HIGH: "RTNUN"}
    assert desk.events(HIGH) == ["raise", "clear"]
    assert desk.record(HIGH).facts.value == 410.0
    assert not desk.record(HIGH).horn, "cleared: no new horn below top priority"


def test_high_high_needs_a_new_acknowledgement_and_the_old_one_is_refused(desk: AlarmDesk) -> None:
    desk.hears((0, 410.0, 0))
    desk.acknowledges(HIGH)
    desk.hears((0, 460.0, 1))
    assert desk.names == {HIGH: "UNACK"}
    changes = desk.acknowledges(HIGH, occurrence=1)
    assert changes.refused is not None
    assert changes.refused.template.startswith("there is a newer occurrence")
    assert (changes.records, changes.occurrences) == ((), ())
    (draft,) = changes.journal
    assert (draft.kind, draft.person, dict(draft.fields)["occurrence"]) == ("alarm.refused", "li", 1)
    assert desk.names == {HIGH: "UNACK"}
    desk.acknowledges(HIGH, occurrence=2)
    assert desk.names == {HIGH: "ACKED"}


def test_of_two_consoles_one_wins_and_the_other_is_told(desk: AlarmDesk) -> None:
    desk.hears((0, 410.0, 0))
    assert desk.acknowledges(HIGH, 1, by="li").refused is None
    assert desk.acknowledges(HIGH, 1, by="wu").refused is not None
    assert desk.record(HIGH).facts.acked_by == "li"


def test_the_peak_stays_until_it_is_over_and_seen(desk: AlarmDesk) -> None:
    desk.hears((0, 460.0, 0), (0, 420.0, 1))
    record = desk.record(HIGH)
    assert (record.facts.level, record.priority) == ("H", Priority.P2)
    assert desk.events(HIGH) == ["raise", "de-escalate"]


@pytest.mark.parametrize("value", [100.0, math.nan])
def test_bad_quality_never_clears_and_marks(desk: AlarmDesk, value: float) -> None:
    desk.hears((0, 410.0, 0))
    desk.hears((0, value, 1, BAD_RANGE))
    record = desk.record(HIGH)
    assert (record.name, record.facts.input) == ("UNACK", InputQuality.UNCERTAIN)
    desk.hears((0, 380.0, 2))
    assert desk.record(HIGH).name == "RTNUN"
    assert desk.events(HIGH) == ["raise", "uncertain", "good", "clear"]


def test_bad_quality_never_raises(desk: AlarmDesk) -> None:
    desk.hears((0, 500.0, 0, BAD_RANGE))
    assert HIGH not in desk.names


def test_an_uncertain_value_raises_but_does_not_clear(desk: AlarmDesk) -> None:
    desk.hears((0, 410.0, 0, UNCERTAIN))
    assert desk.record(HIGH).facts.input is InputQuality.UNCERTAIN
    desk.hears((0, 350.0, 1, UNCERTAIN))
    assert desk.record(HIGH).name == "UNACK"


def test_on_delay_runs_out_without_a_sample(desk: AlarmDesk) -> None:
    desk.hears((1, 410.0, 0))
    desk.waits(9.9)
    assert desk.names == {}
    changes = desk.waits(0.1)
    assert desk.names == {"PT-9:high": "UNACK"}
    assert changes.occurrences[0].value == 410.0


def test_off_delay_does_not_run_out_without_a_sample(desk: AlarmDesk) -> None:
    desk.hears((1, 410.0, 0), (1, 410.0, 10))
    desk.hears((1, 380.0, 11))
    desk.waits(30)
    assert desk.names == {"PT-9:high": "UNACK"}
    desk.hears((1, 380.0, 0))
    assert desk.names == {"PT-9:high": "RTNUN"}


def test_a_latched_switch_wants_a_reset(desk: AlarmDesk) -> None:
    desk.hears((2, 1.0, 0), (2, 0.0, 1))
    assert desk.names == {STATE: "LTUNK"}
    assert desk.keep(desk.engine.reset(STATE, "li", "desk-1", desk.now)).refused is not None
    desk.acknowledges(STATE)
    assert desk.names == {STATE: "LTACK"}
    changes = desk.keep(desk.engine.reset(STATE, "li", "desk-1", desk.now))
    assert desk.names == {}
    assert [each.kind for each in changes.journal] == ["alarm.reset"]


def test_a_late_excursion_is_shown_as_come_and_gone(desk: AlarmDesk) -> None:
    desk.hears((0, 380.0, 0))
    desk.hears((0, 380.0, -3600), (0, 410.0, -3599), (0, 380.0, -3598))
    record = desk.record(HIGH)
    assert (record.name, record.facts.late, record.horn) == ("RTNUN", True, False)
    assert desk.occurrences[-1].late
    assert desk.occurrences[-1].at == desk.now - 3599 * US


def test_late_normal_values_do_not_clear(desk: AlarmDesk) -> None:
    desk.hears((0, 410.0, 0))
    desk.hears((0, 380.0, -10))
    assert desk.names == {HIGH: "UNACK"}


def test_old_samples_in_order_raise_and_are_flagged_late(desk: AlarmDesk) -> None:
    desk.hears((0, 410.0, -7200))
    assert desk.names == {HIGH: "UNACK"}
    assert desk.record(HIGH).facts.late


def test_our_clock_set_back_does_not_make_samples_late(desk: AlarmDesk) -> None:
    desk.hears((0, 380.0, 0))
    desk.clock.jump(-3600)
    desk.hears((0, 410.0, 0))
    assert desk.names == {HIGH: "UNACK"}


def test_unknown_alarms_are_refused_by_name(desk: AlarmDesk) -> None:
    changes = desk.keep(desk.engine.acknowledge("no:such", 1, "li", "desk-1", desk.now))
    assert str(changes.refused) == "there is no alarm no:such"
    assert [each.kind for each in changes.journal] == ["alarm.refused"]


def test_commands_and_the_system_raise_their_own(desk: AlarmDesk) -> None:
    config = AlarmConfig(
        key="command/7:discrepancy",
        source="7",
        condition="discrepancy",
        message="Feedback contradicts",
        alarm_class=AlarmClass.COMMAND,
        priorities=(("", Priority.P2),),
    )
    desk.keep(desk.engine.raise_(config, desk.now, 1.0, 0.0, reason="still open"))
    again = desk.keep(desk.engine.raise_(config, desk.now))
    assert (again.records, again.occurrences, again.journal) == ((), (), ())
    assert desk.names == {config.key: "UNACK"}
    desk.acknowledges(config.key)
    desk.keep(desk.engine.clear(config.key, desk.now))
    assert desk.names == {}
    assert desk.keep(desk.engine.clear(config.key, desk.now)).occurrences == ()
    desk.keep(desk.engine.raise_(config, desk.now))
    assert desk.record(config.key).facts.occurrence == 2


def test_alarms_that_follow_an_input_are_not_raised_or_cleared_past_it(desk: AlarmDesk) -> None:
    desk.hears((0, 410.0, 0))
    with pytest.raises(ValueError, match="follows its input"):
        desk.engine.clear(HIGH, desk.now)
    with pytest.raises(ValueError, match="follows its input"):
        desk.engine.raise_(desk.record(HIGH).config, desk.now)


def test_the_rate_counts_raises_of_ten_minutes(desk: AlarmDesk) -> None:
    for _ in range(4):
        desk.hears((0, 460.0, 0), (0, 380.0, 0.1))
        desk.clock.tick(60)
    assert desk.engine.rate(desk.now) == 4
    desk.clock.tick(8 * 60)
    assert desk.engine.rate(desk.now) == 1
    desk.clock.tick(600)
    assert desk.engine.rate(desk.now) == 0
