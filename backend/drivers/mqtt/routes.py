"""Which topic belongs to which device and point, worked out once from the forms. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from paho.mqtt.client import topic_matches_sub

from backend.errors import ConfigError
from backend.links.ports import Bound
from backend.model.form import Content, MqttForm
from backend.model.plant import Point, QuantityKind
from backend.protocols import cbor_tree
from backend.protocols.json_payload import Member, Payloads


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What comes in on one topic. devices: who may speak there."""

    devices: tuple[str, ...]
    payloads: Payloads


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteRoute:
    """Where an order for a point goes, and on which topic its answer comes."""

    point: Point
    form: MqttForm


@dataclass(frozen=True, slots=True, kw_only=True)
class Routes:
    """Everything the link listens to and writes to."""

    up: dict[str, Route]
    """By topic."""
    replies: frozenset[str]
    """Topics on which devices answer orders."""
    writes: dict[int, WriteRoute]
    """By point id."""
    value_filters: tuple[str, ...]
    reply_filters: tuple[str, ...]
    """What is subscribed: one wildcard for all devices with topics of one pattern, so that a stranger is noticed."""

    share: str = ""
    """Group of connections between which the broker divides the values; none when empty."""

    @property
    def filters(self) -> tuple[str, ...]:
        """What is subscribed, each once."""
        values = [f"$share/{self.share}/{each}" if self.share else each for each in self.value_filters]
        return tuple(sorted({*values, *self.reply_filters}))

    def orders_only(self) -> Routes:
        """Without what devices report."""
        return replace(self, up={}, value_filters=())

    def values_only(self, share: str) -> Routes:
        """Without orders and the answers to them."""
        return replace(self, replies=frozenset(), writes={}, reply_filters=(), share=share)


def plan_routes(bound: Sequence[Bound]) -> Routes:
    """Arrange the forms of a link. ConfigError for a form that is not MQTT's or a topic that cannot be used."""
    members: dict[str, dict[str, list[Member]]] = {}
    writes: dict[int, WriteRoute] = {}
    topics: set[tuple[str, str]] = set()
    answers: set[tuple[str, str]] = set()
    contents: dict[str, Content] = {}
    for each in bound:
        form, point = each.form, each.point
        if not isinstance(form, MqttForm):
            raise ConfigError("{tag}: the form is not one of MQTT", tag=point.tag)
        for topic in (form.topic, form.command_topic, form.reply_topic):
            _check(topic, point)
        if form.topic:
            members.setdefault(form.topic, {}).setdefault(point.device, []).append(_member(point, form))
            topics.add((form.topic, point.device))
            if contents.setdefault(form.topic, form.content) is not form.content:
                raise ConfigError("{topic}: JSON and CBOR cannot share a topic", topic=form.topic)
        if form.command_topic:
            if form.scale == 0:
                raise ConfigError("{tag}: a value scaled by 0 cannot be written", tag=point.tag)
            writes[point.id] = WriteRoute(point=point, form=form)
        if form.reply_topic:
            answers.add((form.reply_topic, point.device))
    replies = frozenset(each.form.reply_topic for each in writes.values() if each.form.reply_topic)
    for topic in sorted(replies & members.keys()):
        raise ConfigError("{topic}: values and answers to orders cannot share a topic", topic=topic)
    return Routes(
        up={
            topic: Route(devices=tuple(own), payloads=_payloads(own, contents[topic])) for topic, own in members.items()
        },
        replies=replies,
        writes=writes,
        value_filters=_filters(topics),
        reply_filters=_filters(answers),
    )


def _payloads(members: Mapping[str, Sequence[Member]], content: Content) -> Payloads:
    return Payloads(members) if content is Content.JSON else Payloads(members, read=cbor_tree.read)


def _member(point: Point, form: MqttForm) -> Member:
    return Member(
        point=point.id,
        pointer=form.pointer,
        time_pointer=form.time_pointer,
        switch=point.kind is QuantityKind.SWITCH,
        scale=form.scale,
        offset=form.offset,
    )


def _check(topic: str, point: Point) -> None:
    if any(char in topic for char in "+#\x00") or topic.startswith("$") or len(topic.encode()) > 65535:
        raise ConfigError("{tag}: {topic} cannot be a topic of a device", tag=point.tag, topic=topic)


def _filters(topics: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The device's own level becomes `+`; a topic without one is subscribed as it is."""
    patterns = {_pattern(topic, device) for topic, device in topics}
    wide = {pattern for pattern in patterns if "+" in pattern}
    exact = {topic for topic in patterns - wide if not any(topic_matches_sub(pattern, topic) for pattern in wide)}
    return tuple(sorted(wide | exact))


def _pattern(topic: str, device: str) -> str:
    """Only the last level of that name: a site may be called like its device, and others' sites are none of ours."""
    levels = topic.split("/")
    if device in levels:
        levels[len(levels) - 1 - levels[::-1].index(device)] = "+"
    return "/".join(levels)
