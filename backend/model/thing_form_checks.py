"""Check the protocol bindings of a thing model: places that exist, encodings that hold the range, no overlaps; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, Literal

from backend.errors import ConfigError
from backend.model.form import Content, DataType, ModbusForm, Space
from backend.model.thing_schema import METER, MODBUS, MQTT, FormEntry, PropertyAffordance, ThingModel

Path = tuple[str | int, ...]
Problem = tuple[Path, ConfigError]

MODBUS_HREF: Final = re.compile(
    r"modbus\+tcp://\{\{HOST\}\}:\{\{PORT\}\}/\{\{UNIT\}\}/(?P<address>[0-9]{1,5})(\?quantity=(?P<quantity>[0-9]{1,3}))?"
)
_MQTT_HREF: Final = re.compile(r"mqtts?://\{\{BROKER\}\}")
_METER_HREF: Final = re.compile(r"meter://\{\{METER\}\}")
_TOPIC_LEVEL: Final = re.compile(r"[A-Za-z0-9._-]+|\{\{(SITE|DEVICE)\}\}")
_POINTER: Final = re.compile(r"(/([^~/]|~0|~1)*)*")
_FLOAT32_MAX: Final = 3.4028234663852886e38
_FLOAT64_MAX: Final = 1.7976931348623157e308
RAW_RANGE: Final[Mapping[DataType, tuple[float, float]]] = {
    DataType.BOOL: (0, 1),
    DataType.INT16: (-(2**15), 2**15 - 1),
    DataType.UINT16: (0, 2**16 - 1),
    DataType.INT32: (-(2**31), 2**31 - 1),
    DataType.UINT32: (0, 2**32 - 1),
    DataType.INT64: (-(2**63), 2**63 - 1),
    DataType.UINT64: (0, 2**64 - 1),
    DataType.FLOAT32: (-_FLOAT32_MAX, _FLOAT32_MAX),
    DataType.FLOAT64: (-_FLOAT64_MAX, _FLOAT64_MAX),
}
_WIDTH: Final = {DataType.UINT16: 16, DataType.UINT32: 32, DataType.UINT64: 64}
"""Bits of the types a bit field may lie in."""


def form_problems(form: FormEntry, path: Path, *, purpose: Literal["property", "event"]) -> Iterator[Problem]:
    """What is wrong with one form by itself."""
    event_op = form.op == ("subscribeevent",)
    if event_op != (purpose == "event"):
        yield (*path, "op"), ConfigError("does not suit a form of this {purpose}", purpose=purpose)
    if form.scale == 0:
        yield (*path, "lp:scale"), ConfigError("must not be 0")
    if form.protocol == MODBUS:
        yield from _modbus(form, path)
    elif form.protocol == MQTT:
        yield from _mqtt(form, path)
    elif form.protocol == METER:
        yield from _meter(form, path)
    else:
        yield (*path, "href"), ConfigError("is neither a modbus+tcp nor an mqtt nor a meter address")
    if form.protocol != METER:
        for key, value in (("lp:octet", form.octet), ("lp:message", form.message), ("lp:code", form.code)):
            if value is not None:
                yield (*path, key), ConfigError("belongs in a meter form only")


def fits(form: FormEntry, low: float, high: float) -> bool:
    """Whether every value from low to high has a code in the form's encoding (MQTT numbers always have)."""
    if form.data_type is None:
        return True
    least, most = (0, 2 ** form.bits[1] - 1) if form.bits else RAW_RANGE[form.data_type]
    # Divided rather than multiplied: scaling the largest double would overflow.
    ends = sorted(((low - form.offset) / form.scale, (high - form.offset) / form.scale))
    slack = 1e-9 * max(abs(ends[0]), abs(ends[1]))
    return least - slack <= ends[0] and ends[1] <= most + slack


def route_problems(entry: PropertyAffordance, path: Path) -> Iterator[Problem]:
    """What is wrong with a property's forms together: per protocol one to read, and for a writable one to write."""
    for protocol in dict.fromkeys(form.protocol for form in entry.forms):
        forms = [form for form in entry.forms if form.protocol == protocol]
        reading = [form for form in forms if form.reads]
        writing = [form for form in forms if form.writes]
        if len(reading) != 1 or len(writing) != int(entry.writable):
            expected = 2 if entry.writable else 1
            yield (
                (*path, "forms"),
                ConfigError(
                    "must have one form to read and {count} to write over {protocol}",
                    count=expected - 1,
                    protocol=str(protocol),
                ),
            )
        elif writing and _place(reading[0]) != _place(writing[0]):
            # Read here and written there, a command could look done that was not.
            yield (
                (*path, "forms"),
                ConfigError("must be written where and how it is read over {protocol}", protocol=str(protocol)),
            )


def overlap_problems(model: ThingModel) -> Iterator[Problem]:
    """Two properties in the same registers or under the same key: one of them reads the other's number."""
    taken: dict[tuple[Space, int], list[tuple[str, FormEntry]]] = {}
    keys: dict[tuple[str | None, str | None], str] = {}
    directions: dict[str, str] = {}
    contents: dict[str | None, str] = {}
    for name, entry in model.properties.items():
        for index, form in enumerate(entry.forms):
            path: Path = ("properties", name, "forms", index)
            if form.scale and not fits(form, entry.minimum, entry.maximum):
                yield (
                    (*path, "modv:type"),
                    ConfigError("cannot hold the range {low} to {high}", low=entry.minimum, high=entry.maximum),
                )
            if form.protocol == MODBUS:
                yield from _same_registers(taken, name, form, path)
                continue
            if form.protocol == METER:
                continue
            if keys.setdefault((form.topic, form.pointer), name) != name:
                yield (
                    (*path, "lp:pointer"),
                    ConfigError("is the place of {other} too", other=keys[form.topic, form.pointer]),
                )
            if form.reads and contents.setdefault(form.topic, form.content_type) != form.content_type:
                yield (
                    (*path, "contentType"),
                    ConfigError("{topic} carries {other} elsewhere", topic=form.topic, other=contents[form.topic]),
                )
            for key, topic, direction in _directions(form):
                if directions.setdefault(topic, direction) != direction:
                    yield (
                        (*path, key),
                        ConfigError("{topic} is used for {other} too", topic=topic, other=directions[topic]),
                    )


def address_of(form: FormEntry) -> int:
    """0-based register or coil of a Modbus form that has passed the checks."""
    match = MODBUS_HREF.fullmatch(form.href)
    if match is None:
        raise ConfigError("{href} is not the address of a register", href=form.href)
    return int(match["address"])


def _modbus(form: FormEntry, path: Path) -> Iterator[Problem]:
    match = MODBUS_HREF.fullmatch(form.href)
    if match is None:
        yield (*path, "href"), ConfigError("must be modbus+tcp://{{HOST}}:{{PORT}}/{{UNIT}}/ and the register")
        return
    if form.entity is None or form.data_type is None:
        yield (*path, "modv:entity" if form.entity is None else "modv:type"), ConfigError("is missing")
        return
    for key, value in (("mqv:topic", form.topic), ("lp:pointer", form.pointer), ("lp:replyTopic", form.reply_topic)):
        if value is not None:
            yield (*path, key), ConfigError("does not belong in a Modbus form")
    registers = ModbusForm(space=form.entity, address=0, type=form.data_type).registers
    if int(match["address"]) + registers > 0x10000:
        yield (*path, "href"), ConfigError("ends beyond register 65535")
    if match["quantity"] is not None and int(match["quantity"]) != registers:
        yield (*path, "href"), ConfigError("quantity must be {registers} for this type", registers=registers)
    one_bit = form.entity in (Space.COIL, Space.DISCRETE_INPUT)
    if one_bit != (form.data_type is DataType.BOOL):
        yield (
            (*path, "modv:type"),
            ConfigError("{type} does not lie in a {space}", type=form.data_type.value, space=form.entity.value),
        )
    if form.writes and form.entity not in (Space.COIL, Space.HOLDING):
        yield (*path, "modv:entity"), ConfigError("a {space} cannot be written", space=form.entity.value)
    if form.bits is not None:
        yield from _bits(form, form.data_type, form.bits, path)


def _bits(form: FormEntry, data_type: DataType, bits: tuple[int, int], path: Path) -> Iterator[Problem]:
    low, width = bits
    if form.writes:
        # Writing some bits means writing back the others as they were a moment ago.
        yield (*path, "lp:bits"), ConfigError("bits of a shared register cannot be written")
    if low < 0 or width < 1 or low + width > _WIDTH.get(data_type, 0):
        yield (*path, "lp:bits"), ConfigError("do not lie in an unsigned {type}", type=data_type.value)


def _mqtt(form: FormEntry, path: Path) -> Iterator[Problem]:
    if not _MQTT_HREF.fullmatch(form.href):
        yield (*path, "href"), ConfigError("must be mqtt://{{BROKER}}")
    for key, foreign in (("modv:entity", form.entity), ("modv:type", form.data_type), ("lp:bits", form.bits)):
        if foreign is not None:
            yield (*path, key), ConfigError("does not belong in an MQTT form")
    if form.content_type not in ((Content.JSON,) if form.writes else tuple(Content)):
        expected = Content.JSON.value if form.writes else " / ".join(each.value for each in Content)
        yield (*path, "contentType"), ConfigError("must be {expected}", expected=expected)
    for key, value in (("mqv:topic", form.topic), ("lp:replyTopic", form.reply_topic if form.writes else "-")):
        if value is None:
            yield (*path, key), ConfigError("is missing")
        elif not all(_TOPIC_LEVEL.fullmatch(level) for level in value.split("/")):
            yield (*path, key), ConfigError("must be levels of letters, digits, . _ -, {{SITE}} and {{DEVICE}}")
    if form.writes and form.reads:
        yield (*path, "op"), ConfigError("an MQTT property is read from one topic and written to another")
    if form.control_packet is not None and form.control_packet != ("publish" if form.writes else "subscribe"):
        yield (*path, "mqv:controlPacket"), ConfigError("does not suit the operation")
    if form.writes and form.retain:
        yield (*path, "mqv:retain"), ConfigError("a retained command would be carried out again later")
    if form.writes and form.qos == "0":
        yield (*path, "mqv:qos"), ConfigError("a command needs at least quality of service 1")
    if form.pointer is None:
        yield (*path, "lp:pointer"), ConfigError("is missing")
    elif not form.pointer or not _POINTER.fullmatch(form.pointer):
        yield (*path, "lp:pointer"), ConfigError("is not a JSON pointer to a member")
    if not _POINTER.fullmatch(form.time_pointer):
        yield (*path, "lp:timePointer"), ConfigError("is not a JSON pointer")


def _meter(form: FormEntry, path: Path) -> Iterator[Problem]:
    if not _METER_HREF.fullmatch(form.href):
        yield (*path, "href"), ConfigError("must be meter://{{METER}}")
    for key, missing in (("modv:type", form.data_type is None), ("lp:octet", form.octet is None)):
        if missing:
            yield (*path, key), ConfigError("is missing")
    for key, given in (("lp:message", form.message is not None), ("lp:code", form.code is not None)):
        if given != form.writes:
            yield (*path, key), ConfigError("is given in a form that writes, and in no other")
    foreign = (form.topic, form.pointer, form.reply_topic, form.entity)
    for key, strange in zip(("mqv:topic", "lp:pointer", "lp:replyTopic", "modv:entity"), foreign, strict=True):
        if strange is not None:
            yield (*path, key), ConfigError("does not belong in a meter form")
    if form.bits is not None:
        low, width = form.bits
        if low < 0 or width < 1 or low + width > _WIDTH.get(form.data_type or DataType.BOOL, 0):
            yield (*path, "lp:bits"), ConfigError("do not lie in an unsigned {type}", type=str(form.data_type))


def _place(form: FormEntry) -> tuple[object, ...]:
    """Where and how a value lies, apart from its direction."""
    modbus = (form.href, form.entity, form.data_type, form.big_end_byte, form.big_end_word)
    meter = (form.octet, form.bits) if form.protocol == METER else ()
    return (*(modbus if form.protocol == MODBUS else ()), *meter, form.pointer, form.scale, form.offset)


def _directions(form: FormEntry) -> Iterator[tuple[str, str, str]]:
    """(key, topic, what it is for): a topic carries either reports, or commands, or replies."""
    if form.topic is not None:
        yield "mqv:topic", form.topic, "commands" if form.writes else "reports"
    if form.reply_topic is not None:
        yield "lp:replyTopic", form.reply_topic, "replies"


def _same_registers(
    taken: dict[tuple[Space, int], list[tuple[str, FormEntry]]], name: str, form: FormEntry, path: Path
) -> Iterator[Problem]:
    match = MODBUS_HREF.fullmatch(form.href)
    if match is None or form.entity is None or form.data_type is None:
        return
    start = int(match["address"])
    registers = ModbusForm(space=form.entity, address=start, type=form.data_type).registers
    others = [
        other
        for register in range(start, start + registers)
        for other, before in taken.setdefault((form.entity, register), [])
        if other != name and not _share(before, form)
    ]
    for register in range(start, start + registers):
        taken[form.entity, register].append((name, form))
    if others:
        yield (*path, "href"), ConfigError("overlaps {other}", other=others[0])


def _share(one: FormEntry, two: FormEntry) -> bool:
    """Bit fields of the same word may lie side by side."""
    if one.bits is None or two.bits is None or (one.href, one.data_type) != (two.href, two.data_type):
        return False
    return one.bits[0] + one.bits[1] <= two.bits[0] or two.bits[0] + two.bits[1] <= one.bits[0]
