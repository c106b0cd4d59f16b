"""Thing models: right ones give their forms and limits; what is no thing model at all is refused."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backend.errors import ConfigError
from backend.model.form import Content, DataType, ModbusForm, MqttForm, Space
from backend.model.plant import Limits
from backend.model.thing_form_checks import RAW_RANGE, fits
from backend.model.thing_model import FormEntry, LimitsEntry, forms_of, limits_of, parse
from backend.model.wording import json_pointer
from tests.support.thing_documents import a_model


def test_the_model_that_the_wrong_ones_are_made_of_is_right() -> None:
    model = parse(a_model(), file="tester.json")
    assert (model.id, model.version, model.title_zh, model.protocols) == ("tester", "1.2.3", "", ("modbus", "mqtt"))


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


def test_an_mqtt_form_says_how_its_messages_are_written() -> None:
    document = a_model()
    document["properties"]["pressure"]["forms"][1]["contentType"] = "application/cbor"
    document["properties"]["pressure"]["forms"][1]["mqv:topic"] = "lp/{{SITE}}/{{DEVICE}}/cbor"
    forms = forms_of(parse(document, file="t"), protocol="mqtt", site="hz", device="D-1")
    assert forms["pressure"] == MqttForm(topic="lp/hz/D-1/cbor", pointer=("values", "pressure"), content=Content.CBOR)


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
