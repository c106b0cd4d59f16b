"""What may be configured, what an approved change does, and that the shipped thing models are allowed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from backend.alarms import check
from backend.alarms.configs import device_configs, link_config, point_configs
from backend.errors import ConfigError
from backend.model.alarm import AlarmClass, AlarmConfig, Priority
from backend.model.plant import Limits, Registry
from backend.model.thing_model import limits_of, parse
from tests.support.alarm_desk import AlarmDesk
from tests.support.points import point, registry

MODELS = sorted((Path(__file__).parents[3] / "assets" / "models").glob("*.json"))
KEY = "T0:high"

PLAIN = AlarmConfig(
    key="k",
    source="s",
    condition="high",
    message="m",
    alarm_class=AlarmClass.PROCESS,
    priorities=(("H", Priority.P3), ("HH", Priority.P1)),
)
FORBIDDEN = {
    "latching and auto-ack": (replace(PLAIN, latching=True, auto_ack=True), None),
    "shelvable gas leak": (replace(PLAIN, alarm_class=AlarmClass.GAS_LEAK), None),
    "shelf of more than a shift": (replace(PLAIN, max_shelf_s=13 * 3600), None),
    "no level": (replace(PLAIN, priorities=()), None),
    "a level twice": (replace(PLAIN, priorities=(("H", Priority.P3), ("H", Priority.P1))), None),
    "HH less urgent than H": (replace(PLAIN, priorities=(("H", Priority.P1), ("HH", Priority.P3))), None),
    "on-delay over the class maximum": (PLAIN, Limits(h=1.0, on_delay_s=601)),
    "off-delay over the class maximum": (PLAIN, Limits(h=1.0, off_delay_s=601)),
    "gas leak with a long delay": (
        replace(PLAIN, alarm_class=AlarmClass.GAS_LEAK, shelvable=False),
        Limits(h=1.0, on_delay_s=31),
    ),
    "negative dead band": (PLAIN, Limits(h=1.0, deadband=-1)),
    "NaN dead band": (PLAIN, Limits(h=1.0, deadband=float("nan"))),
    "negative delay": (PLAIN, Limits(h=1.0, on_delay_s=-1)),
    "H above HH": (PLAIN, Limits(h=2.0, hh=1.0)),
    "L above H": (PLAIN, Limits(h=2.0, l=3.0)),
    "no rate": (PLAIN, Limits(rate=0.0)),
}


@pytest.mark.parametrize(("config", "limits"), FORBIDDEN.values(), ids=FORBIDDEN)
def test_forbidden_configurations_are_refused(config: AlarmConfig, limits: Limits | None) -> None:
    with pytest.raises(ConfigError, match="alarm k: "):
        check(config, limits)


def test_an_ordinary_configuration_is_allowed() -> None:
    check(PLAIN, Limits(l=1.0, h=2.0, hh=3.0, deadband=0.5, on_delay_s=600, off_delay_s=600))


def test_a_forbidden_limit_in_a_registry_names_the_alarm() -> None:
    with pytest.raises(ConfigError, match="T0:high"):
        AlarmDesk(registry(point(0, limits=Limits(h=5.0, hh=4.0))))


def test_raising_a_forbidden_configuration_is_refused() -> None:
    desk = AlarmDesk(registry())
    with pytest.raises(ConfigError):
        desk.engine.raise_(replace(PLAIN, alarm_class=AlarmClass.GAS_LEAK), desk.now)


def test_points_get_one_alarm_per_condition() -> None:
    limits = Limits(h=5.0, hh=7.0, ll=1.0, rate=3.0, normal_state=0.0, latching=True)
    made = point_configs(registry(point(0, limits=limits)))
    assert {key: made[0, key].priorities for _, key in made} == {
        "high": (("H", Priority.P3), ("HH", Priority.P1)),
        "low": (("LL", Priority.P1),),
        "rate": (("", Priority.P2),),
        "state": (("", Priority.P2),),
    }
    assert {config.key for config in made.values()} == {"T0:high", "T0:low", "T0:rate", "T0:state"}
    high = made[0, "high"]
    assert (high.area, high.asset, high.device, high.point, high.latching) == ("south", "A", "D", 0, True)
    assert (high.shelvable, made[0, "rate"].shelvable) == (False, True)
    assert made[0, "rate"].max_shelf_s < 12 * 3600


def test_retired_points_get_none() -> None:
    retired = replace(point(0, limits=Limits(h=5.0)), retired=True)
    assert point_configs(registry(retired)) == {}
    assert device_configs(registry(retired)) == {}
    desk = AlarmDesk(registry(retired))
    desk.hears((0, 9.0, 0), (0, 9.0, 1, 0x03))
    desk.waits(1000)
    assert desk.names == {}


def test_gas_leak_alarms_are_not_shelvable() -> None:
    config = point_configs(registry(point(0, limits=Limits(h=25.0, gas_leak=True))))[0, "high"]
    assert (config.alarm_class, config.shelvable) == (AlarmClass.GAS_LEAK, False)


def test_link_and_device_alarms_are_allowed() -> None:
    for config in (*device_configs(registry(point(0))).values(), link_config("a", True), link_config("a", False)):
        check(config)


@pytest.mark.parametrize("file", MODELS, ids=lambda file: file.stem)
def test_the_shipped_thing_models_have_allowed_limits(file: Path) -> None:
    model = parse(json.loads(file.read_text(encoding="utf-8")), file=file.name)
    limits = [limits_of(each.limits) for each in model.properties.values() if each.limits is not None]
    points = [replace(point(number), limits=each) for number, each in enumerate(limits)]
    assert point_configs(registry(*points))


def desk_at(value: float, limits: Limits) -> AlarmDesk:
    desk = AlarmDesk(registry(point(0, limits=limits)))
    desk.hears((0, value, 0))
    return desk


def configure(desk: AlarmDesk, to: Registry, links: tuple[str, ...] = ("modbus/a",)) -> object:
    newest = desk.batch(*((number, value, (at - desk.now) / 1e6) for number, (at, value, _) in desk.newest.items()))
    return desk.keep(desk.engine.configure(to, links, newest, "li", "desk-1", desk.now)).refused


def test_changed_limits_are_evaluated_at_once() -> None:
    desk = desk_at(380.0, Limits(h=400.0))
    assert configure(desk, registry(point(0, limits=Limits(h=350.0)))) is None
    assert desk.names == {KEY: "UNACK"}
    assert desk.journal[-1].kind == "alarm.configure"
    assert configure(desk, registry(point(0, limits=Limits(h=390.0)))) is None
    assert desk.names == {KEY: "RTNUN"}


def test_changed_limits_do_not_clear_on_a_bad_input() -> None:
    desk = desk_at(410.0, Limits(h=400.0))
    desk.hears((0, 1.0, 1, 0x03))
    configure(desk, registry(point(0, limits=Limits(h=450.0))))
    assert desk.names[KEY] == "UNACK"


def test_an_alarm_that_stands_cannot_be_deleted() -> None:
    desk = desk_at(410.0, Limits(h=400.0))
    for to in (registry(), registry(point(0)), registry(point(0, limits=Limits(hh=400.0)))):
        assert configure(desk, to) is not None
        assert desk.journal[-1].kind == "alarm.refused"
    assert desk.names == {KEY: "UNACK"}
    desk.hears((0, 380.0, 1))
    desk.acknowledges(KEY)
    assert configure(desk, registry(point(0))) is None
    desk.hears((0, 410.0, 2))
    assert desk.names == {}


def test_what_stands_and_what_runs_goes_on_under_new_limits_of_others() -> None:
    limits = Limits(h=400.0, on_delay_s=10)
    before = (point(0, limits=limits), point(1, limits=Limits(h=400.0)), point(2))
    desk = AlarmDesk(registry(*before))
    desk.hears((0, 410.0, 0), (1, 410.0, 0), (2, 1.0, 0))
    desk.clock.tick(5)
    configure(desk, registry(*before[:2], point(2, limits=Limits(h=400.0)), point(3, limits=Limits(h=5.0))))
    assert desk.names == {"T1:high": "UNACK"}
    desk.waits(5)
    assert desk.names == {"T1:high": "UNACK", KEY: "UNACK"}
    desk.hears((1, 300.0, 0), (2, 410.0, 0), (3, 6.0, 0))
    assert desk.names == {"T1:high": "RTNUN", KEY: "UNACK", "T2:high": "UNACK", "T3:high": "UNACK"}


def test_a_standing_device_fault_survives_a_configuration_change() -> None:
    desk = AlarmDesk(registry(point(0), point(1)))
    desk.hears((0, 1.0, 0, 0x03), (1, 1.0, 0))
    configure(desk, registry(point(0), point(1), point(2)))
    assert desk.names == {"D:bad-input": "UNACK"}
    desk.hears((0, 1.0, 1))
    assert desk.names == {"D:bad-input": "RTNUN"}


def test_an_abandoned_configuration_change_leaves_the_old_one() -> None:
    desk = desk_at(380.0, Limits(h=400.0))
    to = registry(point(0, limits=Limits(h=350.0)))
    desk.engine.abandon(desk.engine.configure(to, (), desk.batch((0, 380.0, 0)), "li", "desk-1", desk.now))
    desk.hears((0, 390.0, 1))
    assert desk.names == {}
    desk.hears((0, 410.0, 2))
    assert desk.names == {KEY: "UNACK"}
