"""Thing models: every wrong one is refused with file, place and reason; right ones give their forms and limits."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backend.errors import ConfigError
from backend.model.form import DataType, ModbusForm, MqttForm, Space
from backend.model.plant import Limits
from backend.model.thing_form_checks import RAW_RANGE, fits
from backend.model.thing_model import FormEntry, LimitsEntry, forms_of, limits_of, parse
from backend.model.wording import json_pointer

Document = dict[str, Any]
Edit = Callable[[Document], object]


def modbus(register: int, space: str = "InputRegister", kind: str = "xsd:float", **more: Any) -> Document:
    return {
        "href": f"modbus+tcp://{{{{HOST}}}}:{{{{PORT}}}}/{{{{UNIT}}}}/{register}",
        "op": ["readproperty"],
        "modv:entity": space,
        "modv:type": kind,
        **more,
    }


def mqtt(key: str, op: str = "observeproperty", topic: str = "up", **more: Any) -> Document:
    return {
        "href": "mqtt://{{BROKER}}",
        "op": op,
        "mqv:topic": f"lp/{{{{SITE}}}}/{{{{DEVICE}}}}/{topic}",
        "lp:pointer": f"/values/{key}",
        **more,
    }


WRITE = {"op": "writeproperty", "topic": "cmd", "lp:replyTopic": "lp/{{SITE}}/{{DEVICE}}/ack"}


def measured(tag: str, *forms: Document) -> Document:
    return {
        "title": "Pressure",
        "titles": {"zh": "压力"},
        "type": "number",
        "unit": "kPa",
        "minimum": 0,
        "maximum": 600,
        "readOnly": True,
        "lp:quantityKind": "pressure",
        "lp:precision": 1,
        "lp:tag": tag,
        "lp:period": 5,
        "lp:category": "monitored",
        "lp:limits": {"ll": 100, "l": 150, "h": 420, "hh": 450, "deadband": 5},
        "forms": list(forms),
    }


def a_model() -> Document:
    """A small right model: a pressure, its set-point with read-back, a lock; over both protocols."""
    lock = measured("LR", modbus(0, "DiscreteInput", "xsd:boolean"), mqtt("lock"))
    lock |= {"type": "integer", "unit": "", "maximum": 1, "lp:quantityKind": "switch", "lp:precision": 0}
    lock |= {"lp:limits": {"normal_state": 1}}
    lock |= {"lp:states": {"0": {"en": "local", "zh": "就地"}, "1": {"en": "remote", "zh": "远方"}}}
    setpoint = measured(
        "SP",
        modbus(0, "HoldingRegister", op=["readproperty", "writeproperty"]),
        mqtt("setpoint"),
        mqtt("setpoint", **WRITE),
    )
    setpoint |= {"readOnly": False, "lp:actuator": "electric", "lp:limits": {}}
    return {
        "@context": "https://www.w3.org/2022/wot/td/v1.1",
        "@type": "tm:ThingModel",
        "id": "urn:linepack:tm:tester",
        "title": "Tester",
        "version": {"model": "1.2.3"},
        "properties": {
            "pressure": measured("PT", modbus(0), mqtt("pressure")),
            "feedback": measured("SPF", modbus(2), mqtt("feedback")),
            "setpoint": setpoint,
            "lock": lock,
        },
        "actions": {
            "set_pressure": {
                "title": "Set pressure",
                "lp:verb": "set",
                "lp:writes": "setpoint",
                "lp:feedback": "feedback",
                "lp:verifyWithin": 30,
                "lp:interlocks": [{"property": "lock", "equals": 1}],
            }
        },
        "events": {"tamper": {"title": "Tamper", "forms": [mqtt("tamper", "subscribeevent", "event")]}},
    }


P = "/properties/pressure"
S = "/properties/setpoint"
A = "/actions/set_pressure"


def put(path: str, value: object) -> Edit:
    """Set the member at a JSON pointer."""

    def edit(document: Document) -> None:
        *above, last = [part.replace("~1", "/") for part in path.split("/")[1:]]
        here: Any = document
        for part in above:
            here = here[int(part)] if isinstance(here, list) else here[part]
        here[int(last) if isinstance(here, list) else last] = value

    return edit


def drop(path: str) -> Edit:
    """Take the member at a JSON pointer away."""

    def edit(document: Document) -> None:
        *above, last = path.split("/")[1:]
        here: Any = document
        for part in above:
            here = here[int(part)] if isinstance(here, list) else here[part]
        del here[int(last) if isinstance(here, list) else last]

    return edit


def both(*edits: Edit) -> Edit:
    def edit(document: Document) -> None:
        for one in edits:
            one(document)

    return edit


# (name, edit, place, words of the reason)
WRONG: list[tuple[str, Edit, str, str]] = [
    ("not a thing model", put("/@type", "Thing"), "/@type", "must be tm:ThingModel"),
    ("no id", drop("/id"), "/id", "is missing"),
    ("id is no urn", put("/id", "tester"), "/id", "does not have the form"),
    ("no version", drop("/version"), "/version", "is missing"),
    ("version of two parts", put("/version/model", "1.2"), "/version/model", "does not have the form"),
    ("no properties", put("/properties", {}), "/properties", "needs at least 1 entries"),
    ("properties are a list", put("/properties", []), "/properties", "must be an object"),
    ("title is a number", put("/title", 5), "/title", "must be text"),
    ("title is empty", put("/title", ""), "/title", "must not be empty"),
    ("title of 201 characters", put("/title", "x" * 201), "/title", "is longer than 200 characters"),
    ("title with NUL", put("/title", "a\0b"), "/title", "holds the character NUL"),
    ("extends another", put("/links", [{"rel": "tm:extends", "href": "x"}]), "/links", "written out in full"),
    ("property name", put("/properties/Bad-Name", measured("X", modbus(8))), "/properties/Bad-Name", "lower-case"),
    ("no unit", drop(f"{P}/unit"), f"{P}/unit", "is missing"),
    ("no minimum", drop(f"{P}/minimum"), f"{P}/minimum", "is missing"),
    ("no maximum", drop(f"{P}/maximum"), f"{P}/maximum", "is missing"),
    ("no precision", drop(f"{P}/lp:precision"), f"{P}/lp:precision", "is missing"),
    ("no kind", drop(f"{P}/lp:quantityKind"), f"{P}/lp:quantityKind", "is missing"),
    ("no period", drop(f"{P}/lp:period"), f"{P}/lp:period", "is missing"),
    ("no category", drop(f"{P}/lp:category"), f"{P}/lp:category", "is missing"),
    ("no readOnly", drop(f"{P}/readOnly"), f"{P}/readOnly", "is missing"),
    ("readOnly is text", put(f"{P}/readOnly", "yes"), f"{P}/readOnly", "must be true or false"),
    ("unknown kind", put(f"{P}/lp:quantityKind", "taste"), f"{P}/lp:quantityKind", "must be one of"),
    ("unit of another kind", put(f"{P}/unit", "°C"), f"{P}/unit", "is not a unit of pressure"),
    ("range upside down", put(f"{P}/maximum", 0), f"{P}/maximum", "must be above the minimum"),
    ("range is text", put(f"{P}/maximum", "600"), f"{P}/maximum", "must be a number"),
    ("range is infinite", put(f"{P}/maximum", float("inf")), f"{P}/maximum", "must be a finite number"),
    ("precision is a fraction", put(f"{P}/lp:precision", 1.5), f"{P}/lp:precision", "must be a whole number"),
    ("precision of 9", put(f"{P}/lp:precision", 9), f"{P}/lp:precision", "must be at most 6"),
    ("period of 0", put(f"{P}/lp:period", 0), f"{P}/lp:period", "must be more than 0"),
    ("tag with a blank", put(f"{P}/lp:tag", "P T"), f"{P}/lp:tag", "does not have the form"),
    ("tag with bidi", put(f"{P}/lp:tag", "PT\u202e1"), f"{P}/lp:tag", "does not have the form"),
    ("tag with a line end", put(f"{P}/lp:tag", "PT\n"), f"{P}/lp:tag", "does not have the form"),
    ("tag twice", put(f"{S}/lp:tag", "spf"), f"{S}/lp:tag", "is given twice"),
    ("unknown lp key", put(f"{P}/lp:limit", {}), f"{P}/lp:limit", "is not a known key"),
    ("unknown lp key at the top", put("/lp:owner", "x"), "/lp:owner", "is not a known key"),
    ("unknown modv key", put(f"{P}/forms/0/modv:function", 3), f"{P}/forms/0/modv:function", "not a known key"),
    ("unknown mqv key", put(f"{P}/forms/1/mqv:filter", "a/#"), f"{P}/forms/1/mqv:filter", "not a known key"),
    ("key in other case", put(f"{P}/readonly", False), f"{P}/readonly", "did you mean readOnly?"),
    ("unknown limit", put(f"{P}/lp:limits/hhh", 3), f"{P}/lp:limits/hhh", "is not a known key"),
    ("limit out of range", put(f"{P}/lp:limits/hh", 700), f"{P}/lp:limits/hh", "outside the range"),
    ("limits out of order", put(f"{P}/lp:limits/h", 460), f"{P}/lp:limits/hh", "must be above h"),
    ("dead band too wide", put(f"{P}/lp:limits/deadband", 300), f"{P}/lp:limits/deadband", "as wide as the band"),
    ("negative dead band", put(f"{P}/lp:limits/deadband", -1), f"{P}/lp:limits/deadband", "must be at least 0"),
    ("priority 5", put(f"{P}/lp:limits/priority_h", 5), f"{P}/lp:limits/priority_h", "must be at most 4"),
    ("hh less urgent", put(f"{P}/lp:limits/priority_hh", 4), f"{P}/lp:limits/priority_hh", "as urgent as"),
    ("gas leak of a pressure", put(f"{P}/lp:limits/gas_leak", True), f"{P}/lp:limits/gas_leak", "concentration"),
    ("state of a pressure", put(f"{P}/lp:limits/normal_state", 0), f"{P}/lp:limits/normal_state", "only a switch"),
    ("high limit of a switch", put("/properties/lock/lp:limits/h", 1), "/properties/lock/lp:limits/h", "a switch"),
    ("state that is none", put("/properties/lock/lp:limits/normal_state", 7), "/properties/lock/lp:limits/normal_state", "not one of the states"),
    ("state without a word", drop("/properties/lock/lp:states/1"), "/properties/lock/lp:states", "a word for every"),
    ("state without Chinese", drop("/properties/lock/lp:states/1/zh"), "/properties/lock/lp:states/1/zh", "is missing"),
    ("switch of a billion states", put("/properties/lock/maximum", 10**12), "/properties/lock/lp:states", "a word for every"),
    ("states of a pressure", put(f"{P}/lp:states", {"0": {"en": "a", "zh": "b"}}), f"{P}/lp:states", "only a switch"),
    ("switch is no integer", put("/properties/lock/type", "number"), "/properties/lock/type", "type integer"),
    ("write only", put(f"{P}/writeOnly", True), f"{P}/writeOnly", "cannot be read back"),
    ("no forms", put(f"{P}/forms", []), f"{P}/forms", "needs at least 1"),
    ("no op", drop(f"{P}/forms/0/op"), f"{P}/forms/0/op", "is missing"),
    ("unknown op", put(f"{P}/forms/0/op", ["invokeaction"]), f"{P}/forms/0/op/0", "must be one of"),
    ("foreign protocol", put(f"{P}/forms/0/href", "http://x/1"), f"{P}/forms/0/href", "neither a modbus+tcp"),
    ("register is no number", put(f"{P}/forms/0/href", "modbus+tcp://{{HOST}}:{{PORT}}/{{UNIT}}/x"), f"{P}/forms/0/href", "must be modbus+tcp"),
    ("register 65535 of two", put(f"{P}/forms/0/href", modbus(65535)["href"]), f"{P}/forms/0/href", "beyond register"),
    ("quantity", put(f"{P}/forms/0/href", modbus(0)["href"] + "?quantity=1"), f"{P}/forms/0/href", "must be 2"),
    ("no entity", drop(f"{P}/forms/0/modv:entity"), f"{P}/forms/0/modv:entity", "is missing"),
    ("no type", drop(f"{P}/forms/0/modv:type"), f"{P}/forms/0/modv:type", "is missing"),
    ("one-based", put(f"{P}/forms/0/modv:zeroBasedAddressing", False), f"{P}/forms/0/modv:zeroBasedAddressing", "must be one of"),
    ("float in a coil", put(f"{P}/forms/0/modv:entity", "Coil"), f"{P}/forms/0/modv:type", "does not lie in a Coil"),
    ("boolean in a register", put(f"{P}/forms/0/modv:type", "xsd:boolean"), f"{P}/forms/0/modv:type", "does not lie in"),
    ("range too large", put(f"{P}/forms/0", modbus(0, kind="xsd:short", **{"lp:scale": 0.01})), f"{P}/forms/0/modv:type", "cannot hold the range"),
    ("bits of a float", put(f"{P}/forms/0/lp:bits", [0, 2]), f"{P}/forms/0/lp:bits", "do not lie in"),
    ("bits past the end", put(f"{P}/forms/0", modbus(0, kind="xsd:unsignedShort", **{"lp:bits": [8, 10]})), f"{P}/forms/0/lp:bits", "do not lie in"),
    ("scale of 0", put(f"{P}/forms/0/lp:scale", 0), f"{P}/forms/0/lp:scale", "must not be 0"),
    ("polled too slowly", put(f"{P}/forms/0/modv:pollingTime", 60000), f"{P}/forms/0/modv:pollingTime", "longer than lp:period"),
    ("registers overlap", put(f"{P}/forms/0/href", modbus(1)["href"]), "/properties/feedback/forms/0/href", "overlaps pressure"),
    ("same key twice", put(f"{P}/forms/1/lp:pointer", "/values/feedback"), "/properties/feedback/forms/1/lp:pointer", "is the place of pressure"),
    ("mqtt form with a register", put(f"{P}/forms/1/modv:entity", "Coil"), f"{P}/forms/1/modv:entity", "does not belong"),
    ("modbus form with a topic", put(f"{P}/forms/0/mqv:topic", "a"), f"{P}/forms/0/mqv:topic", "does not belong"),
    ("no topic", drop(f"{P}/forms/1/mqv:topic"), f"{P}/forms/1/mqv:topic", "is missing"),
    ("topic with a wildcard", put(f"{P}/forms/1/mqv:topic", "lp/+/up"), f"{P}/forms/1/mqv:topic", "must be levels"),
    ("topic with an unknown blank", put(f"{P}/forms/1/mqv:topic", "lp/{{CITY}}/up"), f"{P}/forms/1/mqv:topic", "must be levels"),
    ("qos 3", put(f"{P}/forms/1/mqv:qos", "3"), f"{P}/forms/1/mqv:qos", "must be one of"),
    ("pointer without slash", put(f"{P}/forms/1/lp:pointer", "values"), f"{P}/forms/1/lp:pointer", "not a JSON pointer"),
    ("no pointer", drop(f"{P}/forms/1/lp:pointer"), f"{P}/forms/1/lp:pointer", "is missing"),
    ("time pointer", put(f"{P}/forms/1/lp:timePointer", "t"), f"{P}/forms/1/lp:timePointer", "not a JSON pointer"),
    ("read twice", put(f"{P}/forms/1", modbus(8)), f"{P}/forms", "must have one form to read and 0 to write"),
    ("write form of a readOnly", put(f"{P}/forms/1", mqtt("pressure", **WRITE)), f"{P}/forms/1/op", "is readOnly"),
    ("actuator of a readOnly", put(f"{P}/lp:actuator", "electric"), f"{P}/lp:actuator", "moves nothing"),
    ("writable without actuator", drop(f"{S}/lp:actuator"), f"{S}/lp:actuator", "is missing"),
    ("writable without a write form", put(f"{S}/forms/0/op", "readproperty"), f"{S}/forms", "1 to write over modbus"),
    ("writes an input register", put(f"{S}/forms/0/modv:entity", "InputRegister"), f"{S}/forms/0/modv:entity", "cannot be written"),
    ("writes bits", put(f"{S}/forms/0", modbus(0, "HoldingRegister", "xsd:unsignedShort", op=["readproperty", "writeproperty"], **{"lp:bits": [0, 10]})), f"{S}/forms/0/lp:bits", "cannot be written"),
    ("written elsewhere", both(put(f"{S}/forms/0/op", "readproperty"), put(f"{S}/forms/1", modbus(6, "HoldingRegister", op="writeproperty")), drop(f"{S}/forms/2")), f"{S}/forms", "must be written where"),
    ("retained command", put(f"{S}/forms/2/mqv:retain", True), f"{S}/forms/2/mqv:retain", "carried out again"),
    ("command of qos 0", put(f"{S}/forms/2/mqv:qos", "0"), f"{S}/forms/2/mqv:qos", "at least quality of service 1"),
    ("command without reply", drop(f"{S}/forms/2/lp:replyTopic"), f"{S}/forms/2/lp:replyTopic", "is missing"),
    ("command on the report topic", put(f"{S}/forms/2/mqv:topic", "lp/{{SITE}}/{{DEVICE}}/up"), f"{S}/forms/2/mqv:topic", "is used for reports too"),
    ("command packet", put(f"{S}/forms/2/mqv:controlPacket", "subscribe"), f"{S}/forms/2/mqv:controlPacket", "does not suit"),
    ("writable without action", put("/actions", {}), S, "no action writes it"),
    ("action on nothing", put(f"{A}/lp:writes", "pressures"), f"{A}/lp:writes", "is not a writable property"),
    ("action on a sensor", put(f"{A}/lp:writes", "pressure"), f"{A}/lp:writes", "is not a writable property"),
    ("action proved by itself", put(f"{A}/lp:feedback", "setpoint"), f"{A}/lp:feedback", "is not a read-only property"),
    ("set-point proved by a switch", put(f"{A}/lp:feedback", "lock"), f"{A}/lp:feedback", "kind and unit of the set-point"),
    ("set-point with a value", put(f"{A}/lp:value", 5), f"{A}/lp:value", "the person gives it"),
    ("open without a value", put(f"{A}/lp:verb", "open"), f"{A}/lp:value", "is missing"),
    ("unknown verb", put(f"{A}/lp:verb", "slam"), f"{A}/lp:verb", "must be one of"),
    ("no interlocks", put(f"{A}/lp:interlocks", []), f"{A}/lp:interlocks", "needs at least 1"),
    ("interlock on nothing", put(f"{A}/lp:interlocks/0/property", "key"), f"{A}/lp:interlocks/0/property", "is not a property"),
    ("interlock never met", put(f"{A}/lp:interlocks/0/equals", 2), f"{A}/lp:interlocks/0/equals", "is not a value of LR"),
    ("interlock out of reach", drop("/properties/lock/forms/1"), f"{A}/lp:interlocks/0/property", "cannot be read over mqtt"),
    ("feedback out of reach", drop("/properties/feedback/forms/0"), f"{A}/lp:feedback", "cannot be read over modbus"),
    ("second action alike", lambda model: model["actions"].update(again=copy.deepcopy(model["actions"]["set_pressure"])), "/actions/again/lp:verb", "a second action"),
    ("event without a topic", drop("/events/tamper/forms/0/mqv:topic"), "/events/tamper/forms/0/mqv:topic", "is missing"),
    ("event that is read", put("/events/tamper/forms/0/op", "readproperty"), "/events/tamper/forms/0/op", "does not suit"),
    ("property that is an event", put(f"{P}/forms/1/op", "subscribeevent"), f"{P}/forms/1/op", "does not suit"),
]  # fmt: skip


def test_the_model_that_the_wrong_ones_are_made_of_is_right() -> None:
    model = parse(a_model(), file="tester.json")
    assert (model.id, model.version, model.title_zh, model.protocols) == ("tester", "1.2.3", "", ("modbus", "mqtt"))


@pytest.mark.parametrize(("edit", "place", "reason"), [one[1:] for one in WRONG], ids=[one[0] for one in WRONG])
def test_wrong_model_is_refused_with_file_place_and_reason(edit: Edit, place: str, reason: str) -> None:
    document = a_model()
    edit(document)
    with pytest.raises(ConfigError) as refused:
        parse(document, file="models/tester.json")
    sentence = str(refused.value)
    assert sentence.startswith(f"models/tester.json, at {place}: ")
    assert reason in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize("document", [None, [], "text", 5, {}])
def test_what_is_no_object_is_refused(document: object) -> None:
    with pytest.raises(ConfigError, match=r"^tester\.json, at /"):
        parse(document, file="tester.json")


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"tester\.json: is not plain JSON"):
        parse({"title": object()}, file="tester.json")


def test_bottomless_document_is_refused() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ConfigError, match=r"tester\.json: is not plain JSON"):
        parse({"x": deep}, file="tester.json")


def test_keys_of_other_vocabularies_are_kept() -> None:
    document = a_model() | {"schema:manufacturer": {"name": "x"}}
    model = parse(document, file="tester.json")
    assert json.loads(model.model_dump_json(by_alias=True, exclude_unset=True))["schema:manufacturer"] == {"name": "x"}


def test_texts_are_kept_literally() -> None:
    title = "<b>\u202eevil</b>\n{file}"
    assert parse(a_model() | {"title": title}, file="tester.json").title == title


def test_modbus_forms() -> None:
    forms = forms_of(parse(a_model(), file="t"), protocol="modbus", site="hz", device="D/1")
    assert forms == {
        "pressure": ModbusForm(space=Space.INPUT, address=0, type=DataType.FLOAT32),
        "feedback": ModbusForm(space=Space.INPUT, address=2, type=DataType.FLOAT32),
        "setpoint": ModbusForm(space=Space.HOLDING, address=0, type=DataType.FLOAT32),
        "lock": ModbusForm(space=Space.DISCRETE_INPUT, address=0, type=DataType.BOOL),
    }


def test_mqtt_forms_fill_site_and_device() -> None:
    forms = forms_of(parse(a_model(), file="t"), protocol="mqtt", site="hz", device="D-1")
    assert forms["pressure"] == MqttForm(topic="lp/hz/D-1/up", pointer=("values", "pressure"))
    assert forms["setpoint"] == MqttForm(
        topic="lp/hz/D-1/up",
        pointer=("values", "setpoint"),
        command_topic="lp/hz/D-1/cmd",
        reply_topic="lp/hz/D-1/ack",
    )


def test_topic_prefix_of_the_address_replaces_the_usual_one() -> None:
    address = {"topic_prefix": "vendor/9f"}
    forms = forms_of(parse(a_model(), file="t"), protocol="mqtt", site="hz", device="D-1", address=address)
    assert {form.topic for form in forms.values() if isinstance(form, MqttForm)} == {"vendor/9f/up"}


def test_a_pointer_is_split_as_rfc_6901_says() -> None:
    document = a_model()
    document["properties"]["pressure"]["forms"][1] |= {"lp:pointer": "/a~1b/m~0n/", "lp:timePointer": ""}
    forms = forms_of(parse(document, file="t"), protocol="mqtt", site="hz", device="D-1")
    assert forms["pressure"] == MqttForm(topic="lp/hz/D-1/up", pointer=("a/b", "m~n", ""), time_pointer=())


def test_a_property_without_a_form_in_the_protocol_is_not_bound() -> None:
    document = a_model()
    del document["properties"]["pressure"]["forms"][0]
    model = parse(document, file="t")
    assert list(forms_of(model, protocol="modbus", site="hz", device="D")) == ["feedback", "setpoint", "lock"]


def test_a_protocol_the_model_does_not_speak_is_refused() -> None:
    with pytest.raises(ConfigError, match="the model tester has no forms for coap"):
        forms_of(parse(a_model(), file="t"), protocol="coap", site="hz", device="D-1")


def test_limits_in_a_file_are_those_of_the_vocabulary() -> None:
    assert set(LimitsEntry.model_fields) == {field.name for field in fields(Limits)}
    assert limits_of(LimitsEntry()) == Limits()


def test_a_row_replaces_only_the_limits_it_names() -> None:
    entry = LimitsEntry(hh=450, h=420, l=150, deadband=5)
    override = LimitsEntry.model_validate({"h": 400, "l": None})
    assert limits_of(entry, override) == Limits(hh=450, h=400, l=None, deadband=5)


def test_json_pointer_escapes_as_rfc_6901_says() -> None:
    assert json_pointer(("a/b", "m~n", 0)) == "/a~1b/m~0n/0"
    assert json_pointer(()) == "/"


@given(
    kind=st.sampled_from([one for one in RAW_RANGE if one not in (DataType.FLOAT32, DataType.FLOAT64)]),
    raw=st.integers(-(2**64), 2**65),
    scale=st.sampled_from([1.0, 0.1, 0.001, -0.1, 10.0]),
    offset=st.sampled_from([0.0, -40.0, 1000.0]),
)
def test_a_value_fits_exactly_when_its_code_lies_in_the_type(
    kind: DataType, raw: int, scale: float, offset: float
) -> None:
    form = FormEntry.model_validate(
        {"href": "x", "op": "readproperty", "modv:type": kind, "lp:scale": scale, "lp:offset": offset}
    )
    least, most = RAW_RANGE[kind]
    value = raw * scale + offset
    # Within half a code of the edge, rounding decides; elsewhere it must be exact.
    assume(abs(raw - least) > 1e-3 * abs(raw) and abs(raw - most) > 1e-3 * abs(raw))
    assert fits(form, value, value) == (least <= raw <= most)
