"""Bind the points of a registry to their models at start: how each is read, and what can be commanded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from backend import logs
from backend.errors import ConfigError
from backend.model.actuation import Actuator, Condition
from backend.model.form import Form
from backend.model.plant import Device, Point, Registry
from backend.model.thing_model import PropertyAffordance, ThingModel, forms_of

_log = logs.get(__name__)


def bind(registry: Registry, models: Mapping[str, ThingModel], site_id: str) -> dict[int, Form]:
    """Form of every point that its device gives. Points left out (retired, or no longer in the model) are unbound.

    Raises ConfigError when a device's model is not there, or when a model has changed a point's kind or unit: its
    history and limits would silently change their meaning (C-03).
    """
    bound: dict[int, Form] = {}
    for device, model, points in _by_device(registry, models):
        forms = forms_of(model, protocol=device.protocol, site=site_id, device=device.id, address=device.address)
        for point in points:
            form = forms.get(point.property)
            if form is None:
                continue
            _check_unit(point, model.properties[point.property], model)
            bound[point.id] = form
    return bound


def actuators(registry: Registry, models: Mapping[str, ThingModel]) -> tuple[Actuator, ...]:
    """Every command that can be given, in the order of devices and of their models' actions.

    An action whose target, feedback or interlock is not among the registered points is left out and logged: it could
    not be proved or guarded. That happens when a model has grown since its devices were last imported.
    """
    found: list[Actuator] = []
    for device, model, points in _by_device(registry, models):
        ids = {point.property: point.id for point in points}
        for action in model.actions.values():
            needed = (action.writes, action.feedback, *(one.property for one in action.interlocks))
            missing = [name for name in needed if name not in ids]
            if missing:
                if action.writes in ids:
                    _log.warning("action left out", device=device.id, action=action.title, missing=", ".join(missing))
                continue
            found.append(
                Actuator(
                    point=ids[action.writes],
                    device=device.id,
                    verb=action.verb,
                    title=action.title,
                    title_zh=action.title_zh,
                    value=action.value,
                    feedback=ids[action.feedback],
                    feedback_value=action.feedback_value,
                    tolerance=action.tolerance,
                    verify_within_s=action.verify_within_s,
                    conditions=tuple(
                        Condition(point=ids[one.property], equals=one.equals) for one in action.interlocks
                    ),
                )
            )
    return tuple(found)


def model_of(models: Mapping[str, ThingModel], name: str) -> ThingModel:
    """The named model. Raises ConfigError: nothing is registered without a matching model (C-02)."""
    model = models.get(name)
    if model is None:
        known = ", ".join(sorted(models))
        raise ConfigError("there is no thing model {name!r} (there are: {known})", name=name, known=known)
    return model


def _by_device(
    registry: Registry, models: Mapping[str, ThingModel]
) -> Iterator[tuple[Device, ThingModel, list[Point]]]:
    points: dict[str, list[Point]] = {device.id: [] for device in registry.devices}
    for point in registry.points:
        if not point.retired:
            points[point.device].append(point)
    for device in registry.devices:
        try:
            model = model_of(models, device.model)
        except ConfigError as error:
            raise ConfigError("device {device}: {reason}", device=device.id, reason=error) from error
        yield device, model, points[device.id]


def _check_unit(point: Point, entry: PropertyAffordance, model: ThingModel) -> None:
    if (point.kind, point.unit) != (entry.kind, entry.unit):
        raise ConfigError(
            "{tag} is stored as {kind} in {unit!r}, but the model {model} now gives {new_kind} in {new_unit!r}",
            tag=point.tag,
            kind=point.kind.value,
            unit=point.unit,
            model=model.id,
            new_kind=entry.kind.value,
            new_unit=entry.unit,
        )
