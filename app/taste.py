"""How a desk likes its screens: theme, scale, language, motion, name, lock; kept as a preference of the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Final

from app.texts import LANGUAGES
from widgets.theme import SCALES, THEMES

KEY: Final = "taste"
LOCK_MINUTES: Final = (0, 5, 10, 15, 30, 60)
"""Minutes without a key or the mouse after which the screen locks; 0 = never."""
_LONGEST_NAME: Final = 32
_MOST_MONITORS: Final = 24
"""More monitors than any desk has had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taste:
    """The desk profile. Every value is one that can be shown, whatever was stored."""

    theme: str = "dark"
    scale: float = 1.0
    """In force now; on a monitor that never had one of its own."""
    scales: Mapping[str, float] = field(default_factory=dict)
    """By the identity of a monitor, the one chosen last at the end."""
    language: str = "en"
    steady: bool = False
    """Steady thick rings in place of blinking, no other motion."""
    desk: str = ""
    """What the desk is called; "" for the name of the machine."""
    lock_min: int = 0

    def changed(self, **values: Any) -> Taste:
        """The same with other values, none that cannot be shown."""
        return from_json(asdict(replace(self, **values)), self)

    def scale_on(self, monitor: str) -> float:
        """The scale chosen for a monitor."""
        return self.scales.get(monitor, self.scale)

    def scaled(self, monitor: str, scale: float) -> Taste:
        """The same with a scale of its own for this monitor; "" = one for all that have none."""
        others = {name: kept for name, kept in self.scales.items() if name != monitor}
        kept = dict(list((others | {monitor: scale}).items())[-_MOST_MONITORS:]) if monitor else others
        return self.changed(scale=scale, scales=kept)

    def to_json(self) -> Mapping[str, Any]:
        """As the preference is stored."""
        return asdict(self)


_SOUND: Final[Mapping[str, Any]] = {
    "theme": lambda value: value in THEMES,
    "scale": lambda value: isinstance(value, float) and value in SCALES,
    "scales": lambda value: (
        isinstance(value, Mapping)
        and len(value) <= _MOST_MONITORS
        and all(isinstance(name, str) and scale in SCALES for name, scale in value.items())
    ),
    "language": lambda value: value in LANGUAGES,
    "steady": lambda value: isinstance(value, bool),
    "desk": lambda value: isinstance(value, str) and len(value) <= _LONGEST_NAME,
    "lock_min": lambda value: isinstance(value, int) and value in LOCK_MINUTES,
}


def from_json(stored: object, otherwise: Taste) -> Taste:
    """What was stored, each value that cannot be used replaced by that of `otherwise`."""
    if not isinstance(stored, Mapping):
        return otherwise
    values = {each.name: stored[each.name] for each in fields(Taste) if each.name in stored}
    return replace(otherwise, **{key: value for key, value in values.items() if _SOUND[key](value)})
