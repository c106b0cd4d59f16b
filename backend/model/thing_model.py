"""Thing models: read one from its JSON, and give the protocol binding of each property of a device; pure.

`parse` refuses a model with one sentence that names the file, the place in it and the reason. `forms_of` fills the
model's forms for one device. The JSON's own shape is in `thing_schema`, the rules across entries in `thing_checks`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from pydantic import ValidationError

from backend.errors import ConfigError
from backend.model.form import Content, Form, MeterForm, ModbusForm, MqttForm
from backend.model.thing_checks import problems
from backend.model.thing_form_checks import address_of
from backend.model.thing_schema import (
    METER,
    MODBUS,
    MQTT,
    ActionAffordance,
    Category,
    EventAffordance,
    FormEntry,
    LimitsEntry,
    PropertyAffordance,
    ThingModel,
    limits_of,
)
from backend.model.wording import first_problem, json_pointer

__all__ = [
    "METER",
    "MODBUS",
    "MQTT",
    "ActionAffordance",
    "Category",
    "EventAffordance",
    "FormEntry",
    "LimitsEntry",
    "PropertyAffordance",
    "ThingModel",
    "forms_of",
    "limits_of",
    "parse",
]

_DEFAULT_PREFIX = "lp/{{SITE}}/{{DEVICE}}"


def parse(document: object, *, file: str) -> ThingModel:
    """Read a thing model from loaded JSON. Raises ConfigError: file, JSON pointer inside it, reason."""
    try:
        text = json.dumps(document)
    except (RecursionError, ValueError, TypeError) as error:
        raise ConfigError("{file}: is not plain JSON ({reason})", file=file, reason=error) from error
    try:
        # From JSON text, so that "5", 5 and true stay three things and lists and enumerations still read.
        model = ThingModel.model_validate_json(text)
    except ValidationError as error:
        place, reason = first_problem(error)
        raise ConfigError("{file}, at {path}: {reason}", file=file, path=json_pointer(place), reason=reason) from None
    for place, reason in problems(model):
        raise ConfigError("{file}, at {path}: {reason}", file=file, path=json_pointer(place), reason=reason)
    return model


def forms_of(
    model: ThingModel, *, protocol: str, site: str, device: str, address: Mapping[str, str] | None = None
) -> dict[str, Form]:
    """Binding of every property that the protocol can reach, by property name, in the model's order.

    protocol: "modbus" or "mqtt". site, device: ids that fill {{SITE}} and {{DEVICE}} of topics; an address with a
    `topic_prefix` replaces the usual "lp/{{SITE}}/{{DEVICE}}". Raises ConfigError when the model does not speak it.
    """
    if protocol not in model.protocols:
        raise ConfigError("the model {model} has no forms for {protocol}", model=model.id, protocol=protocol)
    prefix = (address or {}).get("topic_prefix") or _DEFAULT_PREFIX

    def topic(template: str | None) -> str:
        filled = (template or "").replace(_DEFAULT_PREFIX, prefix, 1)
        return filled.replace("{{SITE}}", site).replace("{{DEVICE}}", device)

    bound: dict[str, Form] = {}
    for name, entry in model.properties.items():
        forms = [form for form in entry.forms if form.protocol == protocol]
        reading = next((form for form in forms if form.reads), None)
        writing = next((form for form in forms if form.writes), None)
        if reading is None:
            continue
        if protocol == MODBUS:
            bound[name] = _modbus(reading)
        elif protocol == METER:
            bound[name] = _meter(reading, writing)
        else:
            bound[name] = MqttForm(
                topic=topic(reading.topic),
                pointer=_tokens(reading.pointer),
                time_pointer=_tokens(reading.time_pointer),
                scale=reading.scale,
                offset=reading.offset,
                command_topic=topic(writing.topic) if writing else "",
                reply_topic=topic(writing.reply_topic) if writing else "",
                content=Content(reading.content_type),
            )
    return bound


def _modbus(form: FormEntry) -> ModbusForm:
    if form.entity is None or form.data_type is None:
        raise ConfigError("{href} has no modv:entity or modv:type", href=form.href)
    return ModbusForm(
        space=form.entity,
        address=address_of(form),
        type=form.data_type,
        big_end_word=form.big_end_word,
        big_end_byte=form.big_end_byte,
        bits=form.bits,
        scale=form.scale,
        offset=form.offset,
    )


def _meter(reading: FormEntry, writing: FormEntry | None) -> MeterForm:
    if reading.octet is None or reading.data_type is None:
        raise ConfigError("{href} has no lp:octet or modv:type", href=reading.href)
    return MeterForm(
        octet=reading.octet,
        type=reading.data_type,
        big_end_byte=reading.big_end_byte,
        bits=reading.bits,
        scale=reading.scale,
        offset=reading.offset,
        message=(writing.message if writing else None) or 0,
        code=(writing.code if writing else None) or 0,
    )


def _tokens(pointer: str | None) -> tuple[str, ...]:
    """Keys of a JSON pointer (RFC 6901 §4): "/values/ch4" → ("values", "ch4")."""
    parts = (pointer or "").split("/")[1:]
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in parts)
