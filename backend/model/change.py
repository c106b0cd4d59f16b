"""Changes of a running site's configuration: what is asked for, and what was done."""

from __future__ import annotations

from dataclasses import dataclass

from backend.model.journal import Field
from backend.model.plant import Limits, Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class PointChange:
    """How a point is acquired and alarmed from now on; None = left as it is. period_s, change_band as in `Point`."""

    point: int
    period_s: float | None = None
    mode: Mode | None = None
    change_band: float | None = None
    limits: Limits | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceChange:
    """Whether a device takes remote control: the "edge control path" (B-09)."""

    device: str
    remote_enabled: bool


Change = PointChange | DeviceChange


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigVersion:
    """One change in force, as the journal has it. number: grows by one each time; at: µs UTC."""

    number: int
    at: int
    subject: str
    """Tag or device id."""
    person: str
    reason: str
    values: tuple[tuple[str, Field, Field], ...]
    """(name, old, new)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChange:
    """A change of a desk's profile, as the journal has it. at: µs UTC; person: "" = nobody was signed in."""

    at: int
    person: str
    values: tuple[tuple[str, Field, Field], ...]
    """(name, old, new)."""
