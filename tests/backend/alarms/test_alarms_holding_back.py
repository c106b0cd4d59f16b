"""Shelves, rules, out of service, and what a restart or a wrong clock may not do to them."""

from __future__ import annotations

import pytest

from backend.model.alarm import InputQuality, Suppression
from backend.model.plant import Limits
from tests.support.alarm_desk import US, AlarmDesk
from tests.support.points import point, registry

KEY = "PT-1:high"
GAS = "QT-2:high"
TOP = "PT-3:low"
SELDOM = 1e6
"""Period of points that nobody expects to speak here, s."""


@pytest.fixture
def desk() -> AlarmDesk:
    return AlarmDesk(
        registry(
            point(0, "PT-1", limits=Limits(h=400.0), period_s=SELDOM),
            point(1, "QT-2", limits=Limits(h=25.0, gas_leak=True), period_s=SELDOM),
            point(2, "PT-3", limits=Limits(l=300.0, ll=250.0), period_s=SELDOM),
        )
    )


def test_a_shelved_alarm_is_quiet_counts_and_comes_back_with_the_horn(desk: AlarmDesk) -> None:
    desk.hears((0, 410.0, 0))
    desk.acknowledges(KEY)
    changes = desk.shelves(KEY)
    assert desk.names == {KEY: "SHLVD"}
    (draft,) = changes.journal
    assert (draft.kind, draft.person, dict(draft.fields)["until"]) == ("alarm.shelve", "li", desk.now + 900 * US)
    desk.hears((0, 380.0, 1), (0, 420.0, 2))
    assert desk.engine.horn_wish() is None
    assert desk.record(KEY).facts.hidden_count == 2
    assert desk.engine.rate(desk.now) == 1, "what is held back does not annoy"
    changes = desk.waits(900)
    assert desk.names == {KEY: "UNACK"}
    assert desk.engine.horn_wish() is not None
    assert [(each.kind, each.person) for each in changes.journal] == [("alarm.unshelve", "")]


def test_an_acknowledged_alarm_asks_again_after_the_shelf(desk: AlarmDesk) -> None:
    desk.hears((0, 410.0, 0))
    desk.acknowledges(KEY)
    desk.shelves(KEY)
    desk.keep(desk.engine.unshelve(KEY, "li", "desk-1", desk.now))
    assert desk.names == {KEY: "UNACK"}


def test_a_one_shot_shelf_ends_with_the_alarm(desk: AlarmDesk) -> None:
    desk.hears((0, 410.0, 0))
    desk.shelves(KEY, one_shot=True)
    changes = desk.hears((0, 380.0, 1))
    assert desk.names == {KEY: "RTNUN"}
    assert [each.event for each in changes.occurrences] == ["clear", "unshelve"]
    assert [each.kind for each in changes.journal] == ["alarm.unshelve"]


@pytest.mark.parametrize("key", [GAS, TOP])
def test_top_priority_and_gas_leaks_cannot_be_shelved(desk: AlarmDesk, key: str) -> None:
    changes = desk.shelves(key)
    assert str(changes.refused) == "top priority and gas leak alarms cannot be shelved"
    assert desk.names == {}


def test_a_shelf_by_the_clock_that_is_further_ahead(desk: AlarmDesk) -> None:
    desk.shelves(KEY)
    desk.clock.jump(-3600)
    changes = desk.ticks()
    (held,) = desk.record(KEY).facts.suppressed
    assert held.until == desk.now + 900 * US, "the stored end follows the clock"
    assert [each.kind for each in changes.journal] == ["alarm.shelf-adjust"]
    desk.waits(899)
    assert desk.names == {KEY: "SHLVD"}
    desk.waits(1)
    assert desk.names == {}
    desk.shelves(KEY)
    desk.clock.jump(3600)
    desk.ticks()
    assert desk.names == {}


def test_a_shelf_survives_a_restart_but_never_grows(desk: AlarmDesk) -> None:
    desk.shelves(KEY)
    desk.clock.tick(600)
    last_seen = desk.now
    desk.clock.jump(-500)
    desk.restart(last_seen=last_seen)
    assert desk.names == {KEY: "SHLVD"}
    desk.waits(299)
    assert desk.names == {KEY: "SHLVD"}
    desk.waits(1)
    assert desk.names == {}, "600 s had gone by of 900 s, whatever the clock says now"


def test_approved_rules_hold_back_and_only_they_let_go(desk: AlarmDesk) -> None:
    desk.hears((0, 410.0, 0))
    refused = desk.keep(desk.engine.suppress(KEY, "RULE-?", "valve closed", desk.now, on=True))
    assert str(refused.refused) == "no approved rule is named"
    changes = desk.keep(desk.engine.suppress(KEY, "RULE-7", "valve closed", desk.now, on=True))
    assert desk.names == {KEY: "DSUPR"}
    assert ("rule", "RULE-7") in changes.journal[0].fields
    assert changes.journal[0].person == ""
    assert desk.keep(desk.engine.suppress(KEY, "RULE-8", "", desk.now, on=False)).refused is not None
    desk.keep(desk.engine.suppress(KEY, "RULE-7", "valve open", desk.now, on=False))
    assert desk.names == {KEY: "UNACK"}


def test_out_of_service_takes_two_persons_and_ends_by_its_date(desk: AlarmDesk) -> None:
    until = desk.now + 3600 * US
    alone = desk.engine.out_of_service(GAS, "li", "li", "repair", "patrol", until, "desk-1", desk.now)
    assert desk.keep(alone).refused is not None
    changes = desk.keep(
        desk.engine.out_of_service(GAS, "li", "wu", "repair", "patrol", until, "desk-1", desk.now, session="s-1")
    )
    assert desk.names == {GAS: "OOSRV"}
    assert dict(changes.journal[0].fields)["second"] == "wu"
    desk.hears((1, 30.0, 0))
    assert desk.engine.horn_wish() is None
    desk.waits(3600)
    assert desk.names == {GAS: "UNACK"}


def test_an_engineer_can_put_it_back_earlier(desk: AlarmDesk) -> None:
    until = desk.now + 3600 * US
    desk.keep(desk.engine.out_of_service(GAS, "li", "wu", "repair", "patrol", until, "desk-1", desk.now))
    desk.keep(desk.engine.return_to_service(GAS, "li", "desk-1", desk.now))
    assert desk.names == {}


def test_two_ways_of_holding_back_have_to_end_both(desk: AlarmDesk) -> None:
    desk.hears((0, 410.0, 0))
    desk.shelves(KEY)
    desk.keep(desk.engine.suppress(KEY, "RULE-7", "valve closed", desk.now, on=True))
    desk.waits(900)
    assert desk.names == {KEY: "DSUPR"}
    assert [each.kind for each in desk.record(KEY).facts.suppressed] == [Suppression.BY_DESIGN]
    assert desk.engine.horn_wish() is None
    desk.keep(desk.engine.suppress(KEY, "RULE-7", "valve open", desk.now, on=False))
    assert desk.engine.horn_wish() is not None


def test_what_is_known_of_the_input_stands_with_a_shelved_normal_alarm(desk: AlarmDesk) -> None:
    desk.hears((0, 380.0, 0))
    desk.shelves(KEY)
    assert desk.record(KEY).facts.input is InputQuality.GOOD


def test_a_restart_sounds_again_and_clears_nothing(desk: AlarmDesk) -> None:
    desk.hears((0, 410.0, 0), (1, 30.0, 0), (2, 290.0, 0))
    desk.acknowledges(KEY)
    desk.engine.silence(desk.now)
    desk.clock.tick(5)
    desk.restart()
    assert desk.names == {KEY: "ACKED", GAS: "UNACK", TOP: "UNACK"}
    assert {each.facts.input for each in desk.engine.records()} == {InputQuality.UNKNOWN}
    assert desk.engine.horn_wish() is not None
    desk.waits(30)
    assert desk.names == {KEY: "ACKED", GAS: "UNACK", TOP: "UNACK"}
    desk.hears((0, 410.0, 0), (1, 0.0, 0), (2, 310.0, 0))
    assert desk.names == {KEY: "ACKED", GAS: "RTNUN", TOP: "RTNUN"}
    assert desk.record(KEY).facts.occurrence == 1
    desk.hears((0, 380.0, 1))
    assert KEY not in desk.names


def test_back_fill_after_a_restart_is_known_as_late(desk: AlarmDesk) -> None:
    desk.hears((0, 410.0, 0))
    desk.restart()
    desk.hears((0, 380.0, -10))
    assert desk.names == {KEY: "UNACK"}


def test_a_device_fault_ends_after_a_restart_when_every_point_has_spoken(desk: AlarmDesk) -> None:
    desk.hears((0, 5000.0, 0, 0x03))
    assert desk.names == {"D:bad-input": "UNACK"}
    desk.restart()
    desk.hears((0, 1.0, 1), (1, 1.0, 1))
    assert desk.names == {"D:bad-input": "UNACK"}
    desk.hears((2, 350.0, 2))
    assert desk.names == {"D:bad-input": "RTNUN"}


def test_an_alarm_that_is_no_longer_configured_stands_on(desk: AlarmDesk) -> None:
    desk.hears((0, 410.0, 0))
    desk.registry = registry(point(0, "PT-1"))
    desk.restart()
    assert desk.names == {KEY: "UNACK"}
    desk.acknowledges(KEY)
    assert desk.names == {KEY: "ACKED"}
