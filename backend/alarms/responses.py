"""Find what an alarm asks of the operator: in the thing model of its device, else among the common responses. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from backend.model.alarm import AlarmConfig
from backend.model.plant import Registry
from backend.model.response import Response
from backend.model.response_schema import LevelKey
from backend.model.thing_model import ThingModel

_KEYS: Final[Mapping[tuple[str, str], LevelKey]] = {
    ("high", "HH"): "hh",
    ("high", "H"): "h",
    ("low", "L"): "l",
    ("low", "LL"): "ll",
    ("rate", ""): "rate",
    ("state", ""): "state",
}
"""(condition, level) of a point's alarm → its key in `lp:responses`."""


class Responses:
    """The responses in force. models, common: those the program was started with. registry: the one in force now."""

    def __init__(
        self, registry: Callable[[], Registry], models: Mapping[str, ThingModel], common: Mapping[str, Response]
    ) -> None:
        self._registry = registry
        self._models = {
            (model.id, name, key): entry.response()
            for model in models.values()
            for name, prop in model.properties.items()
            for key, entry in prop.responses.items()
        }
        self._common = common

    def of(self, config: AlarmConfig, level: str) -> Response | None:
        """The answer to this alarm at this level; None where nobody has written one."""
        key = _KEYS.get((config.condition, level))
        if key is None or config.point is None:
            return self._common.get(config.condition)
        registry = self._registry()
        point = registry.points[config.point]
        model = next((device.model for device in registry.devices if device.id == point.device), "")
        return self._models.get((model, point.property, key))
