"""The part of the W3C WoT Thing Model 1.1 that Linepack reads, as pydantic models of the JSON; keys as in the file.

Keys of other JSON-LD vocabularies are kept and ignored. `lp:` is Linepack's own vocabulary; `modv:` and `mqv:` are the
Modbus and MQTT bindings of the W3C. What one entry alone cannot show is checked in `thing_checks`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from backend.model.form import DataType, Space
from backend.model.plant import ActuatorKind, Limits, PowerClass, QuantityKind
from backend.model.response_schema import LevelKey, ResponseEntry
from backend.model.thing_steps import COMPUTE, StepEntry

MODBUS: Final = "modbus"
MQTT: Final = "mqtt"
METER: Final = "meter"
SCHEMES: Final = {"modbus+tcp": MODBUS, "mqtt": MQTT, "mqtts": MQTT, "meter": METER}
"""URL scheme of a form → the protocol's name in Linepack."""

ID_PATTERN: Final = r"^[A-Za-z0-9._/-]{1,64}$"
Identifier = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
"""Ids and tags: plain ASCII, so that two that look alike are alike, on paper, in topics and in file names."""


def _storable(text: str) -> str:
    """Any text is a title, shown literally; NUL alone no database keeps."""
    if "\0" in text:
        raise ValueError("holds the character NUL")
    return text


Title = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_storable)]
OptionalTitle = Annotated[str, StringConstraints(max_length=200), AfterValidator(_storable)]
Priority = Annotated[int, Field(ge=1, le=4)]
Seconds = Annotated[float, Field(ge=0, le=366 * 86400)]


class Category(StrEnum):
    """The four kinds of attribute of requirement C-01."""

    BASIC = "basic"
    RUNNING = "running"
    MONITORED = "monitored"
    ABNORMAL = "abnormal"


class Entry(BaseModel):
    """What all entries share: frozen, JSON types taken literally, no NaN, unknown keys kept."""

    model_config = ConfigDict(frozen=True, extra="allow", strict=True, allow_inf_nan=False, hide_input_in_errors=True)


class Titled(Entry):
    """Something with a name in English and Chinese."""

    title: Title
    titles: dict[str, Title] = {}

    @property
    def title_zh(self) -> str:
        """Chinese name, or empty."""
        return self.titles.get("zh", "")


class LimitsEntry(BaseModel):
    """`lp:limits`: default alarm limits, in the property's unit; the keys are the fields of `plant.Limits`.

    The same keys in a device's row replace single defaults there; null takes a limit away.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, hide_input_in_errors=True)

    hh: float | None = None
    h: float | None = None
    l: float | None = None  # noqa: E741 - the field's own name for it
    ll: float | None = None
    deadband: float = Field(default=0.0, ge=0)
    on_delay_s: Annotated[float, Field(ge=0, le=3600)] = 0.0
    off_delay_s: Annotated[float, Field(ge=0, le=3600)] = 0.0
    rate: Annotated[float, Field(gt=0)] | None = None
    normal_state: float | None = None
    priority_hh: Priority = 1
    priority_h: Priority = 3
    priority_l: Priority = 3
    priority_ll: Priority = 1
    priority_rate: Priority = 2
    priority_state: Priority = 2
    gas_leak: bool = False
    latching: bool = False


def limits_of(entry: LimitsEntry, override: LimitsEntry | None = None) -> Limits:
    """Alarm limits of a point: the model's, with the keys that a device's row names put in their place."""
    keys = LimitsEntry.model_fields.keys()
    named = {key: getattr(override, key) for key in keys if override is not None and key in override.model_fields_set}
    return Limits(**{**{key: getattr(entry, key) for key in keys}, **named})


class StateWord(Entry):
    """The word for one value of a switch."""

    en: Title
    zh: Title


def _as_list(value: object) -> object:
    """W3C allows one operation without the list around it."""
    return [value] if isinstance(value, str) else value


class FormEntry(Entry):
    """One way to reach a property or event over a protocol (W3C Modbus and MQTT bindings)."""

    href: str
    op: Annotated[
        tuple[Literal["readproperty", "writeproperty", "observeproperty", "subscribeevent"], ...],
        BeforeValidator(_as_list),
        Field(min_length=1, strict=False),
    ]
    content_type: str = Field(default="application/json", alias="contentType")
    entity: Space | None = Field(default=None, alias="modv:entity")
    data_type: DataType | None = Field(default=None, alias="modv:type")
    big_end_byte: bool = Field(default=True, alias="modv:mostSignificantByte")
    big_end_word: bool = Field(default=True, alias="modv:mostSignificantWord")
    polling_ms: Annotated[int, Field(gt=0)] | None = Field(default=None, alias="modv:pollingTime")
    zero_based: Literal[True] = Field(default=True, alias="modv:zeroBasedAddressing")
    topic: str | None = Field(default=None, alias="mqv:topic")
    qos: Literal["0", "1", "2"] = Field(default="1", alias="mqv:qos")
    control_packet: Literal["publish", "subscribe"] | None = Field(default=None, alias="mqv:controlPacket")
    retain: bool = Field(default=False, alias="mqv:retain")
    pointer: str | None = Field(default=None, alias="lp:pointer")
    time_pointer: str = Field(default="/t", alias="lp:timePointer")
    reply_topic: str | None = Field(default=None, alias="lp:replyTopic")
    bits: tuple[int, int] | None = Field(default=None, alias="lp:bits")
    octet: Annotated[int, Field(ge=6, le=99)] | None = Field(default=None, alias="lp:octet")
    """Where a value begins in the data area of a meter's reading; the first six octets are its time."""
    message: Literal[2, 5] | None = Field(default=None, alias="lp:message")
    """The type of a meter's order: 2 parameter, 5 control."""
    code: Annotated[int, Field(ge=1, le=255)] | None = Field(default=None, alias="lp:code")
    scale: float = Field(default=1.0, alias="lp:scale")
    offset: float = Field(default=0.0, alias="lp:offset")

    @property
    def protocol(self) -> str | None:
        """Linepack's name of the protocol, None when the scheme is not one it speaks."""
        return SCHEMES.get(self.href.partition("://")[0])

    @property
    def reads(self) -> bool:
        """Whether values come by this form."""
        return "readproperty" in self.op or "observeproperty" in self.op

    @property
    def writes(self) -> bool:
        """Whether values leave by this form."""
        return "writeproperty" in self.op


class PropertyAffordance(Titled):
    """Something a device measures or is set to. Without unit, range, precision and kind it does not load (A-12)."""

    type: Literal["number", "integer"]
    unit: Annotated[str, StringConstraints(max_length=12)]
    minimum: float
    maximum: float
    read_only: bool = Field(alias="readOnly")
    write_only: bool = Field(default=False, alias="writeOnly")
    observable: bool = False
    kind: QuantityKind = Field(alias="lp:quantityKind")
    precision: Annotated[int, Field(ge=0, le=6)] = Field(alias="lp:precision")
    tag: Identifier = Field(alias="lp:tag")
    period_s: Annotated[float, Field(gt=0, le=31 * 86400)] = Field(alias="lp:period")
    category: Category = Field(alias="lp:category")
    actuator: ActuatorKind | None = Field(default=None, alias="lp:actuator")
    limits: LimitsEntry = Field(default=LimitsEntry(), alias="lp:limits")
    responses: dict[LevelKey, ResponseEntry] = Field(default={}, alias="lp:responses")
    """What to do about each level; levels may come with the device's row, so more may be answered than is limited."""
    billed: bool = Field(default=False, alias="lp:billed")
    """A volume that customers pay for: what it grows by is settled with its meter's account."""
    states: dict[Annotated[str, StringConstraints(pattern=r"^[0-9]{1,4}$")], StateWord] = Field(
        default={}, alias="lp:states"
    )
    forms: tuple[FormEntry, ...] = ()
    """None for a computed property, which the model's chain gives."""

    @property
    def writable(self) -> bool:
        """Whether commands may be given for it."""
        return not self.read_only

    def state_words(self, language: Literal["en", "zh"]) -> dict[int, str]:
        """Words for the values of a switch, in value order."""
        return {int(value): getattr(self.states[value], language) for value in sorted(self.states, key=int)}


class InterlockEntry(Entry):
    """A condition that must hold, on a good and fresh value, before the action may be sent."""

    property: str
    equals: float


class ActionAffordance(Titled):
    """A command people can give: which property is written, with what, and which independent feedback proves it."""

    verb: Literal["open", "close", "set"] = Field(alias="lp:verb")
    writes: str = Field(alias="lp:writes")
    value: float | None = Field(default=None, alias="lp:value")
    feedback: str = Field(alias="lp:feedback")
    feedback_value: float | None = Field(default=None, alias="lp:feedbackValue")
    tolerance: Annotated[float, Field(ge=0)] = Field(default=0.0, alias="lp:tolerance")
    verify_within_s: Annotated[float, Field(gt=0, le=86400)] = Field(alias="lp:verifyWithin")
    interlocks: Annotated[tuple[InterlockEntry, ...], Field(min_length=1)] = Field(alias="lp:interlocks")


class EventAffordance(Titled):
    """An alarm or occurrence that the device itself reports."""

    data: dict[str, Any] = {}
    category: Category = Field(default=Category.ABNORMAL, alias="lp:category")
    priority: Priority = Field(default=4, alias="lp:priority")
    forms: tuple[FormEntry, ...] = ()


class VersionInfo(Entry):
    """Version of the model itself."""

    model: Annotated[str, StringConstraints(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")]


class ThingModel(Titled):
    """What a device type can do: properties, actions, events, with their protocol bindings."""

    context: Any = Field(alias="@context")
    json_type: str | tuple[str, ...] = Field(alias="@type")
    urn: Annotated[str, StringConstraints(pattern=r"^urn:[A-Za-z0-9:-]{1,100}:[A-Za-z0-9._/-]{1,64}$")] = Field(
        alias="id"
    )
    versions: VersionInfo = Field(alias="version")
    description: str = ""
    links: tuple[dict[str, Any], ...] = ()
    properties: Annotated[dict[str, PropertyAffordance], Field(min_length=1)]
    actions: dict[str, ActionAffordance] = {}
    events: dict[str, EventAffordance] = {}
    processing: tuple[StepEntry, ...] = Field(default=(), alias="lp:processing")
    power: Annotated[PowerClass, Field(strict=False)] = Field(default=PowerClass.MAINS, alias="lp:power")
    """What feeds devices of this type, unless a device's row says otherwise."""

    @property
    def id(self) -> str:
        """Short id that device rows name: the last part of the URN."""
        return self.urn.rpartition(":")[2]

    @property
    def version(self) -> str:
        """Version of the model, e.g. "1.0.0"."""
        return self.versions.model

    @property
    def protocols(self) -> tuple[str, ...]:
        """Protocols that some property can be read by, in the order of the file."""
        spoken = (form.protocol for entry in self.properties.values() for form in entry.forms)
        return tuple(dict.fromkeys(name for name in spoken if name is not None))

    @property
    def computed(self) -> tuple[str, ...]:
        """Properties that the chain computes from others; no device gives them."""
        return tuple(step.property for step in self.processing if step.step == COMPUTE)
