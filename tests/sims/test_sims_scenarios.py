"""Scenarios and control lines: every event is understood, and the gas answers by its own laws."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backend.errors import ConfigError, RefusedError
from backend.site import Site
from sims.control import obey, obey_line
from sims.plant import Plant
from sims.scenarios import SCENARIOS, Scenario, find
from sims.scenarios.scenario import Event, Player
from tests.support.field import StillPlant, small_site


class Field:
    """A switchboard that remembers what touched the wires; its plant is real."""

    def __init__(self, plant: Plant) -> None:
        self.plant = plant
        self.wires: list[tuple[str, str]] = []

    def cut(self, device: str) -> None:
        self.wires.append(("cut", device))

    def restore(self, device: str) -> None:
        self.wires.append(("restore", device))

    def cut_after_write(self, device: str) -> None:
        self.wires.append(("cut_after_write", device))

    def end(self) -> None:
        self.wires.append(("end", ""))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return small_site(tmp_path / "site")[0]


@pytest.fixture
def still(site: Site) -> StillPlant:
    return StillPlant(site)


@pytest.fixture
def field(still: StillPlant) -> Field:
    return Field(still.plant)


def play(still: StillPlant, scenario: Scenario, field: Field, seconds: int, step_s: float = 2.0) -> None:
    player = Player(scenario, lambda message: obey(message, field))
    for _ in range(round(seconds / step_s)):
        player.play(still.plant.now())
        still.pass_time(step_s, solve=True)


def test_the_scenarios_are_the_promised_ones() -> None:
    assert [scenario.name for scenario in SCENARIOS] == [
        "normal_day",
        "leak",
        "regulator_failure",
        "off_spec_gas",
        "comms_loss",
        "stuck_valve",
        "link_cut_after_write",
    ]


def test_an_unknown_scenario_is_named() -> None:
    with pytest.raises(ConfigError, match=r"no scenario 'flood' .*normal_day, leak"):
        find("flood")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_every_event_can_be_carried_out(scenario: Scenario, field: Field) -> None:
    for event in scenario.events:
        assert obey(event.does, field) == {}


def test_events_come_once_and_in_order() -> None:
    heard: list[object] = []
    events = (Event(at_s=5, does={"b": 2}), Event(at_s=1, does={"a": 1}), Event(at_s=5, does={"c": 3}))
    player = Player(Scenario(name="x", title="x", events=events), heard.append)
    for now in (0.0, 1.0, 1.5, 4.9, 60.0, 61.0):
        player.play(now)
    assert heard == [{"a": 1}, {"b": 2}, {"c": 3}]


def test_a_leak_is_seen_and_isolating_it_helps(site: Site) -> None:
    scenario = find("leak")
    assert scenario.hour is not None
    still = StillPlant(site, hour=scenario.hour)
    field = Field(still.plant)
    play(still, scenario, field, 18)
    calm = still.plant.state
    assert calm.converged
    assert still.reading("VW-0418", "ch4") < 2
    play_on = Scenario(name="x", title="x", events=tuple(Event(at_s=0, does=event.does) for event in scenario.events))
    play(still, play_on, field, 120)
    leaking = still.plant.state
    assert 5_000 < leaking.leak_m3h["BA-05"] < 10_000
    assert still.reading("VW-0418", "ch4") > 20
    assert leaking.pressure_kpa["R-12.out"] < calm.pressure_kpa["R-12.out"] - 10
    assert still.reading("R-12", "run_a_opening") > 99
    assert still.plant.write("XV-0417", "command", 2).detail == ""
    assert still.plant.write("XV-0422", "command", 2).detail == ""
    still.pass_time(240.0, steps=60, solve=True)
    assert still.plant.state.leak_m3h["BA-05"] < 1
    assert still.reading("XV-0417", "downstream_pressure") < 5
    assert still.reading("R-12", "outlet_pressure") > leaking.pressure_kpa["R-12.out"] + 10


def test_a_setpoint_off_the_wire_moves_the_gas(still: StillPlant) -> None:
    still.pass_time(2.0, solve=True)
    for station in ("R-11", "R-12"):
        for run, setpoint in (("a", 340.0), ("b", 330.0)):
            assert still.plant.write(station, f"run_{run}_setpoint", setpoint).detail == ""
    still.pass_time(600.0, steps=60, solve=True)
    assert still.reading("R-11", "outlet_pressure") == pytest.approx(340, rel=0.025)


def test_a_stuck_valve_stays_where_it_is(still: StillPlant, field: Field) -> None:
    obey(find("stuck_valve").events[0].does, field)
    still.plant.write("XV-0417", "command", 2)
    still.pass_time(60.0, steps=60)
    assert still.reading("XV-0417", "opening_percent") == pytest.approx(40.0)
    assert (still.reading("XV-0417", "position"), still.reading("XV-0417", "fault")) == (0, 1)


def test_speed_and_hour(still: StillPlant) -> None:
    plant = still.plant
    still.clock.tick(10)
    assert plant.now() == pytest.approx(10)
    plant.set_speed(5)
    still.clock.tick(10)
    assert plant.now() == pytest.approx(60)
    assert plant.hour() == pytest.approx(18.5 + 60 / 3600)
    plant.set_hour(3.25)
    assert plant.hour() == pytest.approx(3.25)


def test_the_hour_is_the_citys_own(site: Site) -> None:
    # 2026-01-15 10:30:00 UTC is 18:30 in Linjiang.
    plant = Plant(StillPlant(site).plant.equipment, wall=lambda: 1_768_473_000.0, mono=lambda: 0.0)
    assert plant.hour() == pytest.approx(18.5)


def test_wires_are_cut_by_the_channel(field: Field) -> None:
    for line in ('{"cut": "R-12"}', '{"restore": "R-12"}', '{"cut_after_write": "XV-0417"}', '{"stop": true}'):
        assert json.loads(obey_line(line, field)) == {"ok": True}
    assert field.wires == [("cut", "R-12"), ("restore", "R-12"), ("cut_after_write", "XV-0417"), ("end", "")]


def test_the_channel_tells_how_the_gas_is(field: Field, still: StillPlant) -> None:
    obey({"leak": "BA-05", "mm": 20}, field)
    still.pass_time(2.0, steps=2, solve=True)
    still.pass_time(1.0, solve=True)
    told = json.loads(obey_line('{"state": true}', field))
    assert told["ok"]
    assert told["solved"]
    assert told["solve_ms"] >= 0
    assert 100 < told["leak_m3h"]["BA-05"] < 2000
    assert told["supply_m3h"]["NGS"] > 10_000


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("", "not JSON"),
        ("[]", "exactly one of"),
        ("{}", "exactly one of"),
        ('{"leak": "BA-05", "stick": "XV-0417"}', "exactly one of"),
        ('{"explode": "BA-05"}', "exactly one of"),
        ('{"leak": "BA-05", "size": 3}', "leak knows no size"),
        ('{"leak": "nowhere"}', "nowhere is not a node"),
        ('{"leak": "BA-05", "mm": -1}', "0 to 500 mm"),
        ('{"leak": "BA-05", "mm": "wide"}', "leak does not take this"),
        ('{"stick": "XV-9999"}', "XV-9999 is not a motor valve"),
        ('{"set": "R-12", "point": "nothing", "value": 1}', "R-12 has no point nothing"),
        ('{"set": "R-12"}', "set does not take this"),
        ('{"regulator": "R-99/A", "opening": 1}', "R-99/A is not a regulator run"),
        ('{"speed": 0}', "above 0"),
    ],
)
def test_a_wrong_line_is_answered_in_words_and_changes_nothing(field: Field, line: str, reason: str) -> None:
    told = json.loads(obey_line(line, field))
    assert not told["ok"]
    assert reason in told["error"]
    assert field.wires == []


def test_a_wrong_message_is_refused(field: Field) -> None:
    with pytest.raises(RefusedError, match="exactly one of"):
        obey(None, field)


def test_other_gas_comes_with_a_front_and_burns_by_its_composition(still: StillPlant, field: Field) -> None:
    still.pass_time(60.0)
    usual = still.reading("NGS-GQ", "wobbe_index")
    obey({"gas": "NGS-GQ", "nitrogen": 8.0}, field)
    still.pass_time(30.0, steps=3)
    assert 1 < still.reading("NGS-GQ", "nitrogen") < 8
    still.pass_time(900.0, steps=15)
    assert still.reading("NGS-GQ", "nitrogen") == pytest.approx(8.0, rel=0.2)
    assert still.reading("NGS-GQ", "wobbe_index") < usual - 3


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ({"gas": "R-12", "nitrogen": 3}, "R-12 is not a gas analyser"),
        ({"gas": "NGS-GQ", "helium": 3}, "gas knows no helium"),
        ({"gas": "NGS-GQ", "nitrogen": 99.5}, "must leave room"),
        ({"gas": "NGS-GQ", "nitrogen": -1}, "must leave room"),
    ],
)
def test_gas_that_cannot_be_is_refused(field: Field, message: dict[str, object], reason: str) -> None:
    with pytest.raises(RefusedError, match=reason):
        obey(message, field)
