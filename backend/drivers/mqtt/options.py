"""How to reach the broker: the link's options, read and checked once."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar
from urllib.parse import urlsplit

from backend.errors import ConfigError
from backend.links.ports import Option

OPTIONS: Final = (
    Option(name="url", title="Broker (mqtt://host:port or mqtts://host:port)", required=True),
    Option(name="version", title="MQTT version (3.1.1 or 5)", default="3.1.1"),
    Option(name="client_id", title="Client id (one per console)"),
    Option(name="user", title="User"),
    Option(name="password", title="Password", secret=True),
    Option(name="ca_file", title="Certificate authority (PEM file)"),
    Option(name="cert_file", title="Own certificate (PEM file)"),
    Option(name="key_file", title="Own key (PEM file)"),
    Option(name="keepalive_s", title="Keep-alive in seconds", default="10"),
    Option(name="reply_timeout_s", title="How long a device may take to answer an order, in seconds", default="10"),
    Option(name="retry_s", title="First wait before a lost broker is tried again, in seconds", default="0.5"),
    Option(name="part", title="What the connection carries (all, orders or values)", default="all"),
    Option(name="share", title="Group of connections that share the values (MQTT shared subscription)"),
    Option(name="clean", title="Forget the session when the link ends (true or false)", default="false"),
)
_DEFAULTS: Final = {option.name: option.default for option in OPTIONS}
T = TypeVar("T")
_PORTS: Final = {"mqtt": 1883, "mqtts": 8883}
_VERSIONS: Final = {"3.1.1": 4, "5": 5}
_PARTS: Final = {"all": (True, True), "orders": (True, False), "values": (False, True)}
_FLAGS: Final = {"true": True, "false": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """A broker connection as configured. version: protocol level, 4 (3.1.1) or 5. tls: None = clear.

    carries_orders: orders and the answers to them; carries_values: what devices report.
    share: group of connections between which the broker divides the values; only for one that carries nothing else.
    """

    host: str
    port: int
    version: int
    client_id: str
    user: str
    password: str = field(repr=False)
    keepalive_s: int
    """A silent broker is noticed within twice this (F25 asks for 30 s)."""
    reply_timeout_s: float
    retry_s: float
    clean: bool
    carries_orders: bool
    carries_values: bool
    share: str
    tls: ssl.SSLContext | None

    @property
    def place(self) -> str:
        """host:port, for people."""
        return f"{self.host}:{self.port}"


def read_options(given: Mapping[str, str], *, filters: Sequence[str]) -> Broker:
    """Check the options; ConfigError names the option. filters: what will be subscribed, tells sites apart."""
    options = {**_DEFAULTS, **{name: value for name, value in given.items() if value}}
    url = urlsplit(options["url"])
    carries_orders, carries_values = _one_of(_PARTS, "part", options)
    if url.scheme not in _PORTS or not url.hostname or url.path.strip("/") or url.username is not None:
        raise ConfigError("broker: the url must be mqtt://host:port or mqtts://host:port")
    return Broker(
        host=url.hostname,
        port=_port(url.netloc, url.scheme),
        version=_one_of(_VERSIONS, "version", options),
        # Without an id of its own a persistent session would belong to nobody, or to two sites at once.
        client_id=options["client_id"] or f"linepack-{hashlib.sha256(' '.join(filters).encode()).hexdigest()[:12]}",
        user=options["user"],
        password=options["password"],
        keepalive_s=int(_number("keepalive_s", options, 1, 65535)),
        reply_timeout_s=_number("reply_timeout_s", options, 0.1, 3600),
        retry_s=_number("retry_s", options, 0.01, 30),
        clean=_one_of(_FLAGS, "clean", options),
        carries_orders=carries_orders,
        carries_values=carries_values,
        share=_share(options) if not carries_orders else "",
        tls=_tls(options) if url.scheme == "mqtts" else None,
    )


def _share(options: Mapping[str, str]) -> str:
    share = options["share"]
    if not share or any(char in share for char in "/+#"):
        raise ConfigError("broker: a connection for values alone needs a group to share them in")
    return share


def _port(place: str, scheme: str) -> int:
    try:
        return urlsplit(f"//{place}").port or _PORTS[scheme]
    except ValueError:
        raise ConfigError("broker: the port in the url must be 1 to 65535") from None


def _one_of(table: Mapping[str, T], name: str, options: Mapping[str, str]) -> T:
    if options[name] not in table:
        raise ConfigError(
            "broker: {name} must be one of {words}, not {value}", name=name, words=", ".join(table), value=options[name]
        )
    return table[options[name]]


def _number(name: str, options: Mapping[str, str], low: float, high: float) -> float:
    try:
        value = float(options[name])
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise ConfigError("broker: {name} must be a number from {low} to {high}", name=name, low=low, high=high)
    return value


def _tls(options: Mapping[str, str]) -> ssl.SSLContext:
    """TLS 1.2 or newer, the broker's certificate and name checked; there is no switch to leave the check out."""
    try:
        context = ssl.create_default_context(cafile=options["ca_file"] or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if options["cert_file"]:
            context.load_cert_chain(options["cert_file"], options["key_file"] or None)
    except (OSError, ValueError) as error:
        raise ConfigError(
            "broker: the certificate files {ca_file} {cert_file} {key_file} cannot be used: {reason}",
            ca_file=options["ca_file"],
            cert_file=options["cert_file"],
            key_file=options["key_file"],
            reason=str(error),
        ) from None
    return context
