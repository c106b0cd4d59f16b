"""Options of a Modbus link: defaults, edges, and a named reason for what cannot be used."""

from __future__ import annotations

import pytest

from backend.drivers.modbus import SPEC
from backend.drivers.modbus.options import Endpoint, endpoint, link_key, unit_of
from backend.errors import ConfigError
from backend.model.plant import Device


def _device(**address: str) -> Device:
    return Device(id="R1", model="m", asset="R1", protocol="modbus", address=address)


def test_only_the_host_is_needed() -> None:
    assert endpoint({"host": "10.0.0.7"}, link="l") == Endpoint(
        host="10.0.0.7", port=502, timeout_s=3.0, max_gap=0, retry_s=0.5
    )


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({}, "host"),
        ({"host": " "}, "host"),
        ({"host": "h", "port": "0"}, "port"),
        ({"host": "h", "port": "65536"}, "port"),
        ({"host": "h", "port": "５０２"}, "port"),
        ({"host": "h", "port": "-1"}, "port"),
        ({"host": "h", "timeout_s": "0"}, "timeout_s"),
        ({"host": "h", "timeout_s": "nan"}, "timeout_s"),
        ({"host": "h", "timeout_s": "fast"}, "timeout_s"),
        ({"host": "h", "max_gap": "125"}, "max_gap"),
        ({"host": "h", "retry_s": "31"}, "retry_s"),
    ],
)
def test_what_cannot_be_used_is_named(options: dict[str, str], word: str) -> None:
    with pytest.raises(ConfigError, match=f"modbus/x: {word}"):
        endpoint(options, link="modbus/x")


@pytest.mark.parametrize(("text", "unit"), [("1", 1), ("247", 247), ("255", 255), ("", 1)])
def test_units(text: str, unit: int) -> None:
    assert unit_of(_device(unit=text)) == unit


@pytest.mark.parametrize("text", ["0", "248", "254", "256", "x"])
def test_broadcast_and_reserved_units_are_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"R1: unit"):
        unit_of(_device(unit=text))


def test_devices_behind_one_host_and_port_share_a_link() -> None:
    assert link_key(_device(host="10.0.0.7", port="502", unit="1")) == "10.0.0.7:502"
    assert link_key(_device(host="10.0.0.7", unit="2")) == "10.0.0.7:502"
    assert SPEC.link_key is link_key


def test_every_option_has_a_title_for_the_form_on_screen() -> None:
    assert [option.name for option in SPEC.options] == ["host", "port", "unit", "timeout_s", "max_gap", "retry_s"]
    assert all(option.title for option in SPEC.options)
