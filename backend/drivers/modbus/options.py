"""What a Modbus link and its units can be set to, checked when the link is built."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from backend.errors import ConfigError
from backend.links.ports import Option
from backend.model.plant import Device

OPTIONS: Final = (
    Option(name="host", title="Host", required=True),
    Option(name="port", title="Port", default="502"),
    Option(name="unit", title="Unit", default="1"),
    Option(name="timeout_s", title="Time-out (s)", default="3"),
    Option(name="max_gap", title="Unused registers a read may span", default="0"),
    Option(name="retry_s", title="First wait before connecting again (s)", default="0.5"),
)
_DEFAULTS: Final = {option.name: option.default for option in OPTIONS}
DIRECT_UNIT: Final = 255
LAST_UNIT: Final = 247


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One Modbus TCP server and how to talk to it."""

    host: str
    port: int
    timeout_s: float
    """For connecting, and for one whole exchange."""
    max_gap: int
    """Registers nobody asked for that a read may run over."""
    retry_s: float
    """First wait of the back-off."""


def endpoint(options: Mapping[str, str], *, link: str) -> Endpoint:
    """Checked options of a link; raises ConfigError naming the link and the option."""
    host = options.get("host", "").strip()
    if not host:
        raise ConfigError("{where}: host is missing", where=link)
    return Endpoint(
        host=host,
        port=_whole(options, "port", 1, 65535, link),
        timeout_s=_seconds(options, "timeout_s", 0.05, 60.0, link),
        max_gap=_whole(options, "max_gap", 0, 124, link),
        retry_s=_seconds(options, "retry_s", 0.01, 30.0, link),
    )


def unit_of(device: Device) -> int:
    """The device's unit id: 1 to 247, or 255 for a server that is itself the device.

    0 is refused: behind a gateway it is the broadcast address, and a write to it would reach every unit.
    """
    unit = _whole(device.address, "unit", 0, DIRECT_UNIT, device.id)
    if unit == 0 or LAST_UNIT < unit < DIRECT_UNIT:
        raise ConfigError("{where}: unit {got} is not 1 to 247 or 255", where=device.id, got=unit)
    return unit


def link_key(device: Device) -> str:
    """Units behind one host and port share a link."""
    return f"{device.address.get('host', '')}:{device.address.get('port', '') or _DEFAULTS['port']}"


def _whole(options: Mapping[str, str], name: str, low: int, high: int, where: str) -> int:
    text = options.get(name, "") or _DEFAULTS[name]
    # isdecimal alone would take full-width digits.
    if not (text.isascii() and text.isdecimal() and low <= int(text) <= high):
        raise ConfigError(
            "{where}: {name} must be a whole number from {low} to {high}, not {got}",
            where=where,
            name=name,
            low=low,
            high=high,
            got=repr(text),
        )
    return int(text)


def _seconds(options: Mapping[str, str], name: str, low: float, high: float, where: str) -> float:
    text = options.get(name, "") or _DEFAULTS[name]
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not low <= seconds <= high:
        raise ConfigError(
            "{where}: {name} must be from {low} to {high}, not {got}",
            where=where,
            name=name,
            low=low,
            high=high,
            got=repr(text),
        )
    return seconds
