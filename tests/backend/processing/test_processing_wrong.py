"""Chains that cannot be meant are refused with file, path and reason; targets that are not allowed too."""

from __future__ import annotations

from typing import Any

import pytest

from backend.errors import ConfigError
from backend.model.form import MqttForm
from backend.model.plant import Device, Point, QuantityKind, Registry
from backend.model.thing_model import ThingModel, parse
from backend.processing import Input, check_targets, try_chain
from tests.support.thing_documents import a_model, measured

Step = dict[str, Any]


def read(*steps: Step, computed: bool = False) -> ThingModel:
    document = a_model() | {"lp:processing": list(steps)}
    document["properties"] |= {"double": measured("DBL")} if computed else {}
    return parse(document, file="tester.json")


def step(kind: str, **parameters: Any) -> Step:
    return {"step": kind, "property": "pressure", **parameters}


def formula(text: str) -> Step:
    return {"step": "compute", "property": "double", "expression": text}


WRONG: list[tuple[Step, str, str]] = [
    (step("invent"), "/0/step", "must be one of"),
    (step("filter", deadband=1), "/0/deadband", "is not a known key"),
    (step("filter"), "/0", "needs one of deadBand, low, high"),
    (step("filter", deadBand=-1), "/0/deadBand", "must be at least 0"),
    (step("filter", deadBand="1"), "/0/deadBand", "must be a number"),
    (step("filter", longest=3, low=0), "/0/longest", "needs deadBand"),
    (step("filter", deadBand=1, longest=15), "/0/longest", "less than three periods"),
    (step("filter", low=50, high=20), "/0/high", "must be above low"),
    (step("filter", high=440), "/0/high", "would hide the alarm limit hh"),
    (step("filter", scale=2, low=0), "/0/scale", "does not belong to the step filter"),
    (step("convert"), "/0", "needs one of scale, offset, unit"),
    (step("convert", scale=0), "/0/scale", "must not be 0"),
    (step("convert", unit="m³/h"), "/0/unit", "cannot be converted to 'kPa'"),
    (step("convert", unit="Pa", scale=2), "/0/unit", "in place of scale"),
    (step("clean", within=3, low=0), "/0/within", "needs spike"),
    (step("clean", low=120), "/0/low", "would hide the alarm limit ll"),
    (step("forward"), "/0/to", "is missing"),
    (step("forward", to="ftp://x/"), "/0/to", "must be mqtt:out/"),
    (step("forward", to="http://me:secret@127.0.0.1/"), "/0/to", "user or password"),
    (step("forward", to="mqtt:lp/linjiang/XV-1/cmd"), "/0/to", "begins with out/"),
    (step("forward", to="mqtt:out/#"), "/0/to", "must be levels"),
    ({"step": "filter", "property": "nothing", "low": 0}, "/0/property", "is not a property"),
    ({"step": "convert", "property": "setpoint", "scale": 2}, "/0/property", "is writable"),
    ({"step": "filter", "property": "feedback", "low": 0}, "/0/property", "proves or guards a command"),
    ({"step": "filter", "property": "lock", "low": 0}, "/0/property", "is a switch"),
    ({"step": "compute", "property": "pressure", "expression": "feedback"}, "s/pressure/forms", "not read from"),
]
FORMULAS = [
    ("pressure +", "is not an expression"),
    ("2 * 3", "names no property"),
    ("pressure + nothing", "nothing is not a property"),
    ("double + 1", "double is not a property"),
    ("pressure + lock", "adds or compares 'kPa' and ''"),
    ("lock + 1", "gives '', not 'kPa'"),
    ("pressure > 3", "true or false, not a number"),
    ("where(pressure, 1, 2)", "needs a comparison"),
    ("sqrt(pressure, 2)", "takes 1 arguments"),
    ("__import__('os').system('true')", "cannot be used"),
    ("pressure.real", "cannot be used"),
    ("(lambda: pressure)()", "cannot be used"),
    ("pressure and lock", "cannot be used"),
    ("'a'", "cannot be used"),
    ("-" * 60 + "pressure", "nested too deeply"),
]


@pytest.mark.parametrize(("wrong", "place", "reason"), WRONG)
def test_a_wrong_step_is_refused_with_file_place_and_reason(wrong: Step, place: str, reason: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read(wrong)
    sentence = str(refused.value)
    assert sentence.startswith("tester.json, at /")
    assert f"{place}: " in sentence
    assert reason in sentence


@pytest.mark.parametrize(("text", "reason"), FORMULAS)
def test_a_wrong_expression_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=r"tester\.json, at /lp:processing/0/expression: ") as refused:
        read(formula(text), computed=True)
    assert reason in str(refused.value)


def test_a_property_without_form_must_be_computed() -> None:
    with pytest.raises(ConfigError, match="at /properties/double/forms: is missing"):
        read(computed=True)


def test_nothing_is_done_to_a_value_after_it_was_forwarded() -> None:
    with pytest.raises(ConfigError, match="at /lp:processing/1/property: pressure is forwarded further up"):
        read(step("forward", to="http://127.0.0.1/"), step("convert", scale=2))


@pytest.mark.parametrize(
    ("text", "value"),
    [("pressure * 2", 600.0), ("1 / 2 * pressure", 150.0), ("where(pressure > 200, pressure - 100, 0)", 200.0)],
)
def test_a_right_expression_is_computed(text: str, value: float) -> None:
    results = try_chain(read(formula(text), computed=True), [Input(property="pressure", at_s=0, value=300.0)])
    assert [(row.property, row.value) for row in results[-1].rows] == [("pressure", 300.0), ("double", value)]


def test_a_trial_refuses_what_no_device_gives() -> None:
    with pytest.raises(ConfigError, match="double is not a property that a device gives"):
        try_chain(read(formula("pressure"), computed=True), [Input(property="double", at_s=0, value=1.0)])


def registry() -> Registry:
    point = Point(
        id=0,
        tag="T.PT",
        device="T",
        asset="T",
        property="pressure",
        title="",
        title_zh="",
        kind=QuantityKind.PRESSURE,
        unit="kPa",
        low=0.0,
        high=600.0,
        precision=0,
        period_s=5.0,
    )
    return Registry(devices=(Device(id="T", model="tester", asset="T", protocol="mqtt"),), points=(point,))


@pytest.mark.parametrize(
    ("to", "broker", "reason"),
    [
        ("http://192.0.2.7/in", True, "forwards to 192.0.2.7, which is neither this machine nor named"),
        ("mqtt:out/{{SITE}}/{{DEVICE}}", False, "the site has no broker"),
        ("mqtt:out/{{SITE}}/{{DEVICE}}", True, "forwards to out/s/T, which is a device's"),
    ],
)
def test_a_target_that_is_not_allowed_is_refused(to: str, broker: bool, reason: str) -> None:
    form = MqttForm(topic="up", pointer=("p",), time_pointer=("t",), command_topic="out/s/T")
    with pytest.raises(ConfigError) as refused:
        check_targets(
            registry(),
            {"tester": read(step("forward", to=to))},
            {0: form},
            site="s",
            broker=broker,
            may_forward=lambda host: host == "127.0.0.1",
        )
    assert reason in str(refused.value)
