"""Wrong thing models, one fault each: every one is refused with file, place and reason, in one sentence."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from backend.errors import ConfigError
from backend.model.thing_model import parse
from tests.support.thing_documents import WRITE, Document, a_model, measured, modbus, mqtt

Edit = Callable[[Document], object]

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


Wrong = tuple[str, Edit, str, str]


def wrong(name: str, path: str, value: object, reason: str) -> Wrong:
    """The member at the path is given a value that is refused there."""
    return name, put(path, value), path, reason


def lacking(name: str, path: str) -> Wrong:
    """The member at the path is left out."""
    return name, drop(path), path, "is missing"


# (name, edit, place, words of the reason)
WRONG: list[Wrong] = [
    wrong("not a thing model", "/@type", "Thing", "must be tm:ThingModel"),
    lacking("no id", "/id"),
    wrong("id is no urn", "/id", "tester", "does not have the form"),
    lacking("no version", "/version"),
    wrong("version of two parts", "/version/model", "1.2", "does not have the form"),
    wrong("no properties", "/properties", {}, "needs at least 1 entries"),
    wrong("properties are a list", "/properties", [], "must be an object"),
    wrong("title is a number", "/title", 5, "must be text"),
    wrong("title is empty", "/title", "", "must not be empty"),
    wrong("title of 201 characters", "/title", "x" * 201, "is longer than 200 characters"),
    wrong("title with NUL", "/title", "a\0b", "holds the character NUL"),
    wrong("extends another", "/links", [{"rel": "tm:extends", "href": "x"}], "written out in full"),
    wrong("property name", "/properties/Bad-Name", measured("X", modbus(8)), "lower-case"),
    lacking("no unit", f"{P}/unit"),
    lacking("no minimum", f"{P}/minimum"),
    lacking("no maximum", f"{P}/maximum"),
    lacking("no precision", f"{P}/lp:precision"),
    lacking("no kind", f"{P}/lp:quantityKind"),
    lacking("no period", f"{P}/lp:period"),
    lacking("no category", f"{P}/lp:category"),
    lacking("no readOnly", f"{P}/readOnly"),
    wrong("readOnly is text", f"{P}/readOnly", "yes", "must be true or false"),
    wrong("unknown kind", f"{P}/lp:quantityKind", "taste", "must be one of"),
    wrong("unit of another kind", f"{P}/unit", "°C", "is not a unit of pressure"),
    wrong("range upside down", f"{P}/maximum", 0, "must be above the minimum"),
    wrong("range is text", f"{P}/maximum", "600", "must be a number"),
    wrong("range is infinite", f"{P}/maximum", float("inf"), "must be a finite number"),
    wrong("precision is a fraction", f"{P}/lp:precision", 1.5, "must be a whole number"),
    wrong("precision of 9", f"{P}/lp:precision", 9, "must be at most 6"),
    wrong("period of 0", f"{P}/lp:period", 0, "must be more than 0"),
    wrong("tag with a blank", f"{P}/lp:tag", "P T", "does not have the form"),
    wrong("tag with bidi", f"{P}/lp:tag", "PT\u202e1", "does not have the form"),
    wrong("tag with a line end", f"{P}/lp:tag", "PT\n", "does not have the form"),
    wrong("tag twice", f"{S}/lp:tag", "spf", "is given twice"),
    wrong("unknown lp key", f"{P}/lp:limit", {}, "is not a known key"),
    wrong("unknown lp key at the top", "/lp:owner", "x", "is not a known key"),
    wrong("unknown modv key", f"{P}/forms/0/modv:function", 3, "not a known key"),
    wrong("unknown mqv key", f"{P}/forms/1/mqv:filter", "a/#", "not a known key"),
    wrong("key in other case", f"{P}/readonly", False, "did you mean readOnly?"),
    wrong("unknown limit", f"{P}/lp:limits/hhh", 3, "is not a known key"),
    wrong("limit out of range", f"{P}/lp:limits/hh", 700, "outside the range"),
    ("limits out of order", put(f"{P}/lp:limits/h", 460), f"{P}/lp:limits/hh", "must be above h"),
    wrong("dead band too wide", f"{P}/lp:limits/deadband", 300, "as wide as the band"),
    wrong("negative dead band", f"{P}/lp:limits/deadband", -1, "must be at least 0"),
    wrong("priority 5", f"{P}/lp:limits/priority_h", 5, "must be at most 4"),
    wrong("hh less urgent", f"{P}/lp:limits/priority_hh", 4, "as urgent as"),
    wrong("gas leak of a pressure", f"{P}/lp:limits/gas_leak", True, "concentration"),
    wrong("state of a pressure", f"{P}/lp:limits/normal_state", 0, "only a switch"),
    wrong("high limit of a switch", "/properties/lock/lp:limits/h", 1, "a switch"),
    wrong("state that is none", "/properties/lock/lp:limits/normal_state", 7, "not one of the states"),
    ("state without a word", drop("/properties/lock/lp:states/1"), "/properties/lock/lp:states", "a word for every"),
    lacking("state without Chinese", "/properties/lock/lp:states/1/zh"),
    (
        "switch of a billion states",
        put("/properties/lock/maximum", 10**12),
        "/properties/lock/lp:states",
        "a word for every",
    ),
    wrong("states of a pressure", f"{P}/lp:states", {"0": {"en": "a", "zh": "b"}}, "only a switch"),
    wrong("switch is no integer", "/properties/lock/type", "number", "type integer"),
    wrong("write only", f"{P}/writeOnly", True, "cannot be read back"),
    wrong("no forms", f"{P}/forms", [], "only a computed property has no form"),
    lacking("no op", f"{P}/forms/0/op"),
    ("unknown op", put(f"{P}/forms/0/op", ["invokeaction"]), f"{P}/forms/0/op/0", "must be one of"),
    wrong("foreign protocol", f"{P}/forms/0/href", "http://x/1", "neither a modbus+tcp"),
    wrong(
        "register is no number", f"{P}/forms/0/href", "modbus+tcp://{{HOST}}:{{PORT}}/{{UNIT}}/x", "must be modbus+tcp"
    ),
    wrong("register 65535 of two", f"{P}/forms/0/href", modbus(65535)["href"], "beyond register"),
    wrong("quantity", f"{P}/forms/0/href", modbus(0)["href"] + "?quantity=1", "must be 2"),
    lacking("no entity", f"{P}/forms/0/modv:entity"),
    lacking("no type", f"{P}/forms/0/modv:type"),
    wrong("one-based", f"{P}/forms/0/modv:zeroBasedAddressing", False, "must be one of"),
    ("float in a coil", put(f"{P}/forms/0/modv:entity", "Coil"), f"{P}/forms/0/modv:type", "does not lie in a Coil"),
    wrong("boolean in a register", f"{P}/forms/0/modv:type", "xsd:boolean", "does not lie in"),
    (
        "range too large",
        put(f"{P}/forms/0", modbus(0, kind="xsd:short", **{"lp:scale": 0.01})),
        f"{P}/forms/0/modv:type",
        "cannot hold the range",
    ),
    wrong("bits of a float", f"{P}/forms/0/lp:bits", [0, 2], "do not lie in"),
    (
        "bits past the end",
        put(f"{P}/forms/0", modbus(0, kind="xsd:unsignedShort", **{"lp:bits": [8, 10]})),
        f"{P}/forms/0/lp:bits",
        "do not lie in",
    ),
    wrong("scale of 0", f"{P}/forms/0/lp:scale", 0, "must not be 0"),
    wrong("polled too slowly", f"{P}/forms/0/modv:pollingTime", 60000, "longer than lp:period"),
    (
        "registers overlap",
        put(f"{P}/forms/0/href", modbus(1)["href"]),
        "/properties/feedback/forms/0/href",
        "overlaps pressure",
    ),
    (
        "same key twice",
        put(f"{P}/forms/1/lp:pointer", "/values/feedback"),
        "/properties/feedback/forms/1/lp:pointer",
        "is the place of pressure",
    ),
    wrong("mqtt form with a register", f"{P}/forms/1/modv:entity", "Coil", "does not belong"),
    wrong("modbus form with a topic", f"{P}/forms/0/mqv:topic", "a", "does not belong"),
    lacking("no topic", f"{P}/forms/1/mqv:topic"),
    wrong(
        "messages nobody reads", f"{P}/forms/1/contentType", "text/csv", "must be application/json / application/cbor"
    ),
    wrong("order in CBOR", f"{S}/forms/2/contentType", "application/cbor", "must be application/json"),
    wrong("CBOR where others speak JSON", "/properties/feedback/forms/1/contentType", "application/cbor", "elsewhere"),
    wrong("topic with a wildcard", f"{P}/forms/1/mqv:topic", "lp/+/up", "must be levels"),
    wrong("topic with an unknown blank", f"{P}/forms/1/mqv:topic", "lp/{{CITY}}/up", "must be levels"),
    wrong("qos 3", f"{P}/forms/1/mqv:qos", "3", "must be one of"),
    wrong("pointer without slash", f"{P}/forms/1/lp:pointer", "values", "not a JSON pointer"),
    lacking("no pointer", f"{P}/forms/1/lp:pointer"),
    wrong("time pointer", f"{P}/forms/1/lp:timePointer", "t", "not a JSON pointer"),
    ("read twice", put(f"{P}/forms/1", modbus(8)), f"{P}/forms", "must have one form to read and 0 to write"),
    ("write form of a readOnly", put(f"{P}/forms/1", mqtt("pressure", **WRITE)), f"{P}/forms/1/op", "is readOnly"),
    wrong("actuator of a readOnly", f"{P}/lp:actuator", "electric", "moves nothing"),
    lacking("writable without actuator", f"{S}/lp:actuator"),
    ("writable without a write form", put(f"{S}/forms/0/op", "readproperty"), f"{S}/forms", "1 to write over modbus"),
    wrong("writes an input register", f"{S}/forms/0/modv:entity", "InputRegister", "cannot be written"),
    (
        "writes bits",
        put(
            f"{S}/forms/0",
            modbus(
                0, "HoldingRegister", "xsd:unsignedShort", op=["readproperty", "writeproperty"], **{"lp:bits": [0, 10]}
            ),
        ),
        f"{S}/forms/0/lp:bits",
        "cannot be written",
    ),
    (
        "written elsewhere",
        both(
            put(f"{S}/forms/0/op", "readproperty"),
            put(f"{S}/forms/1", modbus(6, "HoldingRegister", op="writeproperty")),
            drop(f"{S}/forms/2"),
        ),
        f"{S}/forms",
        "must be written where",
    ),
    wrong("retained command", f"{S}/forms/2/mqv:retain", True, "carried out again"),
    wrong("command of qos 0", f"{S}/forms/2/mqv:qos", "0", "at least quality of service 1"),
    lacking("command without reply", f"{S}/forms/2/lp:replyTopic"),
    wrong(
        "command on the report topic", f"{S}/forms/2/mqv:topic", "lp/{{SITE}}/{{DEVICE}}/up", "is used for reports too"
    ),
    wrong("command packet", f"{S}/forms/2/mqv:controlPacket", "subscribe", "does not suit"),
    ("writable without action", put("/actions", {}), S, "no action writes it"),
    wrong("action on nothing", f"{A}/lp:writes", "pressures", "is not a writable property"),
    wrong("action on a sensor", f"{A}/lp:writes", "pressure", "is not a writable property"),
    wrong("action proved by itself", f"{A}/lp:feedback", "setpoint", "is not a read-only property"),
    wrong("set-point proved by a switch", f"{A}/lp:feedback", "lock", "kind and unit of the set-point"),
    wrong("set-point with a value", f"{A}/lp:value", 5, "the person gives it"),
    ("open without a value", put(f"{A}/lp:verb", "open"), f"{A}/lp:value", "is missing"),
    wrong("unknown verb", f"{A}/lp:verb", "slam", "must be one of"),
    wrong("no interlocks", f"{A}/lp:interlocks", [], "needs at least 1"),
    wrong("interlock on nothing", f"{A}/lp:interlocks/0/property", "key", "is not a property"),
    wrong("interlock never met", f"{A}/lp:interlocks/0/equals", 2, "is not a value of LR"),
    (
        "interlock out of reach",
        drop("/properties/lock/forms/1"),
        f"{A}/lp:interlocks/0/property",
        "cannot be read over mqtt",
    ),
    ("feedback out of reach", drop("/properties/feedback/forms/0"), f"{A}/lp:feedback", "cannot be read over modbus"),
    (
        "second action alike",
        lambda model: model["actions"].update(again=copy.deepcopy(model["actions"]["set_pressure"])),
        "/actions/again/lp:verb",
        "a second action",
    ),
    lacking("event without a topic", "/events/tamper/forms/0/mqv:topic"),
    wrong("event that is read", "/events/tamper/forms/0/op", "readproperty", "does not suit"),
    wrong("property that is an event", f"{P}/forms/1/op", "subscribeevent", "does not suit"),
]


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
