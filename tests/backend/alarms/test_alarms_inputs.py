"""Lost links, bad values and silence: one alarm for the cause, marks for the alarms that depend on it."""

from __future__ import annotations

import pytest

from backend.model.alarm import InputQuality, Priority
from backend.model.event import LinkState
from backend.model.plant import Limits
from backend.model.quality import Cause, Status, quality
from tests.support.alarm_desk import AlarmDesk
from tests.support.points import point, registry

LINK = "link/modbus/a:lost"
FAULT = "D:bad-input"
GATE = "G:bad-input"


@pytest.fixture
def desk() -> AlarmDesk:
    return AlarmDesk(
        registry(
            point(0, "PT-1", limits=Limits(h=400.0, on_delay_s=10.0)),
            point(1, "PT-2", limits=Limits(h=400.0)),
            point(2, "PT-3", device="G"),
            point(3, "PT-4", period_s=100.0),
        ),
        links=("modbus/a", "modbus/b"),
    )


def test_a_lost_link_is_one_alarm(desk: AlarmDesk) -> None:
    desk.hears((0, 1.0, 0), (1, 500.0, 0), (2, 1.0, 0), (3, 1.0, 0))
    changes = desk.link(LinkState.LOST, "D")
    assert desk.names == {"PT-2:high": "UNACK", LINK: "UNACK"}
    assert desk.record(LINK).priority is Priority.P3
    assert desk.record("PT-2:high").facts.input is InputQuality.UNCERTAIN
    assert [(each.key, each.event, each.reason) for each in changes.occurrences] == [
        ("PT-2:high", "uncertain", ""),
        (LINK, "raise", "timed out"),
    ]
    assert desk.link(LinkState.LOST, "D").occurrences == (), "said once"
    desk.link(LinkState.UP, "D")
    assert desk.names == {"PT-2:high": "UNACK", LINK: "RTNUN"}
    assert desk.record("PT-2:high").facts.input is InputQuality.UNCERTAIN, "not before a good sample"
    desk.hears((1, 300.0, 0))
    assert desk.names == {"PT-2:high": "RTNUN", LINK: "RTNUN"}


def test_connecting_and_stopping_say_nothing(desk: AlarmDesk) -> None:
    desk.link(LinkState.LOST, "D")
    assert desk.link(LinkState.CONNECTING, "D").occurrences == ()
    assert desk.link(LinkState.STOPPED, "D").occurrences == ()
    assert desk.names == {LINK: "UNACK"}


def test_a_link_that_a_gate_station_hangs_on_is_more_urgent(desk: AlarmDesk) -> None:
    desk.link(LinkState.LOST, "D", "G")
    assert desk.record(LINK).priority is Priority.P2


def test_a_link_nobody_announced_alarms_too(desk: AlarmDesk) -> None:
    desk.link(LinkState.LOST, "D", link="mqtt/new")
    assert desk.names == {"link/mqtt/new:lost": "UNACK"}


def test_an_on_delay_does_not_run_out_on_a_lost_link(desk: AlarmDesk) -> None:
    desk.hears((0, 500.0, 0))
    desk.link(LinkState.LOST, "D")
    desk.waits(20)
    assert "PT-1:high" not in desk.names
    desk.link(LinkState.UP, "D")
    desk.hears((0, 500.0, 0))
    assert desk.names["PT-1:high"] == "UNACK", "over before and after: the gap does not start the delay anew"


@pytest.mark.parametrize("cause", [Cause.RANGE, Cause.DEVICE, Cause.FROZEN])
def test_bad_values_are_one_alarm_per_device(desk: AlarmDesk, cause: Cause) -> None:
    bad = quality(Status.BAD, cause)
    desk.hears((0, 1.0, 0), (1, 1.0, 0), (2, 1.0, 0))
    changes = desk.hears((0, 5000.0, 1, bad), (1, 5000.0, 1, bad))
    assert desk.names == {FAULT: "UNACK"}
    assert changes.occurrences[0].reason == f"PT-1: {cause.name.lower()}"
    desk.hears((0, 1.0, 2))
    assert desk.names == {FAULT: "UNACK"}, "one of them is still bad"
    desk.hears((1, 1.0, 3))
    assert desk.names == {FAULT: "RTNUN"}


def test_a_bad_value_between_good_ones_is_seen(desk: AlarmDesk) -> None:
    desk.hears((0, 1.0, 0), (0, 9.0, 1, quality(Status.BAD, Cause.DEVICE)), (0, 1.0, 2))
    assert desk.events(FAULT) == ["raise", "clear"]


@pytest.mark.parametrize("cause", [Cause.COMMS, Cause.NEVER, Cause.RESTART])
def test_a_link_that_fails_is_not_the_devices_fault(desk: AlarmDesk, cause: Cause) -> None:
    desk.hears((0, 1.0, 0, quality(Status.BAD, cause)))
    assert desk.names == {}


def test_devices_on_a_lost_link_are_not_blamed(desk: AlarmDesk) -> None:
    desk.link(LinkState.LOST, "D")
    desk.hears((0, 1.0, 0, quality(Status.BAD, Cause.DEVICE)), (2, 1.0, 0, quality(Status.BAD, Cause.DEVICE)))
    desk.stale(1)
    assert desk.names == {LINK: "UNACK", GATE: "UNACK"}


def test_stale_values_mark_and_blame_the_device(desk: AlarmDesk) -> None:
    desk.hears((1, 500.0, 0))
    desk.stale(0, 1)
    assert desk.names == {"PT-2:high": "UNACK", FAULT: "UNACK"}
    assert desk.record("PT-2:high").facts.input is InputQuality.UNCERTAIN
    desk.hears((0, 1.0, 1), (1, 500.0, 1))
    assert desk.names == {"PT-2:high": "UNACK", FAULT: "RTNUN"}
    assert desk.record("PT-2:high").facts.input is InputQuality.GOOD


def test_a_device_that_never_says_a_word_is_noticed(desk: AlarmDesk) -> None:
    desk.hears((0, 1.0, 0), (1, 1.0, 0))
    desk.waits(60)
    assert desk.names == {}
    desk.waits(0.1)
    assert desk.names == {GATE: "UNACK"}
    desk.waits(240)
    assert desk.names == {GATE: "UNACK", FAULT: "UNACK"}, "PT-4 speaks every 100 s: it has 300 s"


def test_silence_on_a_lost_link_is_the_links_and_counts_from_its_return(desk: AlarmDesk) -> None:
    desk.link(LinkState.LOST, "D", "G")
    desk.waits(1000)
    assert desk.names == {LINK: "UNACK"}
    desk.link(LinkState.UP, "D", "G")
    desk.waits(59)
    assert desk.names == {LINK: "RTNUN"}
    desk.waits(2)
    assert desk.names == {LINK: "RTNUN", FAULT: "UNACK", GATE: "UNACK"}
