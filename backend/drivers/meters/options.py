"""Where meters call in and how long each may take: the link's options, read and checked once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from backend.errors import ConfigError
from backend.links.ports import Option
from backend.protocols.meter.frame import Covers, Style, Styles

OPTIONS: Final = (
    Option(name="url", title="Where meters call in (meter://host:port)", required=True),
    Option(name="master_key", title="Master key, hexadecimal", required=True, secret=True),
    Option(name="makers", title="Frames of makers that differ, JSON by application identifier", default="{}"),
    Option(name="register_s", title="How long a connection may take to say who it is, in seconds", default="10"),
    Option(name="idle_s", title="How long a meter may be silent within its exchange, in seconds", default="20"),
    Option(name="exchange_s", title="How long a whole exchange may take, in seconds", default="59"),
    Option(name="order_wait_s", title="How long a meter is kept for an order that is on its way", default="6"),
    Option(name="most", title="Connections open at once", default="12000"),
    Option(name="most_unknown", title="Connections at once that have not said who they are", default="4000"),
)
_DEFAULTS: Final = {option.name: option.default for option in OPTIONS}


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadEndOptions:
    """As configured. styles: how frames look, by application identifier."""

    host: str
    port: int
    master_key: bytes = field(repr=False)
    styles: Styles
    register_s: float
    idle_s: float
    exchange_s: float
    order_wait_s: float
    most: int
    most_unknown: int


def read_options(given: Mapping[str, str]) -> HeadEndOptions:
    """Check the options; ConfigError names the option."""
    options = {**_DEFAULTS, **{name: value for name, value in given.items() if value}}
    if not options["url"]:
        raise ConfigError("meters: site.toml does not say where meters call in ([meters] listen)")
    url = urlsplit(options["url"])
    if url.scheme != "meter" or not url.hostname:
        raise ConfigError("meters: the url must be meter://host:port")
    return HeadEndOptions(
        host=url.hostname,
        port=url.port or 0,
        master_key=bytes.fromhex(options["master_key"]),
        styles={int(number): _style(maker) for number, maker in json.loads(options["makers"]).items()},
        register_s=_number("register_s", options, 0.1, 30),
        idle_s=_number("idle_s", options, 0.1, 30),
        exchange_s=_number("exchange_s", options, 0.1, 60),
        order_wait_s=_number("order_wait_s", options, 0, 30),
        most=int(_number("most", options, 1, 1_000_000)),
        most_unknown=int(_number("most_unknown", options, 1, 1_000_000)),
    )


def _style(maker: Mapping[str, str]) -> Style:
    minors = frozenset(int(number) for number in maker.get("minors", "").split())
    rest: dict[str, Any] = {key: value for key, value in maker.items() if key not in ("covers", "minors")}
    return Style(**rest, covers=Covers(maker.get("covers", Covers.HEADER_AND_DATA)), minors=minors or None)


def _number(name: str, options: Mapping[str, str], low: float, high: float) -> float:
    try:
        value = float(options[name])
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise ConfigError("meters: {name} must be a number from {low} to {high}", name=name, low=low, high=high)
    return value
