"""Check where a device is reached, and say which places of the field it takes up."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from backend.errors import ConfigError
from backend.model.form import Form, MqttForm
from backend.model.thing_model import METER, MODBUS, MQTT

Address = Mapping[str, str]

_HOST_LABEL: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_NUMBER: Final = re.compile(r"[0-9]{1,5}")
_TOPIC_LEVEL: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")


def checked_address(protocol: str, given: Address) -> dict[str, str]:
    """The address with defaults filled in and numbers in their usual form. Raises ConfigError naming the key.

    modbus: host, port (502), unit. mqtt: topic_prefix, in place of "lp/{site}/{device}".
    meter: logical_id, application (1), class (civil, or ci for a commercial or industrial meter, which is asked).
    """
    return _CHECKS[protocol](given)


def places(protocol: str, address: Address, forms: Iterable[Form]) -> Iterator[str]:
    """What no other device may share: the unit behind a Modbus endpoint, or each MQTT topic."""
    if protocol == MODBUS:
        yield f"{address['host'].casefold()}:{address['port']} unit {address['unit']}"
        return
    if protocol == METER:
        yield f"logical identifier {address['logical_id']}"
        return
    topics = {
        topic
        for form in forms
        if isinstance(form, MqttForm)
        for topic in (form.topic, form.command_topic, form.reply_topic)
        if topic
    }
    yield from (f"topic {topic}" for topic in sorted(topics))


def _modbus(given: Address) -> dict[str, str]:
    _known(given, ("host", "port", "unit"))
    for key in ("host", "unit"):
        if not given.get(key):
            raise ConfigError("address.{key} is missing", key=key)
    host = given["host"]
    if not _is_host(host):
        raise ConfigError("address.host {host!r} is neither a host name nor an IP address", host=host)
    port = _number(given.get("port", "502"), "port", range(1, 65536))
    if given["unit"] == "0":
        raise ConfigError("address.unit 0 is the broadcast address: every device behind it would act")
    unit = _number(given["unit"], "unit", (*range(1, 248), 255))
    return {"host": host, "port": port, "unit": unit}


def _mqtt(given: Address) -> dict[str, str]:
    _known(given, ("topic_prefix",))
    prefix = given.get("topic_prefix", "")
    if prefix and (len(prefix) > 200 or not all(_TOPIC_LEVEL.fullmatch(level) for level in prefix.split("/"))):
        raise ConfigError("address.topic_prefix {prefix!r} must be levels of letters, digits, . _ -", prefix=prefix)
    return {"topic_prefix": prefix} if prefix else {}


def _meter(given: Address) -> dict[str, str]:
    """The logical identifier is the meter's number in the network, unique there (GB/T 36330-2018 3.7)."""
    _known(given, ("logical_id", "application", "class"))
    number = given.get("logical_id", "")
    if not (number.isascii() and number.isdigit() and 0 < int(number[:12]) < 1 << 32):
        raise ConfigError("address.logical_id {text!r} is no number from 1 to 4294967295", text=number)
    application = _number(given.get("application", "1"), "application", range(256))
    kind = given.get("class", "civil")
    if kind not in ("civil", "ci"):
        raise ConfigError("address.class {text!r} is neither civil nor ci", text=kind)
    return {"logical_id": str(int(number)), "application": application, "class": kind}


_CHECKS: Final[Mapping[str, Callable[[Address], dict[str, str]]]] = {MODBUS: _modbus, MQTT: _mqtt, METER: _meter}


def _known(given: Address, keys: tuple[str, ...]) -> None:
    for key in given:
        if key not in keys:
            raise ConfigError("address.{key} is not a known key ({known})", key=key, known=", ".join(keys))


def _number(text: str, key: str, allowed: Iterable[int]) -> str:
    if not _NUMBER.fullmatch(text) or int(text) not in set(allowed):
        raise ConfigError("address.{key} {text!r} is not a number that can be used here", key=key, text=text)
    return str(int(text))


def _is_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return len(host) <= 253 and all(_HOST_LABEL.fullmatch(label) for label in host.split("."))
    return True
