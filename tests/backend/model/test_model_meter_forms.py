"""Bindings of meters: where a value lies in a reading and how it is ordered, and what cannot be."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backend.devices.addresses import checked_address, places
from backend.errors import ConfigError
from backend.model.form import DataType, MeterForm
from backend.model.thing_model import forms_of, parse

FILE = Path(__file__).parents[3] / "assets" / "models" / "gas-meter.json"
Doc = dict[str, Any]


def document() -> Doc:
    made: Doc = json.loads(FILE.read_text("utf-8"))
    return made


def test_a_form_says_where_it_is_read_and_how_it_is_ordered() -> None:
    forms = forms_of(parse(document(), file="f"), protocol="meter", site="s", device="d")
    assert forms["index"] == MeterForm(octet=6, type=DataType.UINT32, scale=0.001)
    assert forms["command"] == MeterForm(octet=16, type=DataType.UINT16, bits=(5, 2), message=5, code=1)


def form(doc: Doc, name: str, number: int = 0) -> Doc:
    found: Doc = doc["properties"][name]["forms"][number]
    return found


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda doc: form(doc, "index").pop("lp:octet"), "lp:octet: is missing"),
        (lambda doc: form(doc, "index").pop("modv:type"), "modv:type: is missing"),
        (lambda doc: form(doc, "index").update({"lp:octet": 3}), "lp:octet"),
        (lambda doc: form(doc, "index").update({"href": "meter://x"}), "must be meter://"),
        (lambda doc: form(doc, "index").update({"lp:code": 1}), "in a form that writes"),
        (lambda doc: form(doc, "command", 1).pop("lp:message"), "in a form that writes"),
        (lambda doc: form(doc, "command", 1).update({"lp:octet": 8}), "written where and how it is read"),
        (lambda doc: form(doc, "position").update({"lp:bits": [15, 2]}), "do not lie in"),
        (lambda doc: form(doc, "index").update({"mqv:topic": "a"}), "does not belong in a meter form"),
        (lambda doc: form(doc, "index").update({"href": "mqtt://{{BROKER}}"}), "does not belong in an MQTT form"),
    ],
)
def test_what_cannot_be_is_refused(change: Callable[[Doc], object], reason: str) -> None:
    doc = document()
    change(doc)
    with pytest.raises(ConfigError) as refused:
        parse(doc, file="f")
    assert reason in str(refused.value)


def test_an_address_is_a_number_of_its_own() -> None:
    address = checked_address("meter", {"logical_id": "0042"})
    assert address == {"logical_id": "42", "application": "1", "class": "civil"}
    assert list(places("meter", address, ())) == ["logical identifier 42"]


@pytest.mark.parametrize(
    "address",
    [
        {},
        {"logical_id": "0"},
        {"logical_id": "4294967296"},
        {"logical_id": "-1"},
        {"logical_id": "1", "application": "256"},
        {"logical_id": "1", "class": "rich"},
        {"logical_id": "1", "port": "1"},
    ],
)
def test_an_address_that_cannot_be_is_refused(address: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="address"):
        checked_address("meter", address)
