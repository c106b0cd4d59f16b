"""Where chains forward to: built from the models and the registry, checked against what the site allows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from backend.errors import ConfigError
from backend.model.form import Form, MqttForm
from backend.model.plant import Point, Registry
from backend.model.thing_model import ThingModel
from backend.model.thing_step_checks import MQTT_PREFIX
from backend.model.thing_steps import FORWARD
from backend.processing.chains import points_by_model

MayForward = Callable[[str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """What goes where. http: URL → point ids. mqtt: point id → topic, all at the site's broker."""

    http: Mapping[str, frozenset[int]]
    mqtt: Mapping[int, str]
    points: Mapping[int, Point]


def check_targets(
    registry: Registry,
    models: Mapping[str, ThingModel],
    forms: Mapping[int, Form],
    *,
    site: str,
    broker: bool,
    may_forward: MayForward,
) -> Targets:
    """The targets of all forward steps. may_forward: whether the site allows a host.

    ConfigError names the model when a host is not allowed, there is no broker, or a topic belongs to a device: a value
    must never be taken for an order.
    """
    taken = {
        topic
        for form in forms.values()
        if isinstance(form, MqttForm)
        for topic in (form.topic, form.command_topic, form.reply_topic)
    }
    http: dict[str, set[int]] = {}
    mqtt: dict[int, str] = {}
    for name, devices in points_by_model(registry).items():
        model = models.get(name)
        for entry in model.processing if model is not None else ():
            if entry.step != FORWARD or entry.to is None:
                continue
            ids = [one[entry.property] for one in devices if entry.property in one]
            if not entry.to.startswith(MQTT_PREFIX):
                host = urlsplit(entry.to).hostname or ""
                if not may_forward(host):
                    raise ConfigError(
                        "the model {model} forwards to {host}, which is neither this machine nor named in site.toml"
                        " (forward_hosts)",
                        model=name,
                        host=host,
                    )
                http.setdefault(entry.to, set()).update(ids)
                continue
            if not broker:
                raise ConfigError("the model {model} forwards to a topic, but the site has no broker", model=name)
            for point in ids:
                topic = _topic(entry.to, registry.points[point], site)
                if topic in taken:
                    raise ConfigError(
                        "the model {model} forwards to {topic}, which is a device's", model=name, topic=topic
                    )
                mqtt[point] = topic
    wanted = set(mqtt).union(*http.values()) if http else set(mqtt)
    return Targets(
        http={url: frozenset(ids) for url, ids in http.items()},
        mqtt=mqtt,
        points={point: registry.points[point] for point in wanted},
    )


def _topic(to: str, point: Point, site: str) -> str:
    filled = to.removeprefix(MQTT_PREFIX).replace("{{SITE}}", site).replace("{{PROPERTY}}", point.property)
    # A device's id may hold "/": it stays one level.
    return filled.replace("{{DEVICE}}", point.device.replace("/", "_"))
