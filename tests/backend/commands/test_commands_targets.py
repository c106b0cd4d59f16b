"""What the shipped thing models can be commanded to, and interlocks over every quality, age and value."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.commands.interlocks import feedback_of, interlocks
from backend.commands.policy import Policy
from backend.commands.ports import Reading
from backend.commands.targets import Target, targets
from backend.devices import AssetRow, DeviceRow, actuators, build_registry
from backend.model.plant import AssetKind, Registry
from backend.model.quality import GOOD
from backend.site import thing_models
from tests.support import command_site as cs
from tests.support.clock import START_US

MODELS = thing_models()
NOW = START_US
US = 1_000_000


@pytest.fixture(scope="module")
def shipped() -> dict[tuple[str, str], Target]:
    """(tag, verb) → target of one device of each commandable model."""
    assets = [AssetRow(id="A", kind=AssetKind.STATION, name="A")]
    rows = [
        DeviceRow(
            id=name,
            model=name,
            asset="A",
            protocol=protocol,
            address=address,
            short_code=code,
            remote_enabled=True,
        )
        for name, protocol, address, code in (
            ("motor-valve", "mqtt", {}, "1"),
            ("station-rtu", "modbus", {"host": "127.0.0.1", "unit": "1"}, "2"),
            ("regulator-cabinet", "mqtt", {}, "3"),
        )
    ]
    registry = build_registry(assets, rows, MODELS, Registry(), "hz")[0]
    found = targets(registry, actuators(registry, MODELS))
    return {(f"{target.device.id}.{target.point.property}", verb): target for (_, verb), target in found.items()}


def test_every_shipped_action_has_all_its_interlocks_on_real_points(shipped: dict[tuple[str, str], Target]) -> None:
    needs = {
        key: [(need.name, need.point and need.point.property, need.equals) for need in target.needs]
        for key, target in shipped.items()
    }
    valve = [("Local key in remote", "local_remote", 1.0), ("No actuator fault", "fault", 0.0)]
    inlet = [
        ("Local key in remote", "inlet_valve_local_remote", 1.0),
        ("No actuator fault", "inlet_valve_fault", 0.0),
    ]
    assert needs == {
        ("motor-valve.command", "open"): valve,
        ("motor-valve.command", "close"): valve,
        ("station-rtu.inlet_valve_command", "open"): inlet,
        ("station-rtu.inlet_valve_command", "close"): inlet,
        ("station-rtu.run_a_setpoint", "set"): [
            ("Pressure is read", "run_a_outlet_pressure", None),
            ("Run A slam-shut valve: armed", "run_a_slam_shut", 0.0),
        ],
        ("station-rtu.run_b_setpoint", "set"): [
            ("Pressure is read", "run_b_outlet_pressure", None),
            ("Run B slam-shut valve: armed", "run_b_slam_shut", 0.0),
        ],
        ("regulator-cabinet.outlet_setpoint", "set"): [
            ("Pressure is read", "outlet_pressure", None),
            ("Slam-shut valve: armed", "slam_shut", 0.0),
        ],
    }


def test_every_shipped_valve_knows_its_opening_and_its_travelling(shipped: dict[tuple[str, str], Target]) -> None:
    valves = [target for (_, verb), target in shipped.items() if verb in ("open", "close")]
    assert len(valves) == 4
    for target in valves:
        assert target.opening is not None
        assert set(target.feedback.states.values()) == {"travelling", "open", "closed", "contradictory"}
        moving = feedback_of(target, lambda _: Reading(value=0.0, at=NOW, received_at=NOW, quality=GOOD), now=NOW)
        assert moving.moving


def test_a_valve_without_a_local_key_cannot_be_commanded() -> None:
    whole = cs.registry()
    without = Registry(
        devices=whole.devices,
        points=tuple(
            cs.point(point.id, point.device, {cs.LOCAL: "lamp"}.get(point.id, point.property)) for point in whole.points
        ),
    )
    target = targets(without, cs.actuators())[cs.COMMAND, "close"]
    found = _judge(target, {})
    assert found["Local key in remote"] == (False, "the device has no such point")


VALVE = targets(cs.registry(), cs.actuators())[cs.COMMAND, "close"]
FINE = {cs.POSITION: 1.0, cs.OPENING: 100.0, cs.LOCAL: 1.0, cs.FAULT: 0.0}
INPUTS = sorted(FINE)


def _judge(target: Target, changed: dict[int, Reading], *, link_up: bool = True, other: str = "") -> dict[str, object]:
    def read(point: int) -> Reading:
        fine = Reading(value=FINE.get(point, 0.0), at=NOW, received_at=NOW, quality=GOOD)
        return changed.get(point, fine)

    found = interlocks(target, read, now=NOW, link_up=link_up, other_open=other, policy=Policy())
    return {each.name: (each.met, each.value_text) for each in found}


def _all_met(changed: dict[int, Reading]) -> bool:
    return all(met for met, _ in _judge(VALVE, changed).values())  # type: ignore[misc]


def test_all_is_met_when_all_is_well() -> None:
    assert _all_met({})


@pytest.mark.parametrize("point", INPUTS)
def test_of_all_qualities_only_good_without_reservation_is_good_enough(point: int) -> None:
    met = [_all_met({point: Reading(value=FINE[point], at=NOW, received_at=NOW, quality=code)}) for code in range(256)]
    assert (met.count(True), met[GOOD]) == (1, True)


@pytest.mark.parametrize("point", INPUTS)
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -1.0, 2.5, 4.0, 1e300])
def test_a_value_that_is_no_known_state_blocks(point: int, value: float) -> None:
    reading = Reading(value=value, at=NOW, received_at=NOW, quality=GOOD)
    assert not _all_met({point: reading})


@given(point=st.sampled_from(INPUTS), at_s=st.integers(-100, 100), received_s=st.integers(-100, 100))
def test_only_young_values_count_by_both_times(point: int, at_s: int, received_s: int) -> None:
    at, received = NOW + at_s * US, NOW + received_s * US
    reading = Reading(value=FINE[point], at=at, received_at=received, quality=GOOD)
    assert _all_met({point: reading}) == (min(at_s, received_s) >= -30 and received_s <= 5)


@given(position=st.sampled_from([0.0, 1.0, 2.0, 3.0]), opening=st.floats(0, 100))
def test_position_and_opening_must_tell_the_same(position: float, opening: float) -> None:
    readings = {
        cs.POSITION: Reading(value=position, at=NOW, received_at=NOW, quality=GOOD),
        cs.OPENING: Reading(value=opening, at=NOW, received_at=NOW, quality=GOOD),
    }
    fits = {0.0: True, 1.0: opening >= 90, 2.0: opening <= 10, 3.0: False}
    assert _all_met(readings) == fits[position]


def test_a_value_never_read_says_so() -> None:
    never = Reading(value=math.nan, at=0, received_at=0, quality=1)
    assert _judge(VALVE, {cs.LOCAL: never})["Local key in remote"] == (False, "never read")


def test_a_slow_device_may_be_as_old_as_its_own_interval() -> None:
    setpoint = targets(cs.registry(), cs.actuators())[cs.SETPOINT, "set"]
    slow = Reading(value=3.0, at=NOW - 29 * US, received_at=NOW - 29 * US, quality=GOOD)
    assert _judge(setpoint, {cs.PRESSURE: slow})["Pressure is read"] == (True, "3.00 kPa")
