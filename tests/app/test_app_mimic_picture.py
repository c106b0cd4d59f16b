"""What a station's picture and faceplate say of values, qualities, alarms and commands; no window, no backend."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest

from app.pages.stations.binding import Bound, bind
from app.pages.stations.descriptions import shipped
from app.pages.stations.hour import HOUR_US, PLACES, STEP_US, hour
from app.pages.stations.moment import Moment
from app.pages.stations.picture import Picture
from app.pages.stations.plate import plate_of
from app.pages.stations.presenter import Place
from backend.model.command import Command, Commandable, CommandContent, CommandKind, CommandState, RiskClass
from backend.model.live import TagSnapshot
from backend.model.network import Network, Regulator
from backend.model.plant import Asset, AssetKind, Device, Limits, Point, QuantityKind, Registry
from backend.model.quality import GOOD, Cause, Status, quality
from widgets.mimic import PipeState, ValveState
from widgets.readouts import Mark

NOW = 1_800_000_000_000_000
MODEL = json.loads((files("assets") / "models" / "station-rtu.json").read_text("utf-8"))["properties"]
ASSET = Asset(id="R-1", kind=AssetKind.STATION, name="Riverside")
RUN = Regulator(
    id="R-1/A",
    start="x",
    end="y",
    capacity_m3h=20_000,
    design_inlet_kpa=1200,
    setpoint_kpa=360,
    setpoint_low_kpa=300,
    setpoint_high_kpa=380,
    monitor_kpa=400,
    slam_shut_kpa=440,
)
POINTS = tuple(
    Point(
        id=number,
        tag=f"R-1.{entry['lp:tag']}",
        device="R-1",
        asset="R-1",
        property=name,
        title=entry["title"],
        title_zh="",
        kind=QuantityKind(entry["lp:quantityKind"]),
        unit=entry["unit"],
        low=entry["minimum"],
        high=entry["maximum"],
        precision=entry["lp:precision"],
        period_s=entry["lp:period"],
        writable=not entry["readOnly"],
        states={int(value): word["en"] for value, word in entry.get("lp:states", {}).items()},
    )
    for number, (name, entry) in enumerate(MODEL.items())
)
BY_NAME = {point.property: point for point in POINTS}
CALM = {
    "inlet_pressure": 1300.0,
    "outlet_pressure": 360.0,
    "run_a_outlet_pressure": 360.0,
    "run_b_outlet_pressure": 360.0,
    "flow": 9000.0,
    "run_a_opening": 46.0,
    "inlet_valve_position": 1.0,
    "inlet_valve_opening_percent": 100.0,
    "inlet_valve_local_remote": 1.0,
    "filter_a_dp": 3.0,
    "filter_b_dp": 0.1,
    "run_a_setpoint_feedback": 360.0,
    "burner_on": 1.0,
}


def bound() -> Bound:
    registry = Registry(
        assets=(ASSET,),
        devices=(Device(id="R-1", model="station-rtu", asset="R-1", protocol="modbus"),),
        points=POINTS,
    )
    place = Place(asset=ASSET, points=POINTS, devices=("R-1",))
    made = bind(place, shipped(), registry, Network(regulators=(RUN,)))
    assert made is not None
    return made


def moment(values: dict[str, float] | None = None, code: int = GOOD, command: Command | None = None) -> Moment:
    value = np.array([(CALM | (values or {})).get(point.property, 0.0) for point in POINTS])
    at = np.full(len(POINTS), NOW - 2_000_000, np.int64)
    snapshot = TagSnapshot(
        value=value,
        at=at,
        quality=np.full(len(POINTS), code, np.uint8),
        received_at=at,
        version=1,
        taken_at=NOW,
    )
    commands = {command.content.point: command} if command is not None else {}
    return Moment(snapshot=snapshot, alarms={}, commands=commands)


def ordered(action: str, state: CommandState, *, ended_at: int = 0) -> Command:
    point = BY_NAME["inlet_valve_command"]
    content = CommandContent(
        id="C-1",
        kind=CommandKind.VALVE,
        device="R-1",
        point=point.id,
        tag=point.tag,
        asset="R-1",
        action=action,
        value=2,
        unit="",
        old_value=1,
        old_at=NOW,
        old_quality=GOOD,
        reason="",
        risk=RiskClass.SINGLE,
        origin="operator",
        requested_at=NOW - 60_000_000,
        feedback_point=None,
        feedback_value=2,
        feedback_tolerance=0,
        verify_within_s=120,
    )
    return Command(
        content=content,
        state=state,
        not_after=0,
        requester="p",
        requester_session="s",
        workstation="w",
        dispatched_at=NOW - 40_000_000,
        ended_at=ended_at,
    )


def test_a_calm_station_flows_through_the_duty_run_only() -> None:
    picture = Picture(bound())
    looks, pipes = picture.elements(moment()), picture.pipes(moment())
    by_ends = {(pipe.start, pipe.end): state for pipe, state in zip(picture.bound.mimic.pipes, pipes, strict=True)}
    assert by_ends["inlet", "inlet-valve"] is PipeState.FLOWING
    assert by_ends["slam-shut-a", "monitor-a"] is PipeState.FLOWING
    assert by_ends["slam-shut-b", "monitor-b"] is PipeState.GAS
    assert by_ends["filter-b", "f2"] is PipeState.GAS
    assert by_ends["meter", "outlet"] is PipeState.FLOWING
    assert looks["slam-shut-a"].words == "armed 440"
    assert looks["monitor-a"].words == "monitor 400"
    assert looks["active-a"].share == pytest.approx(0.46)
    assert looks["heater"].running is True


def test_a_tripped_slam_shut_stops_its_run_and_is_off_normal() -> None:
    picture = Picture(bound())
    now = moment({"run_a_slam_shut": 1.0, "flow": 0.0})
    assert set(picture.pipes(now)) <= {PipeState.GAS, PipeState.UNKNOWN}
    look = picture.elements(now)["slam-shut-a"]
    assert (look.state, look.off_normal, look.words) == (ValveState.CLOSED, True, "tripped 440")


def test_a_lost_link_hatches_every_pipe_and_marks_every_value_stale_with_its_age() -> None:
    picture = Picture(bound())
    now = moment(code=quality(Status.BAD, Cause.COMMS))
    assert set(picture.pipes(now)) == {PipeState.UNKNOWN}
    boxes = picture.boxes(now)
    assert {each.mark for each in boxes.values()} == {Mark.STALE}
    assert {each.age for each in boxes.values()} == {"2\u2009s"}
    assert boxes["inlet_pressure"].number == "1,300"
    assert picture.elements(now)["inlet-valve"].state is ValveState.UNKNOWN


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({"inlet_valve_position": 0.0, "inlet_valve_opening_percent": 60.0}, ValveState.TRAVELLING),
        ({"inlet_valve_position": 1.0, "inlet_valve_opening_percent": 60.0}, ValveState.TRAVELLING),
        ({"inlet_valve_position": 3.0, "inlet_valve_opening_percent": 60.0}, ValveState.DISAGREES),
    ],
)
def test_a_command_in_flight_travels_with_its_percent(values: dict[str, float], state: ValveState) -> None:
    look = Picture(bound()).elements(moment(values, command=ordered("close", CommandState.DISPATCHED)))["inlet-valve"]
    assert (look.state, look.yours, look.words) == (state, True, "Closing, 40 %")


def test_a_waiting_command_reserves_and_a_verified_one_is_said_for_ten_seconds() -> None:
    picture = Picture(bound())
    waiting = picture.elements(moment(command=ordered("close", CommandState.AWAITING_APPROVAL)))["inlet-valve"]
    assert (waiting.reserved, waiting.yours, waiting.words) == (True, False, "Waiting for approval")
    fresh = ordered("close", CommandState.VERIFIED, ended_at=NOW - 5_000_000)
    assert picture.elements(moment(command=fresh))["inlet-valve"].words == "Verified"
    old = ordered("close", CommandState.VERIFIED, ended_at=NOW - 15_000_000)
    assert picture.elements(moment(command=old))["inlet-valve"].words == "open"
    rejected = picture.elements(moment(command=ordered("close", CommandState.REJECTED)))["inlet-valve"]
    assert (rejected.reserved, rejected.words) == (False, "open")


def test_the_faceplate_says_settings_last_command_and_what_to_ask() -> None:
    command = BY_NAME["inlet_valve_command"]
    target = Commandable(
        point=command.id,
        device="R-1",
        asset="R-1",
        actions=("open", "close"),
        feedback_point=None,
        short_code="1",
        low=0,
        high=2,
        unit="",
    )
    done = ordered("close", CommandState.VERIFIED, ended_at=NOW)
    plate = plate_of(bound(), "inlet-valve", moment(command=done), {command.id: target})
    assert plate.tag == "XV-IN"
    assert plate.chips == ("remote",)
    assert dict(plate.facts)["Verified"] == "within 40 s"
    assert plate.ask == (command.id, "close", None)
    closed = plate_of(bound(), "inlet-valve", moment({"inlet_valve_position": 2.0}), {command.id: target})
    assert closed.ask == (command.id, "open", None)
    active = plate_of(bound(), "active-a", moment(), {})
    assert [(name, value.split(" ")[0]) for name, value in active.facts[:2]] == [
        ("Takes over if it fails", "PCV-AM"),
        ("Trips at", "SSV-A"),
    ]
    assert [bar.caption for bar in active.bars] == ["PV", "SP", "Opening"]


def test_the_pressure_class_comes_from_the_limits_where_there_are_some() -> None:
    assert bound().tiers == {"inlet": "shp", "outlet": "mpa"}
    limited = tuple(
        replace(each, limits=Limits(l=2000, h=4000)) if each.property == "inlet_pressure" else each for each in POINTS
    )
    place = Place(asset=ASSET, points=limited, devices=("R-1",))
    device = Device(id="R-1", model="station-rtu", asset="R-1", protocol="modbus")
    high = bind(place, shipped(), Registry(assets=(ASSET,), devices=(device,), points=limited), Network())
    assert high is not None
    assert high.tiers["inlet"] == "hp"


def test_an_hour_is_laid_on_a_grid_with_gaps() -> None:
    at = np.array([NOW - HOUR_US + STEP_US, NOW - 30 * STEP_US, NOW], np.int64)
    values = hour(NOW, 10.0, (at, np.array([1.0, 2.0, 3.0])))
    assert values.shape == (PLACES,)
    assert values[0] == 1.0
    assert values[-1] == 3.0
    assert np.isnan(values[100:-31]).all()
    seen = (np.array([NOW], np.int64), np.array([4.0]))
    assert hour(NOW, 10.0, (at, np.array([1.0, 2.0, 3.0])), seen)[-1] == 4.0
