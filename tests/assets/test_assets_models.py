"""The shipped thing models: all parse, say what the driver is to exercise, and bind as worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backend.alarms import HORN_ALARM
from backend.commands.alarming import RAISED
from backend.model.form import DataType, ModbusForm, MqttForm, Space
from backend.model.plant import QuantityKind
from backend.model.thing_model import Category, ThingModel, forms_of, parse
from backend.site import alarm_responses, thing_models

FOLDER = Path(__file__).parents[2] / "assets" / "models"
NAMES = (
    "ci-flow-meter",
    "ci-gas-meter",
    "cng-station",
    "gas-analyser",
    "gas-holder-station",
    "gas-meter",
    "leak-detector",
    "lng-station",
    "lpg-filling-plant",
    "lpg-storage-station",
    "motor-valve",
    "pressure-logger",
    "regulator-cabinet",
    "station-rtu",
    "valve-well-monitor",
    "vehicle-tracker",
)
MODELS = thing_models()
WITH_FORMS = [(name, protocol) for name in NAMES for protocol in MODELS[name].protocols]


def test_exactly_these_models_are_shipped() -> None:
    assert tuple(sorted(MODELS)) == NAMES
    assert tuple(sorted(path.stem for path in FOLDER.glob("*.json"))) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_model_goes_round_through_pydantic_unchanged(name: str) -> None:
    document = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    model = parse(document, file=name)
    again = json.loads(model.model_dump_json(by_alias=True, exclude_unset=True))
    assert again == document
    assert parse(again, file=name) == model


@pytest.mark.parametrize("name", NAMES)
def test_every_text_is_given_in_both_languages(name: str) -> None:
    model = MODELS[name]
    titled = [model, *model.properties.values(), *model.actions.values(), *model.events.values()]
    assert [one.title for one in titled if not one.title_zh] == []
    assert model.version == "1.0.0"


@pytest.mark.parametrize(("name", "protocol"), WITH_FORMS)
def test_every_property_is_bound_over_every_protocol_of_its_model(name: str, protocol: str) -> None:
    model = MODELS[name]
    forms = forms_of(model, protocol=protocol, site="hz", device="D1")
    assert list(forms) == list(model.properties)


def test_together_they_use_every_space_type_and_byte_order() -> None:
    forms = [
        form
        for name, protocol in WITH_FORMS
        for form in forms_of(MODELS[name], protocol=protocol, site="hz", device="D1").values()
        if isinstance(form, ModbusForm)
    ]
    assert {form.space for form in forms} == set(Space)
    assert {form.type for form in forms} >= {
        DataType.BOOL,
        DataType.INT16,
        DataType.UINT16,
        DataType.INT32,
        DataType.UINT32,
        DataType.UINT64,
        DataType.FLOAT32,
        DataType.FLOAT64,
    }
    wide = {(form.big_end_byte, form.big_end_word) for form in forms if form.registers > 1}
    assert wide == {(True, True), (True, False), (False, True), (False, False)}
    assert {form.bits is not None for form in forms} == {True, False}
    assert any(form.scale != 1 for form in forms)


# What the RTU's register list says, written down by hand: (space, address, type, word order, bits, scale).
ABCD, CDAB = True, False
RTU = {
    "inlet_pressure": (Space.INPUT, 0, DataType.FLOAT32, ABCD, None, 1.0),
    "inlet_temperature": (Space.INPUT, 2, DataType.INT16, ABCD, None, 0.1),
    "filter_a_dp": (Space.INPUT, 3, DataType.UINT16, ABCD, None, 0.1),
    "filter_b_dp": (Space.INPUT, 4, DataType.UINT16, ABCD, None, 0.1),
    "heater_inlet_temperature": (Space.INPUT, 5, DataType.INT16, ABCD, None, 0.1),
    "heater_outlet_temperature": (Space.INPUT, 6, DataType.INT16, ABCD, None, 0.1),
    "burner_on": (Space.COIL, 0, DataType.BOOL, ABCD, None, 1.0),
    "room_ch4": (Space.INPUT, 7, DataType.UINT16, ABCD, None, 0.1),
    "odorant_level": (Space.INPUT, 8, DataType.UINT16, ABCD, None, 0.1),
    "battery_voltage": (Space.INPUT, 9, DataType.UINT16, ABCD, None, 0.01),
    "run_a_outlet_pressure": (Space.INPUT, 10, DataType.FLOAT32, CDAB, None, 1.0),
    "run_a_opening": (Space.INPUT, 12, DataType.UINT16, ABCD, None, 0.1),
    "run_a_slam_shut": (Space.DISCRETE_INPUT, 0, DataType.BOOL, ABCD, None, 1.0),
    "run_a_setpoint": (Space.HOLDING, 0, DataType.FLOAT32, CDAB, None, 1.0),
    "run_a_setpoint_feedback": (Space.INPUT, 13, DataType.FLOAT32, CDAB, None, 1.0),
    "run_b_outlet_pressure": (Space.INPUT, 15, DataType.FLOAT32, CDAB, None, 1.0),
    "run_b_opening": (Space.INPUT, 17, DataType.UINT16, ABCD, None, 0.1),
    "run_b_slam_shut": (Space.DISCRETE_INPUT, 1, DataType.BOOL, ABCD, None, 1.0),
    "run_b_setpoint": (Space.HOLDING, 2, DataType.FLOAT32, CDAB, None, 1.0),
    "run_b_setpoint_feedback": (Space.INPUT, 18, DataType.FLOAT32, CDAB, None, 1.0),
    "flow": (Space.INPUT, 20, DataType.FLOAT32, ABCD, None, 1.0),
    "total_volume": (Space.INPUT, 22, DataType.UINT64, ABCD, None, 0.001),
    "odorant_concentration": (Space.INPUT, 26, DataType.FLOAT32, ABCD, None, 1.0),
    "outlet_pressure": (Space.INPUT, 28, DataType.FLOAT32, ABCD, None, 1.0),
    "outlet_temperature": (Space.INPUT, 30, DataType.INT16, ABCD, None, 0.1),
    "inlet_valve_position": (Space.INPUT, 32, DataType.UINT16, ABCD, (0, 2), 1.0),
    "inlet_valve_opening_percent": (Space.INPUT, 31, DataType.UINT16, ABCD, None, 0.1),
    "inlet_valve_local_remote": (Space.INPUT, 32, DataType.UINT16, ABCD, (2, 1), 1.0),
    "inlet_valve_fault": (Space.INPUT, 32, DataType.UINT16, ABCD, (3, 1), 1.0),
    "inlet_valve_command": (Space.HOLDING, 4, DataType.UINT16, ABCD, None, 1.0),
    "door": (Space.DISCRETE_INPUT, 2, DataType.BOOL, ABCD, None, 1.0),
    "mains_power": (Space.DISCRETE_INPUT, 3, DataType.BOOL, ABCD, None, 1.0),
}


def test_station_rtu_lies_where_its_register_list_says() -> None:
    expected = {
        name: ModbusForm(space=space, address=address, type=kind, big_end_word=words, bits=bits, scale=scale)
        for name, (space, address, kind, words, bits, scale) in RTU.items()
    }
    assert forms_of(MODELS["station-rtu"], protocol="modbus", site="hz", device="RTU-1") == expected


def test_cabinet_topics_are_those_of_its_site_and_device() -> None:
    forms = forms_of(MODELS["regulator-cabinet"], protocol="mqtt", site="hz", device="RC-07")
    assert forms["ch4"] == MqttForm(topic="lp/hz/RC-07/up", pointer=("values", "ch4"), time_pointer=("t",))
    assert forms["outlet_setpoint"] == MqttForm(
        topic="lp/hz/RC-07/up",
        pointer=("values", "outlet_setpoint"),
        time_pointer=("t",),
        command_topic="lp/hz/RC-07/cmd",
        reply_topic="lp/hz/RC-07/ack",
    )


def test_methane_alarms_at_ten_and_twenty_percent_and_is_never_shelvable() -> None:
    found = [
        entry.limits
        for model in MODELS.values()
        for entry in model.properties.values()
        if (entry.kind, entry.unit) == (QuantityKind.CONCENTRATION, "%LEL")
    ]
    assert len(found) == 15
    assert {(one.h, one.priority_h, one.hh, one.priority_hh, one.gas_leak) for one in found} == {(10, 3, 20, 1, True)}


def test_slam_shuts_latch_until_reset_in_the_field() -> None:
    found = [
        entry.limits for model in MODELS.values() for name, entry in model.properties.items() if "slam_shut" in name
    ]
    assert len(found) == 3
    assert {(one.normal_state, one.priority_state, one.latching) for one in found} == {(0, 2, True)}


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS.keys())
def test_every_abnormal_switch_has_a_state_alarm(model: ThingModel) -> None:
    silent = [
        name
        for name, entry in model.properties.items()
        if entry.category is Category.ABNORMAL and entry.limits.normal_state is None
    ]
    assert silent == []
    assert {entry.category for entry in model.properties.values()} >= {Category.MONITORED, Category.RUNNING}


def test_valve_actions_are_proved_by_the_limit_switches() -> None:
    actions = MODELS["motor-valve"].actions
    assert {
        name: (one.verb, one.writes, one.value, one.feedback, one.feedback_value) for name, one in actions.items()
    } == {"open": ("open", "command", 1, "position", 1), "close": ("close", "command", 2, "position", 2)}
    assert MODELS["motor-valve"].properties["position"].state_words("en") == {
        0: "travelling",
        1: "open",
        2: "closed",
        3: "contradictory",
    }


@pytest.mark.parametrize(
    "name", ["cng-station", "gas-holder-station", "lng-station", "lpg-filling-plant", "lpg-storage-station"]
)
def test_stations_with_gas_in_store_raise_fire_gas_and_emergency_stop_apart(name: str) -> None:
    model = MODELS[name]
    fire, stop = (model.properties[one].limits for one in ("fire_call", "emergency_stop"))
    assert (fire.normal_state, fire.priority_state, fire.latching) == (0, 1, False)
    assert (stop.normal_state, stop.priority_state, stop.latching) == (0, 1, True)
    assert [one for one, entry in model.properties.items() if entry.limits.gas_leak] != []


LEVELS = ("hh", "h", "l", "ll", "rate")


@pytest.mark.parametrize("name", NAMES)
def test_every_alarm_that_a_model_raises_says_what_to_do(name: str) -> None:
    silent = [
        (prop, level)
        for prop, entry in MODELS[name].properties.items()
        for level in (*LEVELS, "state")
        if getattr(entry.limits, "normal_state" if level == "state" else level) is not None
        if level not in entry.responses
    ]
    assert silent == []


@pytest.mark.parametrize("name", NAMES)
def test_the_more_urgent_level_leaves_no_more_time(name: str) -> None:
    for entry in MODELS[name].properties.values():
        for outer, inner in (("hh", "h"), ("ll", "l")):
            respond = {key: answer.respond_s for key, answer in entry.responses.items()}
            assert respond.get(outer, 0) <= respond.get(inner, float("inf"))


def test_alarms_of_no_model_say_what_to_do() -> None:
    conditions = {"lost", "bad-input", HORN_ALARM.condition, *(kind.condition for kind in RAISED.values())}
    assert set(alarm_responses()) == conditions
