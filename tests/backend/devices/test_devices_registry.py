"""The registry from rows: points as the model says, addresses and tags once, nothing registered without a model."""

from __future__ import annotations

from typing import Any

import pytest

from backend.devices import AssetRow, DeviceRow, build_registry
from backend.errors import ConfigError
from backend.model.form import MqttForm
from backend.model.plant import (
    ActuatorKind,
    Asset,
    AssetKind,
    Device,
    Limits,
    Medium,
    Point,
    PowerClass,
    QuantityKind,
    Registry,
    StationKind,
    medium_of,
    station_of,
)
from backend.site import thing_models
from backend.store.rows import from_body

MODELS = thing_models()
STATION = AssetRow(id="R-12", kind=AssetKind.STATION, name="Heping Road", name_zh="和平路", lon=121.3, lat=30.9)
WELL = AssetRow(id="VW-3", kind=AssetKind.VALVE_WELL, name="Well 3", parent="R-12")
EMPTY = Registry()


def rtu(name: str = "RTU-12", **more: Any) -> DeviceRow:
    address = {"host": "10.0.0.12", "port": 502, "unit": 1}
    return DeviceRow.model_validate({"id": name, "model": "station-rtu", "asset": "R-12", "address": address, **more})


def well(name: str = "VWM-3", **more: Any) -> DeviceRow:
    return DeviceRow.model_validate({"id": name, "model": "valve-well-monitor", "asset": "VW-3", **more})


def valve(name: str = "MV-1", **more: Any) -> DeviceRow:
    return DeviceRow.model_validate(
        {"id": name, "model": "motor-valve", "asset": "R-12", "protocol": "mqtt", "short_code": "1207", **more}
    )


def build(*rows: DeviceRow, previous: Registry = EMPTY) -> Registry:
    return build_registry((STATION, WELL), rows, MODELS, previous, "hz")[0]


def points_of(registry: Registry, device: str) -> dict[str, Point]:
    return {point.property: point for point in registry.points if point.device == device and not point.retired}


def test_assets_and_devices_come_out_as_written() -> None:
    registry = build(rtu(short_code="12", remote_enabled=True), well())
    assert registry.assets == (
        Asset(
            id="R-12",
            kind=AssetKind.STATION,
            name="Heping Road",
            name_zh="和平路",
            lon=121.3,
            lat=30.9,
            station=StationKind.REGULATING,
            medium=Medium.PIPED_GAS,
        ),
        Asset(id="VW-3", kind=AssetKind.VALVE_WELL, name="Well 3", parent="R-12"),
    )
    assert registry.devices == (
        Device(
            id="RTU-12",
            model="station-rtu",
            asset="R-12",
            protocol="modbus",
            address={"host": "10.0.0.12", "port": "502", "unit": "1"},
            short_code="12",
            remote_enabled=True,
        ),
        Device(id="VWM-3", model="valve-well-monitor", asset="VW-3", protocol="mqtt", power=PowerClass.BATTERY),
    )


def test_points_are_numbered_densely_in_the_order_of_the_model() -> None:
    registry = build(rtu(), well())
    assert [point.id for point in registry.points] == list(range(39))
    assert [point.property for point in registry.points[32:]] == list(MODELS["valve-well-monitor"].properties)


def test_a_point_is_what_its_property_says() -> None:
    registry = build(well())
    assert registry.points[0] == Point(
        id=0,
        tag="VWM-3.AT-CH4",
        device="VWM-3",
        asset="VW-3",
        property="ch4",
        title="Methane in well",
        title_zh="井内甲烷",
        kind=QuantityKind.CONCENTRATION,
        unit="%LEL",
        low=0,
        high=100,
        precision=1,
        period_s=60,
        limits=Limits(h=10, hh=20, deadband=1, off_delay_s=10, gas_leak=True),
    )


def test_a_commanded_point_has_an_actuator_and_words() -> None:
    command = points_of(build(valve()), "MV-1")["command"]
    assert (command.writable, command.actuator) == (True, ActuatorKind.ELECTRIC)
    assert command.states == {0: "none", 1: "open", 2: "close"}
    assert command.states_zh == {0: "无", 1: "开", 2: "关"}


def test_a_row_may_name_tags_limits_ranges_and_period() -> None:
    row = rtu(
        period_s=2,
        tags={"outlet_pressure": "R12.PT-1202"},
        limits={"outlet_pressure": {"hh": 1640, "h": 1600, "l": 1440, "ll": None, "unit": "kPa"}},
        ranges={"outlet_pressure": {"low": 1000, "high": 2000}},
    )
    points = points_of(build(row), "RTU-12")
    outlet = points["outlet_pressure"]
    assert (outlet.tag, outlet.low, outlet.high, outlet.period_s) == ("R12.PT-1202", 1000, 2000, 2)
    default = MODELS["station-rtu"].properties["outlet_pressure"].limits
    assert outlet.limits == Limits(
        hh=1640, h=1600, l=1440, ll=None, deadband=2, on_delay_s=default.on_delay_s, off_delay_s=default.off_delay_s
    )
    assert points["inlet_pressure"].tag == "RTU-12.PT-IN"


def test_forms_carry_the_site_and_the_device() -> None:
    registry, forms = build_registry((STATION, WELL), (well(),), MODELS, EMPTY, "hz")
    assert sorted(forms) == [point.id for point in registry.points]
    assert {form.topic for form in forms.values() if isinstance(form, MqttForm)} == {"lp/hz/VWM-3/up"}


def test_names_are_kept_literally() -> None:
    name = "<img src=x onerror=alert(1)>\u202e\n='cmd'"
    asset = AssetRow(id="A", kind=AssetKind.AREA, name=name)
    assert build_registry((asset,), (), MODELS, EMPTY, "hz")[0].assets[0].name == name


def test_what_no_row_names_stays() -> None:
    before = build(rtu(), well())
    after = build_registry((), (valve(),), MODELS, before, "hz")[0]
    assert after.assets == before.assets
    assert after.devices[:2] == before.devices
    assert after.points[:39] == before.points


A = {"host": "10.0.0.12", "port": 502, "unit": 1}
REFUSED: list[tuple[list[DeviceRow], str]] = [
    ([well(model="teapot")], "device row 1: there is no thing model 'teapot' (there are: ci-flow-meter, "),
    ([well(asset="VW-4")], "device row 1: asset VW-4 is not registered"),
    ([well(), well()], "device row 2: device VWM-3 is there already as VWM-3"),
    ([well(), well("vwm-3")], "device row 2: device vwm-3 is there already as VWM-3"),
    ([valve(protocol=None)], "device row 1: the model motor-valve speaks modbus, mqtt: name the protocol"),
    ([valve(protocol="coap")], "device row 1: the model motor-valve has no forms for coap"),
    ([rtu(), rtu("RTU-13")], "device row 2: 10.0.0.12:502 unit 1 is device RTU-12's already"),
    (
        [rtu(address=A | {"host": "GW"}), rtu("B", address=A | {"host": "gw"})],
        "device row 2: gw:502 unit 1 is device RTU-12's already",
    ),
    (
        [well(), well("X", address={"topic_prefix": "lp/hz/VWM-3"})],
        "device row 2: topic lp/hz/VWM-3/up is device VWM-3's already",
    ),
    ([rtu(address={})], "device row 1: address.host is missing"),
    ([rtu(address={"host": "a"})], "device row 1: address.unit is missing"),
    ([rtu(address=A | {"unti": 1})], "device row 1: address.unti is not a known key (host, port, unit)"),
    ([rtu(address=A | {"host": "a b"})], "device row 1: address.host 'a b' is neither a host name nor an IP address"),
    ([rtu(address=A | {"host": "10.0.0.12/x"})], "device row 1: address.host '10.0.0.12/x' is neither"),
    ([rtu(address=A | {"port": 0})], "device row 1: address.port '0' is not a number that can be used here"),
    ([rtu(address=A | {"port": "65536"})], "device row 1: address.port '65536' is not a number"),
    ([rtu(address=A | {"port": "５02"})], "device row 1: address.port '５02' is not a number"),
    ([rtu(address=A | {"unit": 0})], "device row 1: address.unit 0 is the broadcast address"),
    ([rtu(address=A | {"unit": 248})], "device row 1: address.unit '248' is not a number"),
    ([well(address={"topic_prefix": "a/#"})], "device row 1: address.topic_prefix 'a/#' must be levels"),
    ([well(address={"host": "a"})], "device row 1: address.host is not a known key (topic_prefix)"),
    (
        [well(tags={"ch5": "X"})],
        "device row 1: tags.ch5: the model valve-well-monitor gives no such property over mqtt",
    ),
    ([well(limits={"ch5": {}})], "device row 1: limits.ch5: the model"),
    ([well(ranges={"ch5": {"low": 0, "high": 1}})], "device row 1: ranges.ch5: the model"),
    ([well(limits={"ch4": {"h": 30}})], "device row 1: limits.ch4.hh must be above h (30.0)"),
    ([well(limits={"ch4": {"hh": 200}})], "device row 1: limits.ch4.hh 200.0 lies outside the range 0.0 to 100.0"),
    (
        [rtu(limits={"outlet_pressure": {"h": 0.4, "unit": "MPa"}})],
        "device row 1: limits.outlet_pressure: given in 'MPa', but the point is in 'kPa'",
    ),
    ([well(ranges={"ch4": {"low": 5, "high": 5}})], "device row 1: ranges.ch4: low must be below high"),
    (
        [well(ranges={"ch4": {"low": 0, "high": 15}})],
        "device row 1: limits.ch4.hh 20.0 lies outside the range 0.0 to 15.0",
    ),
    ([well(ranges={"lid": {"low": 0, "high": 2}})], "device row 1: ranges.lid: a switch has no other range"),
    (
        [rtu(ranges={"filter_a_dp": {"low": 0, "high": 9000}})],
        "device row 1: ranges.filter_a_dp: the device's registers cannot hold it",
    ),
    ([well(tags={"ch4": "T", "lid": "t"})], "device row 1: tag t is device VWM-3's already"),
    ([well(), rtu(tags={"flow": "VWM-3.AT-CH4"})], "device row 2: tag VWM-3.AT-CH4 is device VWM-3's already"),
    ([well("x" * 60)], "device row 1: tags.ch4: xxxx"),
    ([valve(short_code="", remote_enabled=True)], "device row 1: remote_enabled needs a short_code"),
    (
        [valve(remote_enabled=True), valve("MV-2", remote_enabled=True)],
        "device row 2: short_code 1207 is device MV-1's on this asset",
    ),
    ([well(replaces="VWM-9")], "device row 1: replaces VWM-9, which is not registered"),
]


@pytest.mark.parametrize(("rows", "sentence"), REFUSED)
def test_wrong_rows_are_refused_in_one_sentence(rows: list[DeviceRow], sentence: str) -> None:
    with pytest.raises(ConfigError) as refused:
        build(*rows)
    assert str(refused.value).startswith(sentence)


def asset(name: str, **more: Any) -> AssetRow:
    return AssetRow.model_validate({"id": name, "kind": "pipe", "name": name, **more})


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([asset("A"), asset("A")], "asset row 2: asset A is in another row already"),
        ([asset("A"), asset("a")], "asset row 2: asset a is in another row already"),
        ([asset("r-12")], "asset row 1: asset r-12 differs from R-12 in case only"),
        ([asset("A", parent="B")], "asset row 1: parent B is not a registered asset"),
        ([asset("A", parent="A")], "asset row 1: asset A is a part of itself"),
        ([asset("A", parent="B"), asset("B", parent="A")], "asset row 1: asset A is a part of itself"),
        ([asset("A", lon=5)], "asset row 1: lon and lat belong together"),
        (
            [asset("A", station="gate")],
            "asset row 1: only a supply or a station has a kind of station, not a pipe",
        ),
    ],
)
def test_wrong_assets_are_refused(rows: list[AssetRow], sentence: str) -> None:
    with pytest.raises(ConfigError) as refused:
        build_registry(rows, (), MODELS, build(), "hz")
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("row", "station", "medium"),
    [
        (asset("A", kind="supply"), StationKind.GATE, Medium.PIPED_GAS),
        (asset("A", kind="station"), StationKind.REGULATING, Medium.PIPED_GAS),
        (asset("A", kind="supply", station="gasification"), StationKind.GASIFICATION, Medium.PIPED_GAS),
        (
            asset("A", kind="station", station="lpg-filling", medium="bottled-lpg"),
            StationKind.LPG_FILLING,
            Medium.BOTTLED_LPG,
        ),
        (asset("A", medium="cylinder-cng"), None, Medium.CYLINDER_CNG),
        (asset("A", kind="vehicle"), None, None),
        (asset("A", kind="detector"), None, None),
    ],
)
def test_a_station_says_its_kind_and_medium_or_has_the_usual_ones(
    row: AssetRow, station: StationKind | None, medium: Medium | None
) -> None:
    (made,) = build_registry((row,), (), MODELS, EMPTY, "hz")[0].assets
    assert (made.station, made.medium) == (station, medium)


def test_all_seven_kinds_of_station_can_be_registered() -> None:
    rows = [asset(kind, kind="station", station=kind) for kind in StationKind]
    made = build_registry(rows, (), MODELS, EMPTY, "hz")[0].assets
    assert [one.station for one in made] == list(StationKind)
    assert len(made) == 7


def test_an_asset_of_an_older_register_is_the_usual_station() -> None:
    old = from_body('{"id": "R-1", "kind": "station", "name": "R-1"}', Asset, "asset", "R-1")
    assert (old.station, station_of(old), medium_of(old)) == (None, StationKind.REGULATING, Medium.PIPED_GAS)


def test_an_asset_may_come_before_its_parent() -> None:
    registry = build_registry((asset("B", parent="A"), asset("A")), (), MODELS, EMPTY, "hz")[0]
    assert [one.id for one in registry.assets] == ["B", "A"]


def test_a_device_is_fed_as_its_model_or_its_row_says() -> None:
    power = {device.id: device.power for device in build(rtu(), well(), well("VWM-4", power="mains")).devices}
    assert power == {"RTU-12": PowerClass.MAINS, "VWM-3": PowerClass.BATTERY, "VWM-4": PowerClass.MAINS}


def test_a_battery_is_never_worn_down_by_polling() -> None:
    with pytest.raises(ConfigError, match="a battery device must report by itself: modbus would poll it"):
        build(rtu(power="battery"))
